import type { DataSource, EntityManager } from "typeorm";
import type { CheckBeginning, CheckCounts, CheckEnding, CheckStore, ReceiptKey } from "../app/checkPorts.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";
import { standingColumns, standingJoin, receiptColumns, receiptOf, type RawReceipt } from "./rows.ts";

/** Once in so many requests, what has lapsed is swept. */
const SWEEP_EVERY = 500;

type Change = {
  readonly kind: "receipt" | "address" | "everybody";
  readonly subject: string;
  readonly span: number;
  readonly misses: number;
  readonly passes: number;
};
type Counted = { readonly kind: string; readonly subject: string; readonly misses: number; readonly passes: number };

/** Undoes the transaction of checks that were not accepted. */
class NotAccepted extends Error {}

/** What checks by typing or scanning count and read. */
export function createCheckStore(dataSource: DataSource): CheckStore {
  let requests = 0;
  return {
    async beginChecks(beginning, accept) {
      if (requests++ % SWEEP_EVERY === 0) await sweep(dataSource, beginning);
      try {
        await inTransaction(dataSource, (manager) => begin(manager, beginning, accept));
        return true;
      } catch (error) {
        if (error instanceof NotAccepted) return false;
        throw error;
      }
    },

    endChecks: (ending) => inTransaction(dataSource, (manager) => end(manager, ending)),

    async receiptsOf(keys) {
      const rows = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}
         where (r.code, r.number) in (select * from unnest($1::integer[], $2::bigint[]))`,
        [keys.map(({ code }) => code), keys.map(({ number }) => number)],
      );
      return rows.map(receiptOf);
    },

    async passesOf(keys) {
      const rows = await query<{ subject: string; passes: string }>(
        dataSource,
        `select subject, sum(passes) as passes from check_tally where kind = 'receipt' and subject = any($1)
         group by subject`,
        [keys.map(subjectOf)],
      );
      const passes = new Map(rows.map((row) => [row.subject, Number(row.passes)]));
      return keys.map((key) => passes.get(subjectOf(key)) ?? 0);
    },
  };
}

const subjectOf = ({ code, number }: ReceiptKey): string => `${code}_${number}`;

async function begin(
  manager: EntityManager,
  beginning: CheckBeginning,
  accept: (counts: CheckCounts, isWorkNew: boolean) => boolean,
): Promise<void> {
  const { day, hour, addressKey, receipts, checkCount, work } = beginning;
  const typed = receipts.reduce((sum, { count }) => sum + count, 0);
  const counted = await add(manager, [
    { kind: "address", subject: addressKey, span: hour, misses: typed, passes: checkCount - typed },
    ...receipts.map((key): Change => ({ ...receiptChange(key, day), misses: key.count, passes: 0 })),
  ]);
  const sql = "select misses from check_tally where kind = 'everybody' and subject = '' and span = $1";
  const [everybody] = await rowsOf<{ misses: number }>(manager, sql, [hour]);
  const isWorkNew = work !== undefined && (await useWork(manager, work));
  const address = counted.get(`address ${addressKey}`);
  const counts: CheckCounts = {
    receipts: receipts.map((key) => counted.get(`receipt ${subjectOf(key)}`)?.misses ?? 0),
    addressMisses: address?.misses ?? 0,
    addressChecks: (address?.misses ?? 0) + (address?.passes ?? 0),
    everybody: everybody?.misses ?? 0,
  };
  if (!accept(counts, isWorkNew)) throw new NotAccepted();
}

async function end(manager: EntityManager, ending: CheckEnding): Promise<void> {
  const { day, hour, addressKey, receipts, addressPasses, missCount } = ending;
  const address = { kind: "address", subject: addressKey, span: hour } as const;
  await add(manager, [
    { ...address, misses: 0, passes: addressPasses },
    ...(missCount > 0 ? [{ kind: "everybody", subject: "", span: hour, misses: missCount, passes: 0 } as const] : []),
    ...receipts.map((key): Change => ({ ...receiptChange(key, day), misses: 0, passes: key.passes })),
  ]);
  await takeBack(manager, [
    { ...address, misses: addressPasses, passes: 0 },
    ...receipts.map((key): Change => ({ ...receiptChange(key, day), misses: key.misses, passes: 0 })),
  ]);
}

const receiptChange = (key: ReceiptKey, span: number): Omit<Change, "misses" | "passes"> => ({
  kind: "receipt",
  subject: subjectOf(key),
  span,
});

/** Adds to the tallies, in one order for everybody, so that no two requests wait for each other; gives them as they are then. */
async function add(manager: EntityManager, changes: readonly Change[]): Promise<ReadonlyMap<string, Counted>> {
  const rows = await rowsOf<Counted>(
    manager,
    `insert into check_tally as t (kind, subject, span, misses, passes)
     select * from ${CHANGES} order by kind, subject, span
     on conflict (kind, subject, span) do update
       set misses = t.misses + excluded.misses, passes = t.passes + excluded.passes
     returning kind, subject, misses, passes`,
    columnsOf(changes),
  );
  return new Map(rows.map((row) => [`${row.kind} ${row.subject}`, row]));
}

/** Of rows that `add` has locked in its order. */
async function takeBack(manager: EntityManager, changes: readonly Change[]): Promise<void> {
  await rowsOf(
    manager,
    `update check_tally t set misses = greatest(t.misses - c.misses, 0) from ${CHANGES}
     where t.kind = c.kind and t.subject = c.subject and t.span = c.span and c.misses > 0`,
    columnsOf(changes),
  );
}

const CHANGES = `unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::integer[])
  as c (kind, subject, span, misses, passes)`;

const columnsOf = (changes: readonly Change[]): readonly unknown[] => [
  changes.map(({ kind }) => kind),
  changes.map(({ subject }) => subject),
  changes.map(({ span }) => span),
  changes.map(({ misses }) => misses),
  changes.map(({ passes }) => passes),
];

async function useWork(manager: EntityManager, work: NonNullable<CheckBeginning["work"]>): Promise<boolean> {
  const sql = "insert into check_work values ($1, $2) on conflict do nothing returning id";
  return (await rowsOf(manager, sql, [work.id, work.expiresAtMs])).length === 1;
}

/** How often a receipt was checked is kept; who missed it is forgotten the day after. */
async function sweep(dataSource: DataSource, { day, hour }: CheckBeginning): Promise<void> {
  const tallies = `delete from check_tally
    where (kind = 'receipt' and span < $1 and passes = 0) or (kind <> 'receipt' and span < $2)`;
  await query(dataSource, tallies, [day - 1, hour - 24]);
  await query(dataSource, "delete from check_work where expires_at_ms < $1", [hour * 3_600_000]);
}
