import { codeTextOf } from "./code.ts";
import type { DeclarationPeriod } from "./declaration.ts";
import { lastPeriodEndMs } from "./declaration.ts";
import { numberText } from "./number.ts";
import { problem } from "./problem.ts";
import type { FieldProblem } from "./receipt.ts";

/** What it means to ask for numbers while old ones are outstanding. */
export const newForOldModes = ["off", "warn", "refuse"] as const;

/**
 * 核旧领新 (docs/domain.md 3.2): new numbers are for those who have accounted for the old. How strictly, and how soon after a
 * period's end, is the bureau's to say.
 */
export type NewForOld = {
  readonly onBreach: (typeof newForOldModes)[number];
  readonly every: DeclarationPeriod;
  /** How long after a period's end its numbers may still be outstanding. */
  readonly graceMs: number;
};

/** What a unit owes. */
export type Outstanding =
  /** From this number on a book's numbers of ended periods are in no write-off. */
  | { readonly kind: "write_off"; readonly bookId: number; readonly code: number; readonly from: number }
  /** Found with result 3, and not rectified. */
  | { readonly kind: "rectification"; readonly writeOffId: string }
  /** Written down, and not on chain. */
  | { readonly kind: "declaration"; readonly bookId: number; readonly code: number; readonly through: number };

/** The end of the last period that should be accounted for by now. */
export function dueBeforeMs({ every, graceMs }: NewForOld, nowMs: number): number {
  return lastPeriodEndMs(nowMs - graceMs, every);
}

const MAX_NAMED = 10;
const WORDS = {
  write_off: {
    zh: "以往期间的票据尚未核销，请先申报核销",
    en: "numbers of periods that are over are not written off: file a write-off first",
  },
  rectification: {
    zh: "核销审验发现问题，尚未整改",
    en: "the bureau found problems in a write-off: rectify them first",
  },
  declaration: {
    zh: "以往期间的申报尚未上链，请与平台运营方联系",
    en: "declarations of periods that are over are not on chain: ask who runs the platform",
  },
} as const;

/** One problem for each kind of what is outstanding (`write_off_outstanding` and so on), which names it; [] if nothing is. */
export function outstandingProblems(outstanding: readonly Outstanding[]): readonly FieldProblem[] {
  return [...Map.groupBy(outstanding, ({ kind }) => kind)].map(([kind, all]) => {
    const named = all.slice(0, MAX_NAMED).map(nameOf);
    const left = all.length - named.length;
    const zh = [...named.map((name) => name.zh), ...(left > 0 ? [`另 ${left} 项`] : [])].join("、");
    const en = [...named.map((name) => name.en), ...(left > 0 ? [`${left} more`] : [])].join(", ");
    return problem(`${kind}_outstanding`, [], `${WORDS[kind].zh}：${zh}`, `${WORDS[kind].en}: ${en}`);
  });
}

function nameOf(each: Outstanding): { readonly zh: string; readonly en: string } {
  if (each.kind === "rectification") return { zh: each.writeOffId, en: each.writeOffId };
  const [code, isFrom] = [codeTextOf(each.code), each.kind === "write_off"];
  const number = numberText(each.kind === "write_off" ? each.from : each.through);
  return {
    zh: `号段 ${each.bookId}（${code} ${number} ${isFrom ? "起" : "止"}）`,
    en: `book ${each.bookId} (${code} ${isFrom ? "from" : "through"} ${number})`,
  };
}
