import { parseReceiptCode } from "./code.ts";
import { yearOf } from "./fiscalTime.ts";
import type { Kind } from "./kind.ts";
import { problem } from "./problem.ts";
import type { FieldProblem, IssuingUnit } from "./receipt.ts";
import { issueCodeOf } from "./receiptAssembly.ts";

/** Most numbers of one application. */
export const MAX_APPLIED = 10_000_000;
const SHANGHAI_MS = 8 * 3_600_000;
/** Next year's numbers can be applied for in December. */
const FIRST_MONTH_AHEAD = 11;
/** Numbers taken in the last second of a year may still wait for their commit. */
const YEAR_CHANGE_GRACE_MS = 3_600_000;

/** What the bureau says of a unit. */
export type Standing = {
  /** 欠缴 */
  readonly isUnpaid: boolean;
  /** 预警单位 */
  readonly isAlarm: boolean;
  readonly isSuspended: boolean;
  /** Why, for people; without personal data. */
  readonly reason: string;
};

export const goodStanding: Standing = { isUnpaid: false, isAlarm: false, isSuspended: false, reason: "" };

/** Why a unit of this standing gets no numbers; [] if it does. */
export function grantBlocks({ isUnpaid, isAlarm, isSuspended, reason }: Standing): readonly FieldProblem[] {
  const because = reason === "" ? { zh: "", en: "" } : { zh: `（${reason}）`, en: ` (${reason})` };
  const block = (code: string, zh: string, en: string): FieldProblem =>
    problem(code, [], zh + because.zh, en + because.en);
  return [
    ...(isUnpaid
      ? [block("unit_unpaid", "单位欠缴，缴清前不发放票号", "the unit is in arrears: no numbers until it has paid")]
      : []),
    ...(isAlarm
      ? [
          block(
            "unit_under_warning",
            "单位被预警，解除前不发放票号",
            "the unit is under warning: no numbers until it is lifted",
          ),
        ]
      : []),
    ...(isSuspended
      ? [block("unit_suspended", "单位已停用，不发放票号", "the unit is suspended: it gets no numbers")]
      : []),
  ];
}

/** The years whose numbers can be applied for and granted now: this one, and in December the next. */
export function yearsOpen(nowMs: number): readonly number[] {
  const year = yearOf(nowMs);
  const isAhead = new Date(nowMs + SHANGHAI_MS).getUTCMonth() >= FIRST_MONTH_AHEAD && year < 2099;
  return isAhead ? [year, year + 1] : [year];
}

/** Books of codes of years before this one are closed: the year, from an hour after its beginning on. */
export function oldBooksBefore(nowMs: number): number {
  return yearOf(nowMs - YEAR_CHANGE_GRACE_MS);
}

/** The code of a kind in a year, for this unit. */
export function codeInYear(kind: Kind, unit: IssuingUnit, year: number): string {
  return issueCodeOf(kind, unit, Date.UTC(year, 6, 1));
}

export type ApplicationQuestion = {
  readonly kind: Kind | undefined;
  readonly unit: IssuingUnit;
  readonly year: number;
  readonly count: number;
  readonly nowMs: number;
};

/** What is wrong with an application, each by JSON Pointer; [] if nothing is. */
export function checkApplication({ kind, unit, year, count, nowMs }: ApplicationQuestion): readonly FieldProblem[] {
  const years = yearsOpen(nowMs);
  return [
    ...(kind === undefined || !unit.kinds.includes(kind.id) ? [kindNotAllowed(unit)] : []),
    ...(years.includes(year) ? [] : [yearClosed(years)]),
    ...(Number.isSafeInteger(count) && count >= 1 && count <= MAX_APPLIED ? [] : [countOutside()]),
  ];
}

/** Whether numbers of the code (8 digits) are still of use; an application for another year's is not passed. */
export function checkCodeYear(code: string, nowMs: number): readonly FieldProblem[] {
  const years = yearsOpen(nowMs);
  return years.includes(parseReceiptCode(code).year) ? [] : [yearClosed(years)];
}

function kindNotAllowed(unit: IssuingUnit): FieldProblem {
  const kinds = unit.kinds.join(", ");
  return problem(
    "kind_not_allowed",
    ["kind"],
    `本单位不能开这种票据；可申领：${kinds}`,
    `the unit may not issue this kind; it may apply for: ${kinds}`,
  );
}

function yearClosed(years: readonly number[]): FieldProblem {
  const open = years.join(", ");
  return problem(
    "year_not_open",
    ["year"],
    `现在可申领的年度：${open}（下一年度自 12 月 1 日起）`,
    `numbers can be had now for: ${open} (next year's from 1 December on)`,
  );
}

function countOutside(): FieldProblem {
  return problem(
    "count_out_of_range",
    ["count"],
    `数量须为 1 至 ${MAX_APPLIED} 的整数`,
    `the count must be a whole number from 1 to ${MAX_APPLIED}`,
  );
}
