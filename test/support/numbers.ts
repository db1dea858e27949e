import { AppError } from "../../service/core/errors.ts";
import type { GrantDeps } from "../../service/app/grantNumbers.ts";
import type { ApplyDeps } from "../../service/app/applyForNumbers.ts";
import type { NumberBureau } from "../../service/app/numberPorts.ts";
import type { Store } from "../../service/app/storePorts.ts";
import type { NewForOld } from "../../service/domain/newForOld.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";

/** The contract's rules for books, in memory, for histories that are too many for a chain. */
export type FakeChain = NumberBureau & {
  readonly books: { unitId: number; code: number; first: number; last: number; grantedLast: number }[];
  readonly suspended: Set<number>;
};

export function fakeChain(): FakeChain {
  const books: FakeChain["books"] = [];
  const suspended = new Set<number>();
  const refuse = (error: string, details: object): never => {
    throw new AppError("ledger_refused", error, { details: { ...details, error } });
  };
  return {
    books,
    suspended,
    async grantBook({ unitId, code, first, last }) {
      const near = books.find((book) => book.code === code && book.first <= last && book.grantedLast >= first);
      if (near?.first === first && near.grantedLast === last && near.unitId === unitId) {
        return { bookId: books.indexOf(near) + 1 };
      }
      if (suspended.has(unitId)) refuse("LedgerUnitIsSuspended", {});
      if (near !== undefined) {
        refuse("LedgerRangeOverlaps", { first: String(near.first), last: String(near.grantedLast) });
      }
      books.push({ unitId, code, first, last, grantedLast: last });
      return { bookId: books.length };
    },
    async closeBook(bookId, last) {
      const book = books[bookId - 1]!;
      if (last > book.last || last < book.first - 1) refuse("LedgerCloseOutside", {});
      book.last = last;
    },
    suspendUnit: async (unitId) => void suspended.add(unitId),
    resumeUnit: async (unitId) => void suspended.delete(unitId),
  };
}

/** What the use cases of numbers are given, over a real store and a clock that the test moves. */
export function numberDeps(
  store: Store,
  clock: { nowMs: number },
  chain: FakeChain,
  failpoint: GrantDeps["failpoint"] = () => undefined,
  newForOld: NewForOld = { onBreach: "off", every: "month", graceMs: 0 },
): GrantDeps & ApplyDeps {
  return {
    store,
    clock: { nowMs: () => clock.nowMs },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    kinds: new Map(builtinKinds.map((kind) => [kind.id, kind])),
    failpoint,
    settings: { newForOld },
    ledger: {
      books: async (ids: readonly number[]) =>
        ids.map((id) => ({ next: chain.books[id - 1]!.first, last: chain.books[id - 1]!.last })),
    } as unknown as GrantDeps["ledger"],
  };
}

export const applicationOf = (count: number, change: object = {}) => ({
  ...{ kind: "outpatient", count, contact: "", phone: "", address: "", author: "王芳", memo: "" },
  ...change,
});

export const review = (isPassed: boolean, reviewer = "李强") => ({
  isPassed,
  reviewer,
  opinion: isPassed ? "" : "过多",
});
