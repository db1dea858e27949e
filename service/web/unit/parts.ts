import { AppError } from "../../core/errors.ts";
import type { Text } from "../../core/reportTexts.ts";
import { both, byId, el, type Child } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { NO_ANSWER, Refused } from "./ask.ts";

/** A field with its label above and room for what is wrong below. */
export type Field<Control extends HTMLElement = HTMLInputElement> = {
  readonly box: HTMLElement;
  readonly control: Control;
  /** undefined: nothing is wrong. */
  readonly tell: (problem: Text | undefined) => void;
};

let ids = 0;

/** Wraps a control: label, hint, and a problem that screen readers read with it. */
export function fieldOf<Control extends HTMLElement>(
  label: Text,
  control: Control,
  isRequired = false,
): Field<Control> {
  const id = `f${++ids}`;
  control.id = id;
  const problem = el("p", { class: "field-problem", id: `${id}-problem` });
  const star = isRequired ? el("span", { class: "star", "aria-hidden": "true" }, "＊") : undefined;
  if (isRequired) control.setAttribute("aria-required", "true");
  const box = el("div", { class: "field" }, el("label", { for: id }, star, both(label)), control, problem);
  return { box, control, tell: (text) => tellAt(control, problem, text) };
}

/** Shows what is wrong with a control, or that nothing is. */
export function tellAt(control: HTMLElement, place: HTMLElement, text: Text | undefined): void {
  place.replaceChildren(...(text === undefined ? [] : [both(text)]));
  if (text === undefined) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
    return;
  }
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", place.id);
}

export function textField(label: Text, attributes: Readonly<Record<string, string>> = {}, isRequired = false): Field {
  return fieldOf(label, el("input", { type: "text", autocomplete: "off", ...attributes }), isRequired);
}

export function selectField(
  label: Text,
  options: readonly (readonly [value: string, text: string])[],
  isRequired = false,
): Field<HTMLSelectElement> {
  const select = el("select", {}, ...options.map(([value, text]) => el("option", { value }, text)));
  return fieldOf(label, select, isRequired);
}

export function button(
  label: Text,
  work: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = el("button", { type: "button", ...attributes }, both(label));
  made.addEventListener("click", work);
  return made;
}

export const heading = (text: Text): HTMLElement => el("h1", { tabindex: "-1" }, both(text));

/** After an act the page is made anew: who works by keyboard or ear goes on at its head. */
export function focusHeading(): void {
  const head = document.querySelector<HTMLElement>("main h1");
  head?.focus();
  head?.scrollIntoView({ block: "nearest" });
}

/** A line that tells what has come about, read out at once. */
export function say(text: Text): void {
  byId("live").replaceChildren(both(text));
}

/** A box at which something is told: good news, or a problem with what to do. */
export function noteBox(): {
  readonly box: HTMLElement;
  readonly tell: (text: Text | undefined, tone?: "good" | "bad") => void;
} {
  const box = el("div", { class: "note", role: "alert", hidden: "" });
  const tell = (text: Text | undefined, tone: "good" | "bad" = "bad"): void => {
    box.hidden = text === undefined;
    box.className = `note ${tone}`;
    box.replaceChildren(...(text === undefined ? [] : [both(text)]));
  };
  return { box, tell };
}

/** What a person is told of a failure. Our own bugs are thrown on. */
export function failureText(error: unknown): Text {
  if (error instanceof Refused) return error.problem.text;
  if (error instanceof AppError && error.code === NO_ANSWER) {
    return words("没有收到答复，请检查网络后再试", "No answer came: check the network and try again");
  }
  throw error;
}

export type TableColumn = { readonly head: Text; readonly isMoney?: boolean };

/**
 * A table that scrolls by itself where it is too wide and can be focused, to scroll it by keys; on a phone each row is a card.
 * The roles are said because a style that makes cards of rows takes them away.
 * @param total of the columns; [] or undefined: none
 */
export function table(
  caption: Text,
  columns: readonly TableColumn[],
  rows: readonly (readonly Child[])[],
  total: readonly Child[] = [],
): HTMLElement {
  const heads = columns.map(({ head, isMoney }) =>
    el("th", { scope: "col", role: "columnheader", ...numeric(isMoney) }, both(head)),
  );
  const line = (cells: readonly Child[]): HTMLElement =>
    el("tr", { role: "row" }, ...cells.map((cell, index) => cellOf(columns[index], cell)));
  const whole = el(
    "table",
    { role: "table" },
    el("caption", {}, both(caption)),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
    el("tbody", { role: "rowgroup" }, ...rows.map(line)),
    total.length === 0 ? undefined : el("tfoot", { role: "rowgroup" }, line(total)),
  );
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption.zh }, whole);
}

function cellOf(column: TableColumn | undefined, cell: Child): HTMLElement {
  const label = column === undefined ? "" : `${column.head.zh} ${column.head.en}`;
  return el("td", { role: "cell", "data-label": label, ...numeric(column?.isMoney) }, cell);
}

const numeric = (isMoney: boolean | undefined): Readonly<Record<string, string>> =>
  isMoney === true ? { class: "money" } : {};

/** "12,345" */
export const grouped = (count: number): string => count.toLocaleString("en-US");

/** The elements in the page's main part, anew. */
export function showMain(...children: readonly Child[]): void {
  byId("main").replaceChildren(...children.filter((child) => child !== undefined));
}
