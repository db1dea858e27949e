import type { DataSource, EntityManager } from "typeorm";
import { AppError, invariant } from "../core/errors.ts";
import { codeTextOf } from "../domain/code.ts";
import { amountsOf, numberingOf, numberReceipt } from "../domain/receiptAssembly.ts";
import type { IssueOutcome, IssueStore, NewReceipt, Receipt } from "../app/storePorts.ts";
import type { EventFact } from "../app/webhookPorts.ts";
import { insertDeliveries, type IssuedDelivery } from "./issueDeliveries.ts";
import { recordEvents } from "./recordEvents.ts";
import { inTransaction, rowsOf } from "./retry.ts";
import { anchoringColumns, anchoringJoin, receiptColumns, receiptOf, type RawReceipt } from "./rows.ts";

/** Receipts that share one transaction: past this a larger group no longer raises the rate (docs/performance.md). */
const GROUP_SIZE = 200;
/** Receipts that may wait for their transaction before new ones are refused. */
const QUEUE_LIMIT = 5000;

type Waiting = { readonly receipt: NewReceipt; resolve(outcome: IssueOutcome): void; reject(error: unknown): void };
type OpenBook = { book_id: number; last: string; next: string; low_water: number; is_heard: boolean };

/**
 * Takes numbers. Receipts of one unit and code that arrive while a transaction runs share the next one: each answer
 * still waits for its own commit. The books' row locks keep programs on one database apart.
 */
export function createIssueStore(dataSource: DataSource, onTaken: () => void): IssueStore {
  const queues = new Map<string, Waiting[]>();
  let waitingCount = 0;

  return {
    issue(receipt) {
      if (waitingCount >= QUEUE_LIMIT) {
        return Promise.reject(new AppError("queue_full", "too many receipts wait to be issued"));
      }
      return new Promise<IssueOutcome>((resolve, reject) => {
        const key = `${receipt.unitId} ${receipt.code}`;
        const queue = queues.get(key);
        waitingCount++;
        if (queue !== undefined) {
          queue.push({ receipt, resolve, reject });
          return;
        }
        queues.set(key, [{ receipt, resolve, reject }]);
        void drain(key);
      });
    },
  };

  async function drain(key: string): Promise<void> {
    for (let queue = queues.get(key); queue !== undefined && queue.length > 0; queue = queues.get(key)) {
      const group = queue.splice(0, GROUP_SIZE);
      await settleGroup(group);
      waitingCount -= group.length;
    }
    queues.delete(key);
  }

  async function settleGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await issueGroup(
        dataSource,
        group.map((waiting) => waiting.receipt),
      );
      onTaken();
      group.forEach((waiting, index) => waiting.resolve(outcomes[index]!));
    } catch (error) {
      if (group.length === 1 || (error instanceof AppError && error.code === "database_unreachable")) {
        for (const waiting of group) waiting.reject(error);
        return;
      }
      // One receipt that the database refuses must not take its neighbours with it.
      for (const waiting of group) await settleGroup([waiting]);
    }
  }
}

function issueGroup(dataSource: DataSource, group: readonly NewReceipt[]): Promise<readonly IssueOutcome[]> {
  const first = group[0];
  invariant(first !== undefined, "a group has receipts");
  return inTransaction(
    dataSource,
    async (manager) => {
      const books = await rowsOf<OpenBook>(
        manager,
        `select book_id, last, next, low_water,
           exists (select from event_stream where unit_id = $1 and 'receipt.issued' = any(types)) as is_heard
         from book where unit_id = $1 and code = $2 and next <= last order by first for update`,
        [first.unitId, first.code],
      );
      const known = await knownReceipts(manager, first.unitId, group);
      const taken = takeNumbers(group, books, known);
      await insertReceipts(manager, taken.rows);
      await insertDeliveries(manager, taken.deliveries);
      for (const [bookId, next] of taken.nextByBook) {
        await manager.query("update book set next = $2 where book_id = $1", [bookId, next]);
      }
      // Nobody listens to most units: they pay no statement for it.
      if (books[0]?.is_heard === true) await recordEvents(manager, first.unitId, "receipt.issued", issuedFacts(taken));
      return taken.outcomes;
    },
    { againIfUnique: true },
  );
}

type Known = { receipt: Receipt; inputDigest: Uint8Array };

async function knownReceipts(
  manager: EntityManager,
  unitId: number,
  group: readonly NewReceipt[],
): Promise<Map<string, Known>> {
  const rows = await rowsOf<RawReceipt & { input_digest: Buffer }>(
    manager,
    `select ${receiptColumns}, ${anchoringColumns}, r.input_digest from receipt r ${anchoringJoin}
     where r.unit_id = $1 and r.bus_no = any($2)`,
    [unitId, group.map((receipt) => receipt.input.busNo)],
  );
  return new Map(rows.map((row) => [row.bus_no, { receipt: receiptOf(row), inputDigest: row.input_digest }]));
}

type Taken = {
  readonly outcomes: readonly IssueOutcome[];
  readonly rows: readonly (readonly [Receipt, Uint8Array])[];
  readonly deliveries: readonly IssuedDelivery[];
  readonly nextByBook: ReadonlyMap<number, number>;
};

function takeNumbers(group: readonly NewReceipt[], books: readonly OpenBook[], known: Map<string, Known>): Taken {
  const nextByBook = new Map<number, number>();
  const rows: (readonly [Receipt, Uint8Array])[] = [];
  const deliveries: IssuedDelivery[] = [];
  const nextOf = (book: OpenBook): number => nextByBook.get(book.book_id) ?? Number(book.next);
  const outcomes = group.map((fresh): IssueOutcome => {
    const earlier = known.get(fresh.input.busNo);
    if (earlier !== undefined) {
      const isSame = Buffer.compare(earlier.inputDigest, fresh.inputDigest) === 0;
      return { kind: isSame ? "repeated" : "conflict", receipt: earlier.receipt };
    }
    const book = books.find((candidate) => nextOf(candidate) <= Number(candidate.last));
    if (book === undefined) return { kind: "no_numbers", code: fresh.code };
    const receipt = assemble(fresh, book.book_id, nextOf(book));
    nextByBook.set(book.book_id, receipt.number + 1);
    rows.push([receipt, fresh.inputDigest]);
    if (fresh.delivery !== undefined) deliveries.push([receipt, fresh.delivery]);
    known.set(receipt.busNo, { receipt, inputDigest: fresh.inputDigest });
    const left = books.reduce((sum, each) => sum + Number(each.last) - nextOf(each) + 1, 0);
    return { kind: "issued", receipt, left, lowWater: book.low_water };
  });
  return { outcomes, rows, deliveries, nextByBook };
}

function issuedFacts({ rows }: Taken): readonly EventFact[] {
  return rows.map(([{ code, number, issuedAtMs, kind }]) => ({ code, number, atMs: issuedAtMs, details: { kind } }));
}

function assemble(fresh: NewReceipt, bookId: number, number: number): Receipt {
  const numbering = numberingOf(codeTextOf(fresh.code), number, fresh.randomNumber, fresh.issuedAtMs);
  const data = numberReceipt(fresh.draft, numbering);
  const { unitId, kind, code, input, secret, issuedAtMs, warnings } = fresh;
  const place = { unitId, code, number, bookId, kind, busNo: input.busNo };
  return { ...place, input, data, secret, issuedAtMs, warnings, state: "issued", ...amountsOf(data) };
}

async function insertReceipts(manager: EntityManager, rows: Taken["rows"]): Promise<void> {
  if (rows.length === 0) return;
  const columnOf = <Value>(value: (receipt: Receipt, inputDigest: Uint8Array) => Value): Value[] =>
    rows.map(([receipt, inputDigest]) => value(receipt, inputDigest));
  await manager.query(
    `insert into receipt (code, number, unit_id, book_id, kind, bus_no, input_digest, input, data, secret, issued_fen,
       reversed_fen, issued_at_ms, warnings, state, render_until_ms)
     select *, 'issued', 0 from unnest($1::int[], $2::bigint[], $3::int[], $4::int[], $5::text[], $6::text[],
       $7::bytea[], $8::jsonb[], $9::jsonb[], $10::bytea[], $11::bigint[], $12::bigint[], $13::bigint[], $14::jsonb[])`,
    [
      columnOf((receipt) => receipt.code),
      columnOf((receipt) => receipt.number),
      columnOf((receipt) => receipt.unitId),
      columnOf((receipt) => receipt.bookId),
      columnOf((receipt) => receipt.kind),
      columnOf((receipt) => receipt.busNo),
      columnOf((_, inputDigest) => Buffer.from(inputDigest)),
      columnOf((receipt) => JSON.stringify(receipt.input)),
      columnOf((receipt) => JSON.stringify(receipt.data)),
      columnOf((receipt) => Buffer.from(receipt.secret)),
      columnOf((receipt) => receipt.issuedFen),
      columnOf((receipt) => receipt.reversedFen),
      columnOf((receipt) => receipt.issuedAtMs),
      columnOf((receipt) => JSON.stringify(receipt.warnings)),
    ],
  );
}
