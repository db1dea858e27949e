import { issueReceipts } from "../../service/app/issueReceipts.ts";
import type { Receipt, Unit } from "../../service/app/storePorts.ts";
import { issueDateOf, yearOf } from "../../service/domain/fiscalTime.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import type { Platform } from "./platform.ts";

const DAY_MS = 86_400_000;

/** Three days of one year in a row, today among them: books hold one year's numbers. */
export function threeDays(): readonly [firstMs: number, secondMs: number, thirdMs: number] {
  const nowMs = Date.now();
  const startMs = yearOf(nowMs) === yearOf(nowMs - 2 * DAY_MS) ? nowMs - 2 * DAY_MS : nowMs;
  return [startMs, startMs + DAY_MS, startMs + 2 * DAY_MS];
}

/** Issues samples at a time, one after the other. */
export async function issueAt(
  platform: Platform,
  unit: Unit,
  atMs: number,
  wanted: { readonly kind: string; readonly count: number; readonly prefix: string },
): Promise<readonly Receipt[]> {
  const { kind, count, prefix } = wanted;
  const deps = platform.with({ clock: { nowMs: () => atMs } });
  const inputs = Array.from({ length: count }, (_, n) => ({
    ...sampleInput(kind, 0, issueDateOf(atMs)),
    busNo: `${prefix}-${n}`,
  }));
  const results = await issueReceipts(deps, unit, inputs);
  return results.map((result) => {
    if (result.kind !== "issued") throw new Error(JSON.stringify(result));
    return result.receipt;
  });
}
