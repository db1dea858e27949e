import type { DataSource, EntityManager } from "typeorm";
import type {
  ExchangeOutcome,
  NewExchange,
  PaperExchange,
  PaperRefusal,
  PaperStock,
  PaperStore,
  SpoilOutcome,
  SpoiltBlanks,
} from "../app/paperPorts.ts";
import { interlockOf, lifeStateOfReceipt, type LifeAction } from "../domain/interlocks.ts";
import { changedElsewhere } from "./acts.ts";
import { PaperBookEntity, PaperExchangeEntity, PaperSpoiltEntity, type PaperExchangeRow } from "./entities/paper.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";
import { receiptColumns, receiptOf, standingColumns, standingJoin, type RawReceipt } from "./rows.ts";

export const exchangeColumns = `e.exchange_id, e.unit_id, e.code, e.number, e.paper_code, e.paper_number, e.digits, e.state,
  e.place_code, e.operator, e.reason, e.requested_at_ms, e.settled_at_ms`;
const STANDING = "e.state in ('requested', 'given', 'returning')";

/** 换开 and the numbers of paper. */
export function createPaperStore(dataSource: DataSource): PaperStore {
  return {
    ...exchangeReads(dataSource),

    requestExchange: (exchange) =>
      inTransaction(dataSource, (manager) => requestExchange(manager, exchange), { againIfUnique: true }),

    async replacePaper(exchange, reason) {
      try {
        const work = (manager: EntityManager): Promise<ExchangeOutcome> => replacePaper(manager, exchange, reason);
        return await inTransaction(dataSource, work, { againIfUnique: true });
      } catch (error) {
        if (error instanceof NoReplacement) return error.outcome;
        throw error;
      }
    },

    requestReturn: (receipt, reason) => inTransaction(dataSource, (manager) => requestReturn(manager, receipt, reason)),

    async settleExchange(exchangeId, state, reason, nowMs) {
      const rows = await query(
        dataSource,
        `update paper_exchange set state = $2, settled_at_ms = $4, reason = case $3 when '' then reason else $3 end
         where exchange_id = $1 and state = case $2 when 'returned' then 'returning' else 'requested' end
         returning exchange_id`,
        [exchangeId, state, reason, nowMs],
      );
      return rows.length === 1;
    },

    savePaperBook: ({ first, last, next, grantedAtMs, ...book }) =>
      inTransaction(dataSource, async (manager) => {
        await manager.query("lock table paper_book in share row exclusive mode");
        const overlapping = await rowsOf(
          manager,
          "select 1 from paper_book where paper_code = $1 and first <= $3 and last >= $2",
          [book.paperCode, first, last],
        );
        if (overlapping.length > 0) return false;
        const marks = {
          first: String(first),
          last: String(last),
          next: String(next),
          grantedAtMs: String(grantedAtMs),
        };
        await manager.insert(PaperBookEntity, { ...book, ...marks });
        return true;
      }),

    paperStock: (unitId) => paperStock(dataSource, unitId),
    spoilBlanks: (unitId, spoil) => inTransaction(dataSource, (manager) => spoilBlanks(manager, unitId, spoil)),
  };
}

function exchangeReads(dataSource: DataSource): Pick<PaperStore, "unsettledExchanges" | "exchangesOf" | "exchanges"> {
  return {
    async unsettledExchanges(limit) {
      const rows = await query<RawExchange>(
        dataSource,
        `select ${exchangeColumns} from paper_exchange e where e.state in ('requested', 'returning')
         order by e.requested_at_ms limit $1`,
        [limit],
      );
      return rows.map(exchangeOf);
    },

    async exchangesOf({ code, number }) {
      const rows = await query<RawExchange>(
        dataSource,
        `select ${exchangeColumns} from paper_exchange e where e.code = $1 and e.number = $2
         order by e.requested_at_ms, e.exchange_id`,
        [code, number],
      );
      return rows.map(exchangeOf);
    },

    async exchanges(after, limit) {
      const rows = await query<RawExchange & { receipt: string }>(
        dataSource,
        `select ${exchangeColumns} from paper_exchange e where e.exchange_id > $1 order by e.exchange_id limit $2`,
        [after, limit],
      );
      const receipts = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}
         where (r.code, r.number) in (select * from unnest($1::int[], $2::bigint[]))`,
        [rows.map(({ code }) => code), rows.map(({ number }) => number)],
      );
      const byPlace = new Map(receipts.map((row) => [`${row.code} ${row.number}`, receiptOf(row)]));
      return rows.map((row) => {
        const receipt = byPlace.get(`${row.code} ${row.number}`);
        return { exchange: exchangeOf(row), ...(receipt && { receipt }) };
      });
    },
  };
}

async function requestReturn(
  manager: EntityManager,
  { code, number }: { readonly code: number; readonly number: number },
  reason: string,
): Promise<PaperExchange | undefined> {
  await rowsOf(
    manager,
    `update paper_exchange set state = 'returning', reason = $3, settled_at_ms = null
           where code = $1 and number = $2 and state = 'given'`,
    [code, number, reason],
  );
  const [row] = await rowsOf<RawExchange>(
    manager,
    `select ${exchangeColumns} from paper_exchange e
           where e.code = $1 and e.number = $2 and e.state = 'returning'`,
    [code, number],
  );
  return row && exchangeOf(row);
}

async function requestExchange(manager: EntityManager, exchange: NewExchange): Promise<ExchangeOutcome> {
  const refusal = await lockForPaper(manager, exchange, "exchange");
  if (refusal?.kind === "interlocked" && refusal.interlock === "receipt_on_paper") {
    const standing = await standingOf(manager, exchange);
    if (standing !== undefined) return { kind: "standing", exchange: standing };
  }
  if (refusal !== undefined) return refusal;
  return givePaper(manager, exchange, "requested");
}

async function replacePaper(manager: EntityManager, exchange: NewExchange, reason: string): Promise<ExchangeOutcome> {
  const refusal = await lockForPaper(manager, exchange, "replacePaper");
  if (refusal !== undefined) return refusal;
  const { code, number, requestedAtMs } = exchange;
  const replaced = await rowsOf(
    manager,
    `update paper_exchange set state = 'replaced', reason = $3, settled_at_ms = $4
     where code = $1 and number = $2 and state = 'given' returning exchange_id`,
    [code, number, reason, requestedAtMs],
  );
  if (replaced.length === 0) return { kind: "interlocked", interlock: "not_on_paper" };
  const outcome = await givePaper(manager, exchange, "given");
  // Without another blank the old paper goes on.
  if (outcome.kind !== "requested") throw new NoReplacement(outcome);
  return outcome;
}

/** Rolls a replacement back, and tells why there is none. */
class NoReplacement extends Error {
  override readonly name = "NoReplacement";
  readonly outcome: ExchangeOutcome;
  constructor(outcome: ExchangeOutcome) {
    super("there is no blank to replace the paper by");
    this.outcome = outcome;
  }
}

/** Locks the receipt as a reversal does, so that of both only one finds it free. */
async function lockForPaper(
  manager: EntityManager,
  { code, number }: NewExchange,
  action: LifeAction,
): Promise<PaperRefusal | undefined> {
  const place = [code, number];
  await rowsOf(manager, "select 1 from receipt where code = $1 and number = $2 for no key update", place);
  const [row] = await rowsOf<RawReceipt>(
    manager,
    `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin} where r.code = $1 and r.number = $2`,
    place,
  );
  if (row === undefined) return { kind: "interlocked", interlock: "receipt_void" };
  const receipt = receiptOf(row);
  const isChangedElsewhere = (await changedElsewhere(manager, [receipt])).size > 0;
  const state = lifeStateOfReceipt(receipt, { isChangedElsewhere });
  const interlock = interlockOf(state, action);
  if (interlock === undefined) return undefined;
  return { kind: "interlocked", interlock, ...(receipt.reversedBy && { by: receipt.reversedBy }) };
}

async function standingOf(manager: EntityManager, { code, number }: NewExchange): Promise<PaperExchange | undefined> {
  const [row] = await rowsOf<RawExchange>(
    manager,
    `select ${exchangeColumns} from paper_exchange e where e.code = $1 and e.number = $2 and ${STANDING}`,
    [code, number],
  );
  return row && exchangeOf(row);
}

type Blank = { paper_code: string; first: string; number: string; digits: number };

async function givePaper(
  manager: EntityManager,
  exchange: NewExchange,
  state: "requested" | "given",
): Promise<ExchangeOutcome> {
  const { unitId, paperCode, paperNumber, placeCode, requestedAtMs } = exchange;
  const blank = await nextBlank(manager, unitId, placeCode, paperCode);
  if (blank === undefined) return { kind: "no_paper" };
  const next = blank.number.padStart(blank.digits, "0");
  if (paperNumber !== undefined && paperNumber !== next) return { kind: "paper_differs", next };
  const row: PaperExchangeRow = {
    ...{ exchangeId: exchange.exchangeId, unitId, code: exchange.code, number: String(exchange.number) },
    ...{ paperCode: blank.paper_code, paperNumber: blank.number, digits: blank.digits, state, placeCode },
    ...{ operator: exchange.operator, reason: "", requestedAtMs: String(requestedAtMs) },
    settledAtMs: state === "given" ? String(requestedAtMs) : null,
  };
  await manager.insert(PaperExchangeEntity, row);
  await rowsOf(
    manager,
    "update paper_book set next = greatest(next, $3::bigint + 1) where paper_code = $1 and first = $2",
    [blank.paper_code, blank.first, blank.number],
  );
  const [stored] = await rowsOf<RawExchange>(
    manager,
    `select ${exchangeColumns} from paper_exchange e where e.exchange_id = $1`,
    [exchange.exchangeId],
  );
  return { kind: "requested", exchange: exchangeOf(stored!) };
}

/** The lowest number that is neither used nor spoilt: of the place's own books before the unit's. Book rows stay locked. */
async function nextBlank(
  manager: EntityManager,
  unitId: number,
  placeCode: string,
  paperCode: string | undefined,
): Promise<Blank | undefined> {
  const books = await rowsOf<{ paper_code: string; first: string; last: string; next: string; digits: number }>(
    manager,
    `select paper_code, first, last, next, digits from paper_book
     where unit_id = $1 and place_code in ('', $2) and ($3::text is null or paper_code = $3)
     order by case place_code when '' then 1 else 0 end, paper_code, first for update`,
    [unitId, placeCode, paperCode ?? null],
  );
  for (const book of books) {
    const [free] = await rowsOf<{ number: string }>(
      manager,
      `select n.number from (
         select e.paper_number as number from paper_exchange e
           where e.paper_code = $1 and e.paper_number between $2 and $3 and e.state = 'refused'
         union select generate_series($4::bigint, $3::bigint)) n
       where not exists (select 1 from paper_exchange u
           where u.paper_code = $1 and u.paper_number = n.number and u.state <> 'refused')
         and not exists (select 1 from paper_spoilt s where s.paper_code = $1 and s.paper_number = n.number)
       order by n.number limit 1`,
      [book.paper_code, book.first, book.last, book.next],
    );
    if (free !== undefined) return { ...book, number: free.number };
  }
  return undefined;
}

async function spoilBlanks(manager: EntityManager, unitId: number, spoil: SpoiltBlanks): Promise<SpoilOutcome> {
  const { paperCode, first, last, reason, nowMs } = spoil;
  const books = await rowsOf<{ digits: number }>(
    manager,
    "select digits from paper_book where unit_id = $1 and paper_code = $2 order by first for update",
    [unitId, paperCode],
  );
  const digits = books[0]?.digits ?? 1;
  const taken = await rowsOf<{ number: string }>(
    manager,
    `select n.number from generate_series($2::bigint, $3::bigint) n (number)
     where not exists (select 1 from paper_book b
         where b.unit_id = $4 and b.paper_code = $1 and n.number between b.first and b.last)
       or exists (select 1 from paper_exchange e
         where e.paper_code = $1 and e.paper_number = n.number and e.state <> 'refused')
       or exists (select 1 from paper_spoilt s where s.paper_code = $1 and s.paper_number = n.number)
     order by n.number limit 20`,
    [paperCode, first, last, unitId],
  );
  if (taken.length > 0) return { kind: "not_blank", numbers: taken.map(({ number }) => number.padStart(digits, "0")) };
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
  await manager.insert(
    PaperSpoiltEntity,
    numbers.map((paperNumber) => ({ paperCode, paperNumber, unitId, reason, spoiltAtMs: String(nowMs) })),
  );
  return { kind: "spoilt", count: numbers.length };
}

async function paperStock(dataSource: DataSource, unitId: number): Promise<readonly PaperStock[]> {
  type Raw = {
    paper_code: string;
    first: string;
    last: string;
    next: string;
    place_code: string;
    digits: number;
    granted_at_ms: string;
    given: number;
    spoilt: number;
  };
  const rows = await query<Raw>(
    dataSource,
    `select b.paper_code, b.first, b.last, b.next, b.place_code, b.digits, b.granted_at_ms,
       (select count(*)::int from paper_exchange e where e.paper_code = b.paper_code
          and e.paper_number between b.first and b.last and e.state <> 'refused') as given,
       (select count(*)::int from paper_spoilt s where s.paper_code = b.paper_code
          and s.paper_number between b.first and b.last) as spoilt
     from paper_book b where b.unit_id = $1 order by b.paper_code, b.first`,
    [unitId],
  );
  return rows.map((row) => ({
    ...{ unitId, paperCode: row.paper_code, placeCode: row.place_code, digits: row.digits },
    ...{ first: Number(row.first), last: Number(row.last), next: Number(row.next) },
    ...{ grantedAtMs: Number(row.granted_at_ms), givenCount: row.given, spoiltCount: row.spoilt },
  }));
}

export type RawExchange = {
  exchange_id: string;
  unit_id: number;
  code: number;
  number: string;
  paper_code: string;
  paper_number: string;
  digits: number;
  state: PaperExchange["state"];
  place_code: string;
  operator: string;
  reason: string;
  requested_at_ms: string;
  settled_at_ms: string | null;
};

export function exchangeOf(row: RawExchange): PaperExchange {
  return {
    ...{ exchangeId: row.exchange_id, unitId: row.unit_id, code: row.code, number: Number(row.number) },
    ...{ paperCode: row.paper_code, paperNumber: row.paper_number.padStart(row.digits, "0"), state: row.state },
    ...{ placeCode: row.place_code, operator: row.operator, reason: row.reason },
    requestedAtMs: Number(row.requested_at_ms),
    ...(row.settled_at_ms !== null && { settledAtMs: Number(row.settled_at_ms) }),
  };
}
