import { AppError, invariant } from "../core/errors.ts";

/** Keys of one statement: past this a larger group no longer raises the rate (docs/performance.md). */
const GROUP_SIZE = 200;

type Waiting<Key, Result> = { readonly key: Key; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Makes one call out of many that come at a time: those that arrive while a statement runs share the next one, so each
 * caller's statement begins after its call, and a read is never older than the question.
 * @param run one statement for all keys; its results in their order
 * @returns the call for one key. If the statement of a group is refused, each of its keys is run alone
 */
export function createGroup<Key, Result>(
  run: (keys: readonly Key[]) => Promise<readonly Result[]>,
): (key: Key) => Promise<Result> {
  const queue: Waiting<Key, Result>[] = [];
  let isRunning = false;

  const settle = async (group: readonly Waiting<Key, Result>[]): Promise<void> => {
    try {
      const results = await run(group.map(({ key }) => key));
      invariant(results.length === group.length, "a group has a result for each key");
      for (const [index, { resolve }] of group.entries()) resolve(results[index]!);
    } catch (error) {
      if (group.length === 1 || (error instanceof AppError && error.code === "database_unreachable")) {
        for (const { reject } of group) reject(error);
        return;
      }
      for (const waiting of group) await settle([waiting]);
    }
  };
  const drain = async (): Promise<void> => {
    isRunning = true;
    // Whoever calls in this turn of the event loop comes along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (queue.length > 0) await settle(queue.splice(0, GROUP_SIZE));
    isRunning = false;
  };

  return (key) =>
    new Promise<Result>((resolve, reject) => {
      queue.push({ key, resolve, reject });
      if (!isRunning) void drain();
    });
}
