import type { DataSource, EntityManager } from "typeorm";
import { AppError, invariant } from "../core/errors.ts";
import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import { amountsOf, numberingOf, numberReceipt } from "../domain/receiptAssembly.ts";
import type { IssueOutcome, IssueStore, NewReceipt, Receipt } from "../app/storePorts.ts";
import type { EventFact } from "../app/webhookPorts.ts";
import { namesOfBusNos, type BusNoMac } from "./erasedBusNo.ts";
import { insertDeliveries } from "./issueDeliveries.ts";
import { recordEvents } from "./recordEvents.ts";
import { inTransaction, rowsOf } from "./retry.ts";
import { insertReversals, lockOriginals, termsOf, type LockedOriginal } from "./reversals.ts";
import { standingColumns, standingJoin, receiptColumns, receiptOf, type RawReceipt } from "./rows.ts";

/** Receipts that share one transaction: past this a larger group no longer raises the rate (docs/performance.md). */
const GROUP_SIZE = 200;
/** Receipts that may wait for their transaction before new ones are refused. */
const QUEUE_LIMIT = 5000;

type Waiting = {
  readonly receipts: readonly NewReceipt[];
  resolve(outcomes: readonly IssueOutcome[]): void;
  reject(error: unknown): void;
};
type OpenBook = {
  book_id: number;
  last: string;
  next: string;
  low_water: number;
  place_code: string | null;
  is_heard: boolean;
  /** Some of the business numbers have been used. */
  is_known: boolean;
  strangers: readonly string[];
};

/**
 * Takes numbers. Receipts of one unit, code and kind that arrive while a transaction runs share the next one: each answer
 * still waits for its own commit. The books' row locks keep programs on one database apart.
 */
export function createIssueStore(dataSource: DataSource, onTaken: () => void, mac?: BusNoMac): IssueStore {
  const queues = new Map<string, Waiting[]>();
  let waitingCount = 0;

  return {
    async issue(receipt) {
      const [outcome] = await enqueue([receipt]);
      invariant(outcome !== undefined, "each receipt has its outcome");
      return outcome;
    },
    issueTogether: enqueue,
  };

  function enqueue(receipts: readonly NewReceipt[]): Promise<readonly IssueOutcome[]> {
    const [first] = receipts;
    invariant(first !== undefined, "something is to be issued");
    invariant(
      receipts.every((each) => each.unitId === first.unitId && each.code === first.code && each.kind === first.kind),
      "what is issued together is of one unit, code and kind",
    );
    if (waitingCount >= QUEUE_LIMIT) {
      return Promise.reject(new AppError("queue_full", "too many receipts wait to be issued"));
    }
    return new Promise((resolve, reject) => {
      const key = `${first.unitId} ${first.code} ${first.kind}`;
      const queue = queues.get(key);
      waitingCount++;
      if (queue !== undefined) {
        queue.push({ receipts, resolve, reject });
        return;
      }
      queues.set(key, [{ receipts, resolve, reject }]);
      void drain(key);
    });
  }

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
        mac,
        group.map((waiting) => waiting.receipts),
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

/** A unit that has registered no place may name any: all draw from the books that serve all. */
const isStranger = `exists (select from place where unit_id = $1)
  and not exists (select from place where unit_id = $1 and place_code = named and is_open)`;

const namedPlaces = (receipts: readonly NewReceipt[]): readonly string[] => [
  ...new Set(receipts.flatMap(({ input, isPlaceInherited }) => (isPlaceInherited === true ? [] : [input.placeCode]))),
];

/** Each request's receipts are issued together or not at all. */
function issueGroup(
  dataSource: DataSource,
  mac: BusNoMac,
  group: readonly (readonly NewReceipt[])[],
): Promise<readonly (readonly IssueOutcome[])[]> {
  const receipts = group.flat();
  const first = receipts[0];
  invariant(first !== undefined, "a group has receipts");
  return inTransaction(
    dataSource,
    async (manager) => {
      const names = namesOfBusNos(
        mac,
        first.unitId,
        receipts.map((receipt) => receipt.input.busNo),
      );
      const books = await rowsOf<OpenBook>(
        manager,
        `select book_id, coalesce(usable_last, last) as last, next, low_water, place_code,
           exists (select from event_stream where unit_id = $1 and 'receipt.issued' = any(types)) as is_heard,
           exists (select from receipt where unit_id = $1 and bus_no = any($5)) as is_known,
           array(select named from unnest($4::text[]) as named where ${isStranger}) as strangers
         from book
         where unit_id = $1 and code = $2 and kind = $3 and next <= coalesce(usable_last, last)
         order by place_code nulls last, first for update`,
        [first.unitId, first.code, first.kind, namedPlaces(receipts), [...names.keys()]],
      );
      // A number that another program uses while this one waits for the books fails at the insertion, and all is done again.
      const mayBeKnown = books[0]?.is_known ?? true;
      const known = mayBeKnown ? await knownReceipts(manager, first.unitId, names) : new Map<string, Known>();
      const originals = await lockOriginals(manager, receipts);
      const strangers = new Set(books[0]?.strangers);
      const taking: Taking = { books, strangers, known, originals, nextByBook: new Map(), rows: [] };
      const outcomes = group.map((together) => takeTogether(together, taking));
      await insertReceipts(manager, taking);
      await insertReversals(manager, taking.rows);
      await insertDeliveries(
        manager,
        taking.rows.flatMap(([receipt, { delivery }]) =>
          delivery === undefined ? [] : [[receipt, delivery] as const],
        ),
      );
      // Nobody listens to most units: they pay no statement for it.
      if (books[0]?.is_heard === true) await recordEvents(manager, first.unitId, "receipt.issued", issuedFacts(taking));
      await recordEvents(manager, first.unitId, "receipt.reversed", reversedFacts(taking));
      return outcomes;
    },
    { againIfUnique: true },
  );
}

type Known = { readonly receipt: Receipt; readonly inputDigest: Uint8Array };

/** `names`: each name that a business number may stand under, and the number. */
async function knownReceipts(
  manager: EntityManager,
  unitId: number,
  names: ReadonlyMap<string, string>,
): Promise<Map<string, Known>> {
  const rows = await rowsOf<RawReceipt & { input_digest: Buffer }>(
    manager,
    `select ${receiptColumns}, ${standingColumns}, r.input_digest from receipt r ${standingJoin}
     where r.unit_id = $1 and r.bus_no = any($2)`,
    [unitId, [...names.keys()]],
  );
  return new Map(
    rows.map((row) => [
      names.get(row.bus_no) ?? row.bus_no,
      { receipt: receiptOf(row), inputDigest: row.input_digest },
    ]),
  );
}

/** What a transaction has given out so far. */
type Taking = {
  readonly books: readonly OpenBook[];
  /** Places that were named and are none of the unit's. */
  readonly strangers: ReadonlySet<string>;
  readonly known: Map<string, Known>;
  readonly originals: Map<string, LockedOriginal>;
  readonly nextByBook: Map<number, number>;
  readonly rows: (readonly [Receipt, NewReceipt])[];
};

/** Several are tried on a copy first: a refusal of one takes the numbers of the others back. */
function takeTogether(together: readonly NewReceipt[], taking: Taking): readonly IssueOutcome[] {
  const [only] = together;
  if (together.length === 1 && only !== undefined) return [takeNumber(only, taking)];
  const trial: Taking = {
    ...taking,
    known: new Map(taking.known),
    originals: new Map(taking.originals),
    nextByBook: new Map(taking.nextByBook),
    rows: [],
  };
  const outcomes = together.map((fresh) => takeNumber(fresh, trial));
  const isDone = (outcome: IssueOutcome): boolean => outcome.kind === "issued" || outcome.kind === "repeated";
  if (!outcomes.every(isDone)) {
    return outcomes.map((outcome) => (outcome.kind === "issued" ? { kind: "not_alone" } : outcome));
  }
  return together.map((fresh) => takeNumber(fresh, taking));
}

function takeNumber(fresh: NewReceipt, taking: Taking): IssueOutcome {
  const { books, strangers, known, originals, nextByBook, rows } = taking;
  const nextOf = (book: OpenBook): number => nextByBook.get(book.book_id) ?? Number(book.next);
  const earlier = known.get(fresh.input.busNo);
  if (earlier !== undefined) {
    const isSame = Buffer.compare(earlier.inputDigest, fresh.inputDigest) === 0;
    return { kind: isSame ? "repeated" : "conflict", receipt: earlier.receipt };
  }
  const original = fresh.reverses && originals.get(placeOf(fresh.reverses));
  invariant(fresh.reverses === undefined || original !== undefined, "what is reversed exists");
  if (original?.interlock !== undefined) {
    const by = original.receipt.reversedBy;
    return { kind: "interlocked", interlock: original.interlock, ...(by && { by }) };
  }
  const { placeCode } = fresh.input;
  if (fresh.isPlaceInherited !== true && placeCode !== "" && strangers.has(placeCode)) {
    return { kind: "place_unknown", placeCode };
  }
  // A place's own books stand before those that serve all.
  const book = books.find((candidate) => {
    const isFor = candidate.place_code === null || candidate.place_code === placeCode;
    return isFor && nextOf(candidate) <= Number(candidate.last);
  });
  if (book === undefined) return { kind: "no_numbers", code: fresh.code };
  const receipt = assemble(fresh, book.book_id, nextOf(book));
  nextByBook.set(book.book_id, receipt.number + 1);
  rows.push([receipt, fresh]);
  known.set(receipt.busNo, { receipt, inputDigest: fresh.inputDigest });
  if (original !== undefined) originals.set(placeOf(original.receipt), reversedBy(original, receipt, fresh));
  const left = books.reduce((sum, each) => sum + Number(each.last) - nextOf(each) + 1, 0);
  return { kind: "issued", receipt, left, lowWater: book.low_water };
}

const placeOf = ({ code, number }: { readonly code: number; readonly number: number }): string => `${code} ${number}`;

function reversedBy(original: LockedOriginal, red: Receipt, { reverses }: NewReceipt): LockedOriginal {
  invariant(reverses !== undefined, "it reverses something");
  const record = { ...termsOf(reverses), code: red.code, number: red.number, reversedAtMs: red.issuedAtMs };
  return { receipt: { ...original.receipt, reversedBy: record }, interlock: "already_reversed" };
}

function issuedFacts({ rows }: Taking): readonly EventFact[] {
  return rows.map(([{ code, number, issuedAtMs, kind }]) => ({ code, number, atMs: issuedAtMs, details: { kind } }));
}

/** Of the originals; the red-letter receipts have been issued. */
function reversedFacts({ rows }: Taking): readonly EventFact[] {
  return rows.flatMap(([red, { reverses }]) => {
    if (reverses === undefined) return [];
    const by = { redCode: codeTextOf(red.code), redNumber: numberText(red.number), reasonCode: reverses.reasonCode };
    return [{ code: reverses.code, number: reverses.number, atMs: red.issuedAtMs, details: by }];
  });
}

function assemble(fresh: NewReceipt, bookId: number, number: number): Receipt {
  const numbering = numberingOf(codeTextOf(fresh.code), number, fresh.randomNumber, fresh.issuedAtMs);
  const data = numberReceipt(fresh.draft, numbering);
  const { unitId, kind, code, input, secret, issuedAtMs, warnings } = fresh;
  const place = { unitId, code, number, bookId, kind, busNo: input.busNo };
  const reverses = fresh.reverses && { ...termsOf(fresh.reverses), reversedAtMs: issuedAtMs };
  const standing = { state: "issued" as const, ...(reverses && { reverses }) };
  return { ...place, input, data, secret, issuedAtMs, warnings, ...standing, ...amountsOf(data) };
}

/** With the marks of their books, which are locked. */
async function insertReceipts(manager: EntityManager, { rows, nextByBook }: Taking): Promise<void> {
  if (rows.length === 0) return;
  const columnOf = <Value>(value: (receipt: Receipt, fresh: NewReceipt) => Value): Value[] =>
    rows.map(([receipt, fresh]) => value(receipt, fresh));
  await rowsOf(
    manager,
    `with moved as (
       update book set next = taken.next from unnest($15::int[], $16::bigint[]) as taken (book_id, next)
       where book.book_id = taken.book_id)
     insert into receipt (code, number, unit_id, book_id, kind, bus_no, input_digest, input, data, secret, issued_fen,
       reversed_fen, issued_at_ms, warnings, state, render_until_ms)
     select *, 'issued', 0 from rows from (unnest($1::int[], $2::bigint[], $3::int[], $4::int[], $5::text[], $6::text[],
       $7::bytea[]), jsonb_array_elements($8::jsonb), jsonb_array_elements($9::jsonb), unnest($10::bytea[],
       $11::bigint[], $12::bigint[], $13::bigint[]), jsonb_array_elements($14::jsonb))`,
    [
      columnOf((receipt) => receipt.code),
      columnOf((receipt) => receipt.number),
      columnOf((receipt) => receipt.unitId),
      columnOf((receipt) => receipt.bookId),
      columnOf((receipt) => receipt.kind),
      columnOf((receipt) => receipt.busNo),
      columnOf((_, { inputDigest }) => Buffer.from(inputDigest)),
      // One text each: in an array's text every quotation mark would be written, and read, with a stroke before it.
      JSON.stringify(columnOf((receipt) => receipt.input)),
      JSON.stringify(columnOf((receipt) => receipt.data)),
      columnOf((receipt) => Buffer.from(receipt.secret)),
      columnOf((receipt) => receipt.issuedFen),
      columnOf((receipt) => receipt.reversedFen),
      columnOf((receipt) => receipt.issuedAtMs),
      JSON.stringify(columnOf((receipt) => receipt.warnings)),
      [...nextByBook.keys()],
      [...nextByBook.values()],
    ],
  );
}
