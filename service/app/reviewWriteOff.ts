import { decideReview, type WriteOffResult } from "../domain/writeOff.ts";
import type { Deps } from "./deps.ts";
import type { WriteOff } from "./writeOffPorts.ts";

export type MoveResult =
  | { readonly kind: "moved"; readonly writeOff: WriteOff }
  | { readonly kind: "not_found" }
  | { readonly kind: "refused"; readonly zh: string; readonly en: string };

type MoveDeps = Pick<Deps, "store" | "clock">;

/** 审验: the bureau's result, with its opinion and who gave it. 3 asks the unit to rectify. */
export async function reviewWriteOff(
  deps: MoveDeps,
  writeOffId: string,
  review: { readonly result: WriteOffResult; readonly opinion: string; readonly reviewer: string },
): Promise<MoveResult> {
  const writeOff = await deps.store.writeOff(writeOffId);
  if (writeOff === undefined) return { kind: "not_found" };
  const { result, opinion, reviewer } = review;
  if (result === 3 && opinion === "")
    return { kind: "refused", zh: "结果为问题时须写明意见", en: "3 needs an opinion" };
  const isRectified = writeOff.events.some(({ kind }) => kind === "rectified");
  const decision = decideReview({ state: writeOff.state, isRectified }, result);
  if (decision.kind === "refused") return decision;
  const event = { kind: "reviewed", atMs: deps.clock.nowMs(), by: reviewer, text: opinion, result } as const;
  return move(deps, writeOff, "reviewed", event);
}

/** 整改: what the unit has put right, after the result 3; it is then looked at again. */
export async function rectifyWriteOff(
  deps: MoveDeps,
  writeOff: WriteOff,
  { text, by }: { readonly text: string; readonly by: string },
): Promise<MoveResult> {
  if (writeOff.state !== "reviewed" || writeOff.result !== 3) {
    return {
      kind: "refused",
      zh: "只有审验结果为 3 问题的核销单需要整改",
      en: "only what was found with result 3 is rectified",
    };
  }
  return move(deps, writeOff, "filed", { kind: "rectified", atMs: deps.clock.nowMs(), by, text });
}

async function move(
  { store }: MoveDeps,
  writeOff: WriteOff,
  ...[to, event]: [Parameters<MoveDeps["store"]["moveWriteOff"]>[1], Parameters<MoveDeps["store"]["moveWriteOff"]>[2]]
): Promise<MoveResult> {
  const isMoved = await store.moveWriteOff(writeOff, to, event);
  const now = isMoved ? await store.writeOff(writeOff.writeOffId) : undefined;
  return now === undefined
    ? { kind: "refused", zh: "已被他人处理，请刷新", en: "somebody else has dealt with it: look again" }
    : { kind: "moved", writeOff: now };
}
