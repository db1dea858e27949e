import { issueDateOf } from "./fiscalTime.ts";

/** A claim of a claimant, or what it gave back of its claims; amounts in fen, the block's time in seconds. */
export type EntryAct = {
  readonly isRelease: boolean;
  readonly claimantId: number;
  readonly amountFen: number;
  readonly timeS: number;
};

type Standing = { amountFen: number; readonly timeS: number };

/**
 * 入账日期: the day in Asia/Shanghai (yyyyMMdd) of the latest claim of which something still stands. A claimant that gives back gives back
 * its latest claims first: the contract keeps sums alone, and does not say which claim a release is of.
 * @param acts in the order of the chain
 * @param usedFen what the chain says is claimed
 * @returns "" if nothing is claimed, or if the acts do not come to that sum: then not all of them are known
 */
export function entryDateOf(acts: readonly EntryAct[], usedFen: number): string {
  const standing = new Map<number, Standing[]>();
  for (const { isRelease, claimantId, amountFen, timeS } of acts) {
    const own = standing.get(claimantId) ?? [];
    standing.set(claimantId, own);
    if (!isRelease) own.push({ amountFen, timeS });
    else if (!giveBack(own, amountFen)) return "";
  }
  const all = [...standing.values()].flat();
  const sum = all.reduce((total, { amountFen }) => total + amountFen, 0);
  if (usedFen === 0 || sum !== usedFen) return "";
  return issueDateOf(Math.max(...all.map(({ timeS }) => timeS)) * 1000);
}

/** False if it is more than was claimed: a claim is not known. */
function giveBack(own: Standing[], amountFen: number): boolean {
  let left = amountFen;
  while (left > 0) {
    const last = own.at(-1);
    if (last === undefined) return false;
    const given = Math.min(left, last.amountFen);
    last.amountFen -= given;
    left -= given;
    if (last.amountFen === 0) own.pop();
  }
  return true;
}
