import { AppError } from "../service/core/errors.ts";
import type { FieldProblem } from "../service/domain/receipt.ts";
import { rfc3339 } from "../service/http/rfc3339.ts";

/** Runs work; field problems of what was handed in are printed one a line, and the exit code is 1. */
export async function reportProblems(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { problems } = error.details;
    if (!isProblems(problems)) throw error;
    console.error(`✗ ${error.code}`);
    for (const { pointer, code, zh, en } of problems) console.error(`  ${pointer}  ${code}  ${zh} / ${en}`);
    return 1;
  }
}

/** Midnight of a day in Asia/Shanghai, "2027-01-01". Throws day_malformed. */
export function parseShanghaiDay(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00+08:00`) : Number.NaN;
  if (Number.isNaN(ms)) throw new AppError("day_malformed", `a day such as 2027-01-01 is expected, got ${text}`);
  return ms;
}

export function showTime(ms: number): string {
  return rfc3339(ms).slice(0, 19);
}

function isProblems(value: unknown): value is readonly FieldProblem[] {
  return Array.isArray(value) && value.length > 0;
}
