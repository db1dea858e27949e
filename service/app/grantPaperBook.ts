import { AppError } from "../core/errors.ts";
import type { PaperStore } from "./paperPorts.ts";
import type { Clock } from "./ports.ts";
import type { UnitStore } from "./storePorts.ts";

/** Numbers of one book of paper. */
const MAX_NUMBERS = 100_000;

export type PaperGrant = {
  readonly unitId: number;
  /** 纸质票据代码: letters and digits, at most 20. */
  readonly paperCode: string;
  /** As printed: leading zeros tell how many digits a number has. */
  readonly first: string;
  readonly last: string;
  /** "": for all places of the unit. */
  readonly placeCode: string;
};

/**
 * The bureau hands a unit a book of paper receipts. Paper has no place on chain: there it counts by the receipts that it stands for.
 * @throws AppError paper_grant_malformed, unit_unknown, paper_range_taken
 */
export async function grantPaperBook(
  deps: { readonly store: PaperStore & Pick<UnitStore, "unit">; readonly clock: Clock },
  grant: PaperGrant,
): Promise<void> {
  const { unitId, paperCode, placeCode } = grant;
  const [first, last] = [Number(grant.first), Number(grant.last)];
  const isSound =
    /^[0-9A-Za-z]{1,20}$/.test(paperCode) &&
    /^\d{1,12}$/.test(grant.first) &&
    /^\d{1,12}$/.test(grant.last) &&
    first >= 1 &&
    first <= last &&
    last - first < MAX_NUMBERS;
  if (!isSound) {
    throw new AppError(
      "paper_grant_malformed",
      `纸质票据代码应为 1–20 位字母或数字，起止号码应为数字、起号不大于止号、一次最多 ${MAX_NUMBERS} 张。 ` +
        `A paper code has 1 to 20 letters or digits; a book runs from 1 on, at most ${MAX_NUMBERS} numbers.`,
    );
  }
  if ((await deps.store.unit(unitId)) === undefined) {
    throw new AppError("unit_unknown", `没有单位 ${unitId}。 There is no unit ${unitId}.`);
  }
  const book = { unitId, paperCode, placeCode, first, last, next: first, digits: grant.first.length };
  if (await deps.store.savePaperBook({ ...book, grantedAtMs: deps.clock.nowMs() })) return;
  throw new AppError(
    "paper_range_taken",
    `代码 ${paperCode} 的 ${grant.first} 至 ${grant.last} 与已发放的号段重叠。 ` +
      `Numbers ${grant.first} to ${grant.last} of ${paperCode} overlap a book that was given out before.`,
  );
}
