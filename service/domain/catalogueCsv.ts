import type { RegionItem } from "./catalogue.ts";
import { isCreditCode } from "./creditCode.ts";
import { parseDate } from "./fiscalTime.ts";
import { MAX_LENGTHS } from "./limits.ts";
import { compareDecimals } from "./money.ts";
import { capProblems, problem } from "./problem.ts";
import type { FieldProblem } from "./receipt.ts";
import { csvRows } from "./csvRows.ts";
import { textProblems } from "./textRules.ts";

export const CATALOGUE_COLUMNS = [
  "itemCode",
  "itemName",
  "kinds",
  "minStd",
  "maxStd",
  "validFrom",
  "validThrough",
  "units",
] as const;
type Column = (typeof CATALOGUE_COLUMNS)[number];
type Row = Readonly<Record<Column, string>>;

const MAX_ROWS = 50_000;
const STD = /^(0|[1-9]\d{0,9})(\.\d{1,4})?$/;
const TEXTS = [
  { name: "itemCode", zh: "项目编码", en: "Item code", maxLength: MAX_LENGTHS.itemCode, isRequired: true },
  { name: "itemName", zh: "项目名称", en: "Item name", maxLength: MAX_LENGTHS.itemName, isRequired: true },
] as const;

export type ParsedCatalogue =
  | { readonly kind: "parsed"; readonly items: readonly RegionItem[] }
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] };

/**
 * A region's catalogue from CSV (RFC 4180, UTF-8) with a head of CATALOGUE_COLUMNS. Kinds and units are parted by
 * blanks; no units: every unit of the region. All problems at once, by JSON Pointer: /rows/2/minStd is in the second
 * row below the head.
 */
export function parseCatalogueCsv(text: string, isKind: (id: string) => boolean): ParsedCatalogue {
  const [head = [], ...rows] = csvRows(text.replace(/^\uFEFF/, ""));
  if (head.join() !== CATALOGUE_COLUMNS.join() || rows.length > MAX_ROWS) {
    const zh = `首行应为 ${CATALOGUE_COLUMNS.join(",")}，最多 ${MAX_ROWS} 行`;
    const en = `the head must be ${CATALOGUE_COLUMNS.join(",")}, at most ${MAX_ROWS} rows follow`;
    return { kind: "refused", problems: [problem("catalogue_malformed", ["rows", 0], zh, en)] };
  }
  const problems: FieldProblem[] = [];
  const items = rows.map((cells, index) => {
    const path = ["rows", index + 1];
    if (cells.length !== CATALOGUE_COLUMNS.length) {
      const zh = `应有 ${CATALOGUE_COLUMNS.length} 列，实有 ${cells.length} 列`;
      problems.push(
        problem("column_count", path, zh, `${CATALOGUE_COLUMNS.length} columns expected, got ${cells.length}`),
      );
    }
    const cell = (column: Column): string => cells[CATALOGUE_COLUMNS.indexOf(column)]?.trim() ?? "";
    const row = {
      ...{ itemCode: cell("itemCode"), itemName: cell("itemName"), kinds: cell("kinds"), units: cell("units") },
      ...{ minStd: cell("minStd"), maxStd: cell("maxStd") },
      ...{ validFrom: cell("validFrom"), validThrough: cell("validThrough") },
    };
    problems.push(...rowProblems(row, path, isKind));
    return itemOf(row);
  });
  return problems.length > 0 ? { kind: "refused", problems: capProblems(problems) } : { kind: "parsed", items };
}

function itemOf(row: Row): RegionItem {
  return {
    ...{ itemCode: row.itemCode, itemName: row.itemName, minStd: row.minStd, maxStd: row.maxStd },
    ...{ kinds: wordsOf(row.kinds), units: wordsOf(row.units) },
    ...{ validFrom: parseDate(row.validFrom) ?? "", validThrough: parseDate(row.validThrough) ?? "" },
  };
}

function rowProblems(
  row: Row,
  path: readonly (string | number)[],
  isKind: (id: string) => boolean,
): readonly FieldProblem[] {
  const bad = (column: Column, zh: string, en: string): FieldProblem =>
    problem("field_malformed", [...path, column], zh, en);
  const kinds = wordsOf(row.kinds);
  const item = itemOf(row);
  return [
    ...TEXTS.flatMap((spec) => textProblems(spec, [...path, spec.name], row[spec.name])),
    ...(kinds.length > 0 && kinds.every(isKind)
      ? []
      : [bad("kinds", "应为已有的票据种类，以空格分隔", "kinds that exist, parted by blanks")]),
    ...(["minStd", "maxStd"] as const)
      .filter((column) => row[column] !== "" && !STD.test(row[column]))
      .map((column) => bad(column, "应为元，如 12.50，或留空", "yuan such as 12.50, or nothing")),
    ...(["validFrom", "validThrough"] as const)
      .filter((column) => row[column] !== "" && item[column] === "")
      .map((column) => bad(column, "应为 yyyyMMdd，或留空", "yyyyMMdd, or nothing")),
    ...(STD.test(row.minStd) && STD.test(row.maxStd) && compareDecimals(row.minStd, row.maxStd) > 0
      ? [bad("maxStd", "不得小于 minStd", "may not be less than minStd")]
      : []),
    ...(item.validThrough !== "" && item.validFrom > item.validThrough
      ? [bad("validThrough", "不得早于 validFrom", "may not precede validFrom")]
      : []),
    ...(item.units.every(isCreditCode)
      ? []
      : [bad("units", "应为统一社会信用代码，以空格分隔", "unified social credit codes, parted by blanks")]),
  ];
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s;]+/).filter((word) => word !== "");
}
