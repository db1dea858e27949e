import { AppError } from "../core/errors.ts";
import type { Deps } from "./deps.ts";

/**
 * Takes a set-aside book's segments up again, after what the contract refused has been put right.
 * @throws AppError book_unknown
 */
export async function mendBook(deps: Pick<Deps, "store" | "clock">, bookId: number): Promise<void> {
  if (!(await deps.store.books()).some((book) => book.bookId === bookId)) {
    throw new AppError("book_unknown", `没有号段 ${bookId}。 There is no book ${bookId}.`);
  }
  await deps.store.holdBook(bookId, undefined);
  await deps.store.clearAlarm("segment_set_aside", `book ${bookId}`, deps.clock.nowMs());
}
