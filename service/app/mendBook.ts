import type { Deps } from "./deps.ts";

/** Takes a set-aside book's segments up again, after what the contract refused has been put right. */
export async function mendBook(deps: Pick<Deps, "store" | "clock">, bookId: number): Promise<void> {
  await deps.store.holdBook(bookId, undefined);
  await deps.store.clearAlarm("segment_set_aside", `book ${bookId}`, deps.clock.nowMs());
}
