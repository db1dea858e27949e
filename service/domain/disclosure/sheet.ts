import type { DisclosedData } from "../../core/disclosure.ts";
import { ALWAYS_SHOWN } from "../../core/disclosure.ts";
import type { Proof } from "../../core/proof.ts";
import { yuanGrouped } from "../money.ts";
import type { FieldWords } from "./fieldWords.ts";
import { groupFields, groupShown } from "./fieldGroups.ts";

/** What the printed form of a disclosure (部分披露凭单) says, before it is laid out. */
export type Sheet = {
  /** Code and number first. */
  readonly facts: readonly SheetRow[];
  /** Beyond the facts. */
  readonly shown: readonly SheetRow[];
  readonly withheld: readonly SheetRow[];
  /** Withheld values, each row of a list by itself. */
  readonly withheldCount: number;
  /** The codes that hold the whole disclosure; none if it is too large for them. */
  readonly codes: readonly string[];
  /** Address of a page that verifies; holds nothing of the receipt. */
  readonly verifyUrl: string | undefined;
};

/** `note`: the JSON Pointer. */
export type SheetRow = { readonly words: FieldWords; readonly note: string; readonly lines: readonly string[] };

const words = (zh: string, en: string): FieldWords => ({ zh, en });

/** @param disclosed as `checkDisclosure` gave it, so that nothing stands here which the proof does not vouch for */
export function sheetOf(
  disclosed: DisclosedData,
  proof: Proof,
  { codes, verifyUrl }: Pick<Sheet, "codes" | "verifyUrl">,
): Sheet {
  const values = new Map(disclosed.shown.map(({ path, value }) => [path, value]));
  const textOf = (path: string): string => {
    const value = values.get(path);
    return typeof value === "string" ? value : "";
  };
  const fact = (each: FieldWords, line: string): SheetRow => ({ words: each, note: "", lines: [line] });
  const { issuedFen, reversedFen } = proof;
  return {
    facts: [
      fact(words("票据代码", "Code"), String(proof.code).padStart(8, "0")),
      fact(words("票据号码", "Number"), String(proof.number).padStart(10, "0")),
      fact(words("金额", "Amount"), `¥${yuanGrouped(issuedFen - reversedFen)}${reversedFen > 0 ? "（红字票据）" : ""}`),
      fact(words("开票单位", "Issuing unit"), textOf("/invoicingPartyName")),
      fact(words("统一社会信用代码", "Credit code"), textOf("/invoicingPartyCode")),
      fact(
        words("上链位置", "On chain"),
        `链 ${String(proof.chainId)} · 批次 ${String(proof.batch)} · 号段 ${String(proof.header.bookId)}`,
      ),
    ],
    shown: groupShown(disclosed.shown.filter(({ path }) => !ALWAYS_SHOWN.includes(path))).map(
      ({ words: each, path, lines }) => ({ words: each, note: path, lines }),
    ),
    withheld: groupFields(disclosed.withheld).map(({ words: each, path, rowCount, names }) => ({
      words: each,
      note: path,
      lines: rowCount === 0 ? [] : [`${String(rowCount)} 行：${names.join("、")}`],
    })),
    withheldCount: disclosed.withheld.length,
    codes,
    verifyUrl,
  };
}
