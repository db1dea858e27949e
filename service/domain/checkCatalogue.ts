import type { CatalogueItem, ItemCatalogue } from "./catalogue.ts";
import { isRowDecimal } from "./checkRows.ts";
import { ROUNDING_CODE, type Kind } from "./kind.ts";
import { compareDecimals } from "./money.ts";
import { problem } from "./problem.ts";
import type { FieldProblem, IssueInput } from "./receipt.ts";

/**
 * A13: every item is one that the unit may charge, on this kind, on this day (yyyyMMdd), at a unit price within its
 * standard. Rounding rows and the kind's own surcharge row need no entry.
 */
export function checkA13(
  kind: Kind,
  input: Pick<IssueInput, "items">,
  catalogue: ItemCatalogue,
  issueDate: string,
): readonly FieldProblem[] {
  const byCode = new Map<string, CatalogueItem[]>();
  for (const entry of catalogue) byCode.set(entry.itemCode, [...(byCode.get(entry.itemCode) ?? []), entry]);
  return input.items.flatMap((item, index) => {
    if (item.itemCode === ROUNDING_CODE || item.itemCode === kind.surcharge?.itemCode) return [];
    const known = byCode.get(item.itemCode) ?? [];
    if (known.length === 0) return [itemUnknown(index)];
    const ofKind = known.filter((entry) => entry.kinds.includes(kind.id));
    if (ofKind.length === 0) return [itemNotForKind(kind, index)];
    const valid = ofKind.filter((entry) => isValidOn(entry, issueDate));
    if (valid.length === 0) return [itemNotValid(index)];
    if (item.itemStd === "" || !isRowDecimal(item.itemStd, true)) return [];
    return valid.some((entry) => isWithin(entry, item.itemStd)) ? [] : [stdOutOfRange(index, valid)];
  });
}

function isValidOn({ validFrom, validThrough }: CatalogueItem, date: string): boolean {
  return (validFrom === "" || validFrom <= date) && (validThrough === "" || date <= validThrough);
}

function isWithin({ minStd, maxStd }: CatalogueItem, std: string): boolean {
  return (minStd === "" || compareDecimals(std, minStd) >= 0) && (maxStd === "" || compareDecimals(std, maxStd) <= 0);
}

function itemUnknown(index: number): FieldProblem {
  const zh = "该收费项目未授权给本单位，请核对项目编码或向财政部门申请";
  const en = "the unit is not authorised for this item: check the code or apply to the bureau";
  return problem("a13_item_unknown", ["items", index, "itemCode"], zh, en);
}

function itemNotForKind(kind: Kind, index: number): FieldProblem {
  const zh = `该收费项目不能用“${kind.eInvoiceName.zh}”开具，请改用其他票据种类`;
  return problem(
    "a13_item_not_for_kind",
    ["items", index, "itemCode"],
    zh,
    `the item may not stand on a "${kind.id}" receipt: use another kind`,
  );
}

function itemNotValid(index: number): FieldProblem {
  const zh = "该收费项目在开票日期不在有效期内，请核对";
  return problem(
    "a13_item_not_valid",
    ["items", index, "itemCode"],
    zh,
    "the item is not valid on the day of issue: check it",
  );
}

function stdOutOfRange(index: number, valid: readonly CatalogueItem[]): FieldProblem {
  const zh = valid.map(({ minStd, maxStd }) => `${minStd || "0"} 至 ${maxStd || "不限"}`).join("；");
  const en = valid.map(({ minStd, maxStd }) => `${minStd || "0"} to ${maxStd || "any"}`).join("; ");
  return problem(
    "a13_std_out_of_range",
    ["items", index, "itemStd"],
    `收费标准超出核定范围（${zh} 元），请更正`,
    `the unit price is outside the standard (${en} yuan): correct it`,
  );
}
