import { ITEM_FIELDS } from "./fieldSpecs.ts";
import { ROUNDING_CODE, type Bilingual, type Kind } from "./kind.ts";
import type { FieldProblem, IssueInput, ReceiptItem } from "./receipt.ts";
import { required } from "./textRules.ts";

const DECIMALS: Readonly<Partial<Record<keyof ReceiptItem, Bilingual>>> = {
  itemQuantity: { zh: "数量", en: "Quantity" },
  itemStd: { zh: "标准", en: "Unit price" },
};

/** The kind's conditions on mainExt as checkExt gives it, and on every item row but rounding. Problem: field_required. */
export function checkConditions(kind: Kind, input: Pick<IssueInput, "mainExt" | "items">): readonly FieldProblem[] {
  const holding = kind.conditions.filter(({ field, value }) => input.mainExt[field] === value);
  return holding.flatMap(({ extFields, itemFields }) => [
    ...kind.mainExt
      .filter(({ name }) => extFields.includes(name) && (input.mainExt[name] ?? "") === "")
      .map((field) => required(field, ["mainExt", field.name])),
    ...input.items.flatMap((row, index) =>
      itemFields
        .filter((name) => row.itemCode !== ROUNDING_CODE && row[name] === "")
        .map((name) => required(wordsOf(name), ["items", index, name])),
    ),
  ]);
}

function wordsOf(name: keyof ReceiptItem): Bilingual {
  return ITEM_FIELDS.find((field) => field.name === name) ?? DECIMALS[name] ?? { zh: name, en: name };
}
