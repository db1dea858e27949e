import { AppError } from "../core/errors.ts";
import type { Deps } from "./deps.ts";
import type { Application, BookReturn, NumberBureau } from "./numberPorts.ts";
import type { Lease } from "./storePorts.ts";
import { stockSubject } from "./stockSubject.ts";

export type GrantDeps = Pick<Deps, "store" | "clock" | "log" | "ledger" | "failpoint">;

/** At a time; the rest follows. */
const PAGE = 20;

/**
 * Does on chain what the bureau has passed: grants, closings and suspensions. Each is on chain first and in the database
 * after it; a crash between is mended by doing it again, for the chain tells what it has already.
 * @returns how many were done, and how many the chain refused
 * @throws AppError chain_unreachable, lease_lost
 */
export async function settleNumbers(
  deps: GrantDeps,
  bureau: NumberBureau,
  lease: Lease,
): Promise<{ readonly done: number; readonly refused: number }> {
  const { store, clock } = deps;
  const acts = [
    ...(await store.pendingGrants(PAGE)).map((application) => ({
      subject: `application ${application.unitId} ${application.applicationNo}`,
      run: () => grant(deps, bureau, lease, application),
    })),
    ...(await store.pendingReturns(PAGE)).map((bookReturn) => ({
      subject: `return ${bookReturn.unitId} ${bookReturn.returnNo}`,
      run: () => close(deps, bureau, bookReturn),
    })),
    ...(await store.pendingStandings()).map(({ unitId, isSuspended }) => ({
      subject: `standing of unit ${unitId}`,
      run: async () => {
        await (isSuspended ? bureau.suspendUnit(unitId, []) : bureau.resumeUnit(unitId));
        await store.markStandingOnChain(unitId, isSuspended);
      },
    })),
  ];
  let refused = 0;
  for (const { subject, run } of acts) {
    try {
      await run();
      await store.clearAlarm("numbers_refused", subject, clock.nowMs());
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "ledger_refused") throw error;
      refused += 1;
      deps.log.error("numbers_refused", { subject, reason: error.message });
      await store.raiseAlarm("numbers_refused", subject, error.message, clock.nowMs());
    }
  }
  return { done: acts.length - refused, refused };
}

async function grant(
  { store, ledger, clock, log, failpoint }: GrantDeps,
  bureau: NumberBureau,
  lease: Lease,
  application: Application,
): Promise<void> {
  const { unitId, code, kind, range } = application;
  if (range === undefined) return;
  const { bookId } = await bureau.grantBook({ unitId, code, ...range }).catch(async (error: unknown) => {
    const taken = rangeInTheWay(error, range);
    if (taken !== undefined) await store.moveRange(lease, application, taken);
    throw error;
  });
  failpoint("book_granted");
  // Where the database was restored from a copy, the chain may be further.
  const [onChain] = await ledger.books([bookId]);
  const next = onChain?.next ?? range.first;
  const marks = { next, rendered: next, anchored: next };
  await store.saveGrant(application, { bookId, unitId, code, kind, ...range, ...marks }, clock.nowMs());
  failpoint("grant_saved");
  log.info("book_granted", { bookId, unitId, code, ...range });
  for (const alarm of ["numbers_low", "no_numbers"]) {
    await store.clearAlarm(alarm, stockSubject(code, unitId), clock.nowMs());
  }
}

/** The last number of a range on chain that ours runs into, and that is not ours: ours is put past it. */
function rangeInTheWay(error: unknown, range: NonNullable<Application["range"]>): number | undefined {
  if (!(error instanceof AppError) || error.code !== "ledger_refused") return undefined;
  const { error: name, first, last } = error.details;
  if (name !== "LedgerRangeOverlaps") return undefined;
  // Granted between the look and the transaction: the next look finds it.
  const isOurs = Number(first) === range.first && Number(last) === range.last;
  return isOurs ? undefined : Number(last);
}

async function close(
  { store, clock, log, failpoint }: GrantDeps,
  bureau: NumberBureau,
  bookReturn: BookReturn,
): Promise<void> {
  const { bookId, first, last } = bookReturn;
  await bureau.closeBook(bookId, first - 1);
  failpoint("book_closed");
  await store.finishReturn(bookReturn, clock.nowMs());
  failpoint("return_saved");
  log.info("book_closed", { bookId, first, last, count: last - first + 1 });
}
