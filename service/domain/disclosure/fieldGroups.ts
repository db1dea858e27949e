import type { DataLeaf, JsonValue } from "../../core/canonical.ts";
import { yuanGrouped } from "../money.ts";
import { fieldWords, type FieldWords } from "./fieldWords.ts";

/** What a person sees as one field: a scalar, or a list with all its rows. */
export type FieldGroup = {
  /** JSON Pointer of the scalar, or of the list. */
  readonly path: string;
  readonly words: FieldWords;
  /** How many rows of a list are among the paths; 0 for a scalar, and for a list that is empty. */
  readonly rowCount: number;
  /** Names of the rows' fields that are among the paths. */
  readonly names: readonly string[];
  /** All that belongs to it, in the order given. */
  readonly paths: readonly string[];
};

/** Gathers paths into groups, in the order in which each is first met. Names need no unescaping: those of receipts are plain. */
export function groupFields(paths: readonly string[]): readonly FieldGroup[] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const at = listPathOf(path) ?? path;
    groups.set(at, [...(groups.get(at) ?? []), path]);
  }
  return [...groups].map(([path, own]) => {
    const rests = own.filter((each) => each !== path).map((each) => each.slice(path.length + 1).split("/"));
    return {
      path,
      words: fieldWords(path.slice(path.lastIndexOf("/") + 1)),
      rowCount: new Set(rests.map(([index]) => index)).size,
      names: [...new Set(rests.map((rest) => rest.slice(1).join("/")))],
      paths: own,
    };
  });
}

/** A row of a list that is shown: what of it is shown, in one line. */
export type ShownGroup = FieldGroup & { readonly lines: readonly string[] };

/** The groups of what is shown, with their values in words: amounts in yuan, rows one by one. */
export function groupShown(shown: readonly DataLeaf[]): readonly ShownGroup[] {
  const values = new Map(shown.map(({ path, value }) => [path, value]));
  return groupFields(shown.map(({ path }) => path)).map((group) => {
    if (group.rowCount === 0) return { ...group, lines: [valueText(values.get(group.path))] };
    const rows = new Map<string, string[]>();
    for (const path of group.paths) {
      const [index = "", ...names] = path.slice(group.path.length + 1).split("/");
      const text = valueText(values.get(path));
      const label = fieldWords(names.at(-1) ?? "").zh;
      rows.set(index, [...(rows.get(index) ?? []), ...(text === EMPTY ? [] : [`${label} ${text}`])]);
    }
    const inOrder = [...rows].sort(([a], [b]) => Number(a) - Number(b));
    return { ...group, lines: inOrder.map(([index, parts]) => `${String(Number(index) + 1)}. ${parts.join("，")}`) };
  });
}

const EMPTY = "—";

/** Every number in a receipt's data is an amount in fen; what is empty is a dash. */
export function valueText(value: JsonValue | undefined): string {
  if (typeof value === "number") return `¥${yuanGrouped(value)}`;
  if (typeof value === "boolean") return value ? "是" : "否";
  if (typeof value !== "string" || value === "") return EMPTY;
  return value;
}

/** The list that a path leads into: what stands before its first index. */
function listPathOf(path: string): string | undefined {
  return /^(.+?)\/(?:0|[1-9]\d*)(?:\/|$)/.exec(path)?.[1];
}
