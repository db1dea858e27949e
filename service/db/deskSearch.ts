import type { DataSource } from "typeorm";
import type { DeskReceiptFilter, DeskReceiptPage } from "../app/deskPorts.ts";
import type { ReceiptCursor } from "../app/storePorts.ts";
import type { DeskReceiptState } from "../domain/deskLists.ts";
import { query } from "./retry.ts";
import { MAX_MS, receiptColumns, receiptOf, standingColumns, standingJoin, type RawReceipt } from "./rows.ts";

/** So many receipts are looked through at once where no index leads to those that are wanted: by kind or place. */
export const LOOKED_THROUGH = 20_000;

export type Search = {
  readonly unitId: number;
  readonly filter: DeskReceiptFilter;
  readonly before: ReceiptCursor | undefined;
  readonly limit: number;
};

/** A unit's receipts, newest first. @param mostLookedThrough another bound is for tests */
export async function searchReceipts(
  dataSource: DataSource,
  search: Search,
  mostLookedThrough = LOOKED_THROUGH,
): Promise<DeskReceiptPage> {
  const { unitId, filter, before, limit } = search;
  const period = [unitId, filter.issuedFromMs, filter.issuedBeforeMs];
  const place = [before?.issuedAtMs ?? MAX_MS, before?.code ?? 0, before?.number ?? 0];
  const { conditions, parameters } = conditionsOf(filter, 8);
  const isWindowed = !isLed(filter);
  const source = isWindowed
    ? `(select * from receipt r where ${IN_PERIOD} ${ORDER} limit ${mostLookedThrough})`
    : "receipt";
  const rows = await query<RawReceipt>(
    dataSource,
    `select ${receiptColumns}, ${standingColumns} from ${source} r ${standingJoin}
     where ${isWindowed ? "true" : IN_PERIOD} ${conditions} ${ORDER} limit $7`,
    // One more than is shown tells whether there is a next page.
    [...period, ...place, limit + 1, ...parameters],
  );
  const receipts = rows.slice(0, limit).map(receiptOf);
  const last = receipts.at(-1);
  if (rows.length > limit && last !== undefined) return { receipts, next: last, isCutShort: false };
  const end = isWindowed ? await endOfWindow(dataSource, [...period, ...place], mostLookedThrough) : undefined;
  return { receipts, isCutShort: end !== undefined, ...(end && { next: end }) };
}

const IN_PERIOD = `r.unit_id = $1 and r.issued_at_ms >= $2 and r.issued_at_ms < $3
  and (r.issued_at_ms, r.code, r.number) < ($4::bigint, $5::integer, $6::bigint)`;
const ORDER = "order by r.issued_at_ms desc, r.code desc, r.number desc";

/** Whether an index leads to the few that are wanted. */
function isLed({ number, busNo, payerName, amountFen, state }: DeskReceiptFilter): boolean {
  return [number, busNo, payerName, amountFen, state].some((value) => value !== undefined);
}

/** The last receipt that was looked through, from the index alone; undefined if there are none behind it. */
async function endOfWindow(
  dataSource: DataSource,
  parameters: readonly unknown[],
  lookedThrough: number,
): Promise<ReceiptCursor | undefined> {
  const [row] = await query<{ issued_at_ms: string; code: number; number: string }>(
    dataSource,
    `select r.issued_at_ms, r.code, r.number from receipt r where ${IN_PERIOD} ${ORDER} offset ${lookedThrough - 1} limit 1`,
    [...parameters],
  );
  return row && { issuedAtMs: Number(row.issued_at_ms), code: row.code, number: Number(row.number) };
}

/** Where each is found among a unit's ($1) receipts: by an index over those few alone (migration IndexDeskSearch). */
const STATES: Readonly<Record<DeskReceiptState, string>> = {
  waiting: `r.state <> 'void' and exists (
    select 1 from book k where k.unit_id = $1 and k.book_id = r.book_id and r.number >= k.anchored)`,
  red: "r.reversed_fen > 0 and r.state <> 'void'",
  reversed: `(r.code, r.number) in (
    select v.code, v.number from receipt red join reversal v on v.red_code = red.code and v.red_number = red.number
    where red.unit_id = $1 and red.reversed_fen > 0 and not v.is_void)`,
  paper: `(r.code, r.number) in (
    select e.code, e.number from paper_exchange e
    where e.unit_id = $1 and e.state in ('requested', 'given', 'returning'))`,
  held: "(r.code, r.number) in (select a.code, a.number from receipt_arrears a where a.released_at_ms is null)",
  void: "r.state = 'void'",
};

/** Conditions on the receipt r; their parameters from `first` on. */
function conditionsOf(filter: DeskReceiptFilter, first: number): { conditions: string; parameters: unknown[] } {
  const given: readonly (readonly [value: unknown, condition: string])[] = [
    [filter.code, "r.code ="],
    [filter.number, "r.number ="],
    [filter.busNo, "r.bus_no ="],
    [filter.kind, "r.kind ="],
    [filter.placeCode, "r.data->>'placeCode' ="],
    [filter.amountFen, "(r.issued_fen + r.reversed_fen) ="],
    [filter.payerName === undefined ? undefined : likeOf(filter.payerName), "r.data->>'payerPartyName' like"],
  ];
  const used = given.filter(([value]) => value !== undefined);
  const state = filter.state === undefined ? "" : ` and ${STATES[filter.state]}`;
  return {
    conditions: used.map(([, condition], index) => `and ${condition} $${first + index}`).join(" ") + state,
    parameters: used.map(([value]) => value),
  };
}

const likeOf = (text: string): string => `${text.replace(/[\\%_]/g, "\\$&")}%`;
