import { dateOf, dayOf } from "./fiscalTime.ts";

/** A period's first and last day as yyyyMMdd, and the times at which it begins and has ended, in Asia/Shanghai. */
export type ArchivePeriod = {
  readonly from: string;
  readonly to: string;
  readonly fromMs: number;
  readonly endMs: number;
};

const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000;

/** Both days included, yyyyMMdd or yyyy-MM-dd; undefined if one is none, or they are the wrong way round. */
export function archivePeriodOf(from: string, to: string): ArchivePeriod | undefined {
  const [first, last] = [dayOf(from), dayOf(to)];
  if (first === undefined || last === undefined || first > last) return undefined;
  return {
    ...{ from: dateOf(first), to: dateOf(last) },
    ...{ fromMs: first * DAY_MS - OFFSET_MS, endMs: (last + 1) * DAY_MS - OFFSET_MS },
  };
}
