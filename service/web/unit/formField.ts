import type { Text } from "../../core/reportTexts.ts";
import type { ExtField } from "../../domain/kind.ts";
import { yuanOf } from "../../domain/money.ts";
import { parseDateTime } from "../../domain/fiscalTime.ts";
import { el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { fenOf } from "./compute.ts";
import { fieldOf } from "./parts.ts";

/** Something of the form that holds one value of the input. */
export type FormField = {
  readonly box: HTMLElement;
  readonly control: HTMLInputElement | HTMLSelectElement;
  /** As the input takes it; undefined: what is typed is no such value. */
  readonly read: () => string | number | undefined;
  readonly write: (value: string | number) => void;
  readonly tell: (problem: Text | undefined) => void;
};

export const NO_AMOUNT = words("请填写金额，如 12.50", "Give an amount such as 12.50");
export const NO_TIME = words("请填写日期和时间", "Give day and time");

/** The control for a field of the kind's own, by its type. */
export function extFormField(field: ExtField): FormField {
  const label = words(field.zh, field.en);
  switch (field.type) {
    case "choice":
      return choiceField(label, field);
    case "date":
      return typed(label, { type: "date" }, field.isRequired, { read: dateText, write: dashed });
    case "dateTime":
      return typed(label, { type: "datetime-local", step: "1" }, field.isRequired, {
        read: readTime,
        write: writeTime,
      });
    case "money":
      return moneyField(label, field.isRequired);
    case "integer":
      return typed(label, { inputmode: "numeric", maxlength: String(field.maxLength) }, field.isRequired);
    case "text":
      return typed(label, { maxlength: String(field.maxLength * 2) }, field.isRequired);
  }
}

export function moneyField(label: Text, isRequired = false): FormField {
  return typed(label, { inputmode: "decimal", class: "money" }, isRequired, {
    read: (text) => (text.trim() === "" ? 0 : fenOf(text)),
    write: (value) => (typeof value === "number" && value !== 0 ? yuanOf(value) : ""),
  });
}

type Change = {
  readonly read: (text: string) => string | number | undefined;
  readonly write: (value: string | number) => string;
};
const AS_IS: Change = { read: (text) => text.trim(), write: String };

/** A text input, and how what is typed becomes a value. */
export function typed(
  label: Text,
  attributes: Readonly<Record<string, string>>,
  isRequired: boolean,
  change: Change = AS_IS,
): FormField {
  const { box, control, tell } = fieldOf(
    label,
    el("input", { type: "text", autocomplete: "off", ...attributes }),
    isRequired,
  );
  const write = (value: string | number): void => {
    control.value = change.write(value);
  };
  return { box, control, tell, read: () => change.read(control.value), write };
}

function choiceField(label: Text, { choices, isRequired }: ExtField): FormField {
  const options = [["", ""], ...choices.map(({ value, zh, en }) => [value, zh === en ? zh : `${zh} ${en}`])];
  const select = el("select", {}, ...options.map(([value = "", text = ""]) => el("option", { value }, text)));
  const { box, control, tell } = fieldOf(label, select, isRequired);
  const write = (value: string | number): void => {
    control.value = String(value);
  };
  return { box, control, tell, read: () => control.value, write };
}

const dateText = (text: string): string => text.replaceAll("-", "");
const dashed = (value: string | number): string => String(value).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");

function readTime(text: string): string | undefined {
  if (text === "") return "";
  return parseDateTime(`${text.replace("T", " ")}${text.length === 16 ? ":00" : ""}`);
}

const writeTime = (value: string | number): string =>
  String(value).replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6");
