import type { Text } from "../../core/reportTexts.ts";
import type { FieldProblem } from "../../domain/receipt.ts";
import { both, el, type Child } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { Refused } from "./ask.ts";
import { failureText, type Field, type noteBox } from "./parts.ts";

/** Fields by JSON Pointer of what they send. */
export type FieldsByPointer = Readonly<Record<string, Field<HTMLElement>>>;
type Note = ReturnType<typeof noteBox>;

/** Does what was asked for. What the service refuses is told at its field; what has no field, in the note. */
export async function tried(work: () => Promise<void>, note: Note, fields: FieldsByPointer = {}): Promise<void> {
  try {
    await work();
  } catch (error) {
    const found = error instanceof Refused ? error.problem.fields : [];
    for (const [pointer, field] of Object.entries(fields)) field.tell(found.find((each) => each.pointer === pointer));
    note.tell(noteText(failureText(error), found, fields));
    const first = Object.entries(fields).find(([pointer]) => found.some((each) => each.pointer === pointer));
    if (first === undefined) note.box.scrollIntoView({ block: "center" });
    else first[1].control.focus();
  }
}

function noteText(whole: Text, found: readonly FieldProblem[], fields: FieldsByPointer): Text {
  const others = found.filter(({ pointer }) => !(pointer in fields));
  if (found.length === 0) return whole;
  if (others.length === 0) {
    return words("有栏目需要更正，已标在栏目下；没有提交", "To be corrected, marked at the fields; nothing was done");
  }
  return words(others.map(({ zh }) => zh).join("；"), others.map(({ en }) => en).join("; "));
}

/** A form of some fields: what it is for, its fields, its buttons, what it says. @param level below what heading it stands */
export function formCard(
  title: Text,
  boxes: readonly Child[],
  note: Note,
  submit: { readonly label: Text; readonly run: () => Promise<void>; readonly more?: readonly HTMLElement[] },
  level: "h2" | "h3" = "h3",
): HTMLElement {
  const form = el(
    "form",
    { class: "card", novalidate: "" },
    el(level, {}, both(title)),
    el("div", { class: "grid" }, ...boxes),
    note.box,
    el("p", { class: "buttons" }, el("button", { type: "submit" }, both(submit.label)), ...(submit.more ?? [])),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit.run();
  });
  return form;
}

/** A whole number as people type it; NaN for what is none, which the service refuses at its field. */
export function countOf(typed: string): number {
  const text = typed.normalize("NFKC").replace(/[\s,]/g, "");
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
