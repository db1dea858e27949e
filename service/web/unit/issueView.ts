import type { Text } from "../../core/reportTexts.ts";
import type { ItemCatalogue } from "../../domain/catalogue.ts";
import type { Kind } from "../../domain/kind.ts";
import type { FieldProblem, IssueInput } from "../../domain/receipt.ts";
import { both, el } from "../shared/dom.ts";
import { words, yuan } from "../shared/words.ts";
import type { Me, Summary } from "./answers.ts";
import { get, post, Refused } from "./ask.ts";
import type { Computed } from "./compute.ts";
import { issueForm, type IssueForm } from "./issueForm.ts";
import { issuedPanel } from "./issuedPanel.ts";
import { wireKeys } from "./keys.ts";
import { button, failureText, fieldOf, heading, noteBox, say, selectField, showMain } from "./parts.ts";

const LAST_KIND = "lianpiao.unit.kind";

/** 开票: the form of the kind that was used last. */
export function showIssue(me: Me): void {
  const start = me.kinds.find(({ id }) => id === localStorage.getItem(LAST_KIND)) ?? me.kinds[0];
  if (start === undefined) {
    const none = words(
      "本单位没有获准开具的票种，请联系财政部门",
      "The unit may issue no kind of receipt: ask the bureau",
    );
    showMain(heading(words("开票", "Issue")), el("p", { class: "note bad" }, both(none)));
    return;
  }
  if (me.checkers.length === 0) {
    const none = words(
      "本单位还没有复核人：请负责人先建一个复核账号，开票人不能复核自己的票据",
      "The unit has no reviewer yet: its head makes an account first. Nobody reviews a receipt of their own",
    );
    showMain(heading(words("开票", "Issue")), el("p", { class: "note bad" }, both(none)));
    return;
  }
  showKind(me, start);
}

function showKind(me: Me, kind: Kind): void {
  localStorage.setItem(LAST_KIND, kind.id);
  const chooser = selectField(
    words("票种", "Kind"),
    me.kinds.map(({ id, eInvoiceName }) => [id, eInvoiceName.zh]),
  );
  chooser.control.value = kind.id;
  chooser.control.addEventListener("change", () => {
    const chosen = me.kinds.find(({ id }) => id === chooser.control.value);
    if (chosen !== undefined) showKind(me, chosen);
  });
  const checker = fieldOf(
    words("复核人", "Reviewer"),
    el("select", {}, ...me.checkers.map((each) => el("option", { value: each.accountId }, each.displayName))),
    true,
  );
  showForm(me, kind, {
    title: words("开票", "Issue"),
    above: [el("div", { class: "grid" }, chooser.box, checker.box)],
    again: () => showKind(me, kind),
    async send(receipt) {
      done(me, kind, await post("issued", "receipts", { checkerId: checker.control.value, receipt }));
    },
  });
}

export type FormUse = {
  readonly title: Text;
  readonly above: readonly HTMLElement[];
  /** F2 */
  readonly again: () => void;
  /** The receipt as the service takes it, with its busNo; shows what comes of it. @throws Refused, AppError no_answer */
  readonly send: (receipt: object) => Promise<void>;
  readonly given?: IssueInput;
};

/** The form of a kind with its sums, keys and button: to issue, or to issue the rest of a receipt that is reversed. */
export function showForm(me: Me, kind: Kind, use: FormUse): void {
  const clock = clockOf(me);
  // One busNo for one receipt: whatever is pressed how often, it is issued once.
  const busNo = newBusNo(clock());
  const sums = sumsOf();
  const note = noteBox();
  let isTold = false;
  const changed = (): void => {
    const { computed } = form.state();
    sums.show(computed);
    form.tell(computed.problems, isTold);
  };
  let catalogue: ItemCatalogue | undefined;
  const form: IssueForm = issueForm(me, kind, clock, changed, () => catalogue);
  const send = sender({ form, busNo, send: use.send, note, tellAll: () => (isTold = true) });
  const issue = button(use.title, () => void send(), { class: "main-button" });
  issue.append(el("kbd", {}, "F9"));
  const whole = el("div", { class: "issue" }, ...use.above, form.element);
  wireKeys(
    whole,
    { F9: () => void send(), F4: () => form.items.add(), F7: form.removeHere, F2: use.again },
    (control) => isRowEnd(form, control),
  );
  showMain(heading(use.title), whole, el("div", { class: "bar" }, sums.element, note.box, issue, keysLine()));
  if (use.given !== undefined) form.write(use.given);
  changed();
  form.focusFirst();
  void catalogueOf(kind).then((items) => {
    catalogue = items;
    if (form.element.isConnected) changed();
  });
}

/** Without an answer the form goes without: the service checks prices and items in any case. */
async function catalogueOf({ id }: Kind): Promise<ItemCatalogue | undefined> {
  try {
    return (await get("catalogue", `catalogue/${id}`)).items ?? undefined;
  } catch (error) {
    failureText(error);
    return undefined;
  }
}

type Sending = Pick<FormUse, "send"> & {
  readonly form: IssueForm;
  readonly busNo: string;
  readonly note: ReturnType<typeof noteBox>;
  readonly tellAll: () => void;
};

/** One at a time, and none after it was issued. */
function sender({ form, busNo, send, note, tellAll }: Sending): () => Promise<void> {
  let isUnderWay = false;
  const refuse = (problems: readonly FieldProblem[], otherwise: Text): void => {
    const elsewhere = form.tell(problems, true);
    form.focusProblem();
    note.tell(elsewhere[0] ?? (problems.length > 0 ? countText(problems.length) : otherwise));
  };
  return async () => {
    if (isUnderWay || !form.element.isConnected) return;
    tellAll();
    const { input, computed } = form.state();
    if (computed.problems.length > 0) {
      refuse(computed.problems, countText(0));
      return;
    }
    isUnderWay = true;
    note.tell(undefined);
    say(words("正在提交", "Sending"));
    try {
      const { handlingPerson: _person, checker: _checker, placeCode: _place, ...receipt } = input;
      await send({ ...receipt, busNo });
    } catch (error) {
      if (error instanceof Refused) refuse(error.problem.fields, error.problem.text);
      else note.tell(unknownOutcome(failureText(error)));
    } finally {
      isUnderWay = false;
    }
  };
}

function done(me: Me, kind: Kind, issued: Summary): void {
  const next = (): void => showKind(me, kind);
  const panel = issuedPanel(issued, {
    ask: () => get("receipt", `receipts/${issued.code}/${issued.number}?again=1`),
    actions: [button(words("开下一张", "Next receipt"), next, { class: "main-button" })],
  });
  panel.querySelector("button")?.append(el("kbd", {}, "F2"));
  wireKeys(panel, { F2: next }, () => false);
  showMain(panel);
  panel.querySelector<HTMLElement>("h1")?.focus();
  say(words(`已开票，号码 ${issued.number}`, `Issued: number ${issued.number}`));
}

const countText = (count: number): Text =>
  words(
    `有 ${count} 处需要更正，已标在栏目下；没有开票`,
    `${count} to be corrected, marked at their fields; nothing was issued`,
  );

const unknownOutcome = (why: Text): Text =>
  words(
    `${why.zh}。再按 F9 会用同一流水号重发，不会重复开票`,
    `${why.en}. F9 sends the same serial number again: it is never issued twice`,
  );

/** Enter at the last cell of the last row that has something makes a new one. */
function isRowEnd(form: IssueForm, control: HTMLElement): boolean {
  const cells = form.items.cells();
  const last = cells.at(-1);
  if (last?.control !== control) return false;
  const lastRow = cells.slice(-7);
  if (lastRow.every((cell) => cell.control.value.trim() === "")) return false;
  form.items.add();
  return true;
}

function sumsOf() {
  const total = el("output", { class: "total", "data-sum": "total" });
  const capitals = el("output", { class: "capitals", "data-sum": "capitals" });
  const late = el("p", { class: "soft", hidden: "" });
  const doubts = el("div", { "data-part": "warnings" });
  const element = el(
    "div",
    { class: "sums" },
    el("p", {}, both(words("合计", "Total")), " ", total),
    el("p", {}, both(words("大写", "In words")), " ", capitals),
    late,
    doubts,
  );
  const show = ({ totalFen, capitals: text, surchargeFen = 0, warnings }: Computed): void => {
    doubts.replaceChildren(...warnings.map((each) => el("p", { class: "note warn" }, both(each))));
    total.textContent = totalFen === undefined ? "—" : yuan(totalFen);
    capitals.textContent = text;
    late.hidden = surchargeFen === 0;
    late.replaceChildren(both(words(`含加处罚款 ${yuan(surchargeFen)}`, `with ${yuan(surchargeFen)} late surcharge`)));
  };
  return { element, show };
}

function keysLine(): HTMLElement {
  const keys = [
    ["Enter", "下一栏", "next field"],
    ["Shift+Enter", "上一栏", "back"],
    ["F4", "加一行", "add a row"],
    ["F7", "删本行", "remove the row"],
    ["F9", "开票", "issue"],
    ["F2", "重来", "start anew"],
  ] as const;
  const parts = keys.flatMap(([key, zh, en]) => [el("kbd", {}, key), " ", both(words(zh, en)), " "]);
  return el("p", { class: "keys soft" }, ...parts);
}

/** The service's time, going on by this machine's stop-watch: its clock may be wrong. */
export function clockOf({ nowMs }: Me): () => number {
  const startedAt = performance.now();
  return () => Math.round(nowMs + performance.now() - startedAt);
}

/** "D20260306-" and 16 digits of randomness. */
export function newBusNo(nowMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  const random = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `D${new Date(nowMs + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll("-", "")}-${random}`;
}
