import type { DataSource, EntityManager } from "typeorm";
import type { ActDetails, ActStore, BlockSpan, ReceiptAct, StoredAct } from "../app/actPorts.ts";
import type { ReceiptKey } from "../app/checkPorts.ts";
import type { EventFact } from "../app/webhookPorts.ts";
import { AppError } from "../core/errors.ts";
import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import { insertAlarm } from "./alarms.ts";
import { assertLease } from "./batches.ts";
import { createGroup } from "./group.ts";
import { recordEvents } from "./recordEvents.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

const CURSOR = "receipts";

/** As the index receipt_leaf_ix has it: the leaf of the receipt r. */
const LEAF = `sha256('\\x00'::bytea || int4send(r.code) || substring(int8send(r.number) from 4) || r.data_digest ||
  r.document_digest || int8send(r.issued_fen) || int8send(r.reversed_fen))`;

/**
 * Of the act g on the receipt r: whether our rows tell of no wish for it. They are always written before the chain is told, and what
 * refused exchanges asked for was never done.
 */
const IS_FOREIGN = `case g.details ->> 'kind'
  when 'reversed' then not exists (
    select from reversal v join receipt red on red.code = v.red_code and red.number = v.red_number
    where v.code = r.code and v.number = r.number and not v.is_void
      and red.book_id = (g.details ->> 'bookId')::integer and red.number = (g.details ->> 'by')::bigint)
  when 'paper_changed' then (g.details ->> 'unitId')::integer <> r.unit_id or not exists (
    select from paper_exchange e where e.code = r.code and e.number = r.number and e.state <> 'refused'
      and ((g.details ->> 'onPaper')::boolean or e.state in ('returning', 'returned')))
  else false end`;

/** What was done to receipts on the contract. */
export function createActStore(dataSource: DataSource): ActStore {
  return {
    async actCursor() {
      type Raw = { next_block: string };
      const [row] = await query<Raw>(dataSource, "select next_block from ledger_cursor where name = $1", [CURSOR]);
      return row && Number(row.next_block);
    },

    recordActs: (lease, span, acts, nowMs) =>
      inTransaction(dataSource, async (manager) => {
        await assertLease(manager, lease);
        await moveCursor(manager, span);
        const fresh = await insertActs(manager, acts);
        await raiseAlarms(manager, fresh.map(actOf), nowMs);
        await recordClaimed(manager, fresh);
        return fresh.map(actOf);
      }),

    claimActs: createGroup((receipts: readonly ReceiptKey[]) => claimActs(dataSource, receipts)),
    isChangedElsewhere: async (receipt) => (await changedElsewhere(dataSource.manager, [receipt])).size > 0,

    async actsBetween({ fromBlock, toBlock }) {
      const rows = await query<RawAct>(
        dataSource,
        `select ${columns} from ledger_act a where a.block_number between $1 and $2 order by a.block_number, a.log_index`,
        [fromBlock, toBlock],
      );
      return rows.map(actOf);
    },
  };
}

/**
 * Those of the receipts, by "code number", that the chain has reversed, or on paper, by an act that is not ours: of the changes to
 * and from paper the last one counts.
 */
export async function changedElsewhere(
  manager: EntityManager,
  receipts: readonly ReceiptKey[],
): Promise<ReadonlySet<string>> {
  const rows = await rowsOf<{ code: number; number: string }>(
    manager,
    `select a.code, a.number from ledger_act a
     where (a.code, a.number) in (select * from unnest($1::int[], $2::bigint[])) and a.is_foreign
       and (a.details ->> 'kind' = 'reversed' or (a.details ->> 'onPaper')::boolean and not exists (
         select from ledger_act later where later.code = a.code and later.number = a.number
           and later.details ->> 'kind' = 'paper_changed'
           and (later.block_number, later.log_index) > (a.block_number, a.log_index)))`,
    placesOf(receipts),
  );
  return new Set(rows.map(({ code, number }) => `${code} ${number}`));
}

async function moveCursor(manager: EntityManager, { fromBlock, toBlock }: BlockSpan): Promise<void> {
  const moved = await rowsOf(
    manager,
    `insert into ledger_cursor as c (name, next_block) values ($1, $3)
     on conflict (name) do update set next_block = $3 where c.next_block = $2 returning name`,
    [CURSOR, fromBlock, toBlock + 1],
  );
  if (moved.length === 0) throw new AppError("cursor_moved", `block ${fromBlock} was read by another`);
}

type RawAct = {
  tx_hash: string;
  log_index: number;
  block_number: string;
  time_s: string;
  leaf: Buffer;
  details: ActDetails;
  code: number | null;
  number: string | null;
  is_foreign: boolean;
};
type FreshAct = RawAct & { unit_id: number | null };

const columns = "a.tx_hash, a.log_index, a.block_number, a.time_s, a.leaf, a.details, a.code, a.number, a.is_foreign";

/** In the order of the chain. */
async function insertActs(manager: EntityManager, acts: readonly ReceiptAct[]): Promise<readonly FreshAct[]> {
  if (acts.length === 0) return [];
  const columnOf = <Value>(value: (act: ReceiptAct) => Value): Value[] => acts.map(value);
  return rowsOf<FreshAct>(
    manager,
    `with fresh as (
       insert into ledger_act (tx_hash, log_index, block_number, time_s, leaf, details, code, number, is_foreign)
       select g.tx_hash, g.log_index, g.block_number, g.time_s, g.leaf, g.details, r.code, r.number,
         r.code is not null and ${IS_FOREIGN}
       from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bytea[], $6::jsonb[])
           as g (tx_hash, log_index, block_number, time_s, leaf, details)
         left join receipt r on r.state = 'rendered' and ${LEAF} = g.leaf
       on conflict do nothing returning *)
     select ${columns}, r.unit_id from fresh a left join receipt r on r.code = a.code and r.number = a.number
     order by a.block_number, a.log_index`,
    [
      columnOf((act) => act.txHash),
      columnOf((act) => act.logIndex),
      columnOf((act) => act.blockNumber),
      columnOf((act) => act.timeS),
      columnOf((act) => Buffer.from(act.leaf.slice(2), "hex")),
      columnOf((act) => JSON.stringify(act.details)),
    ],
  );
}

async function raiseAlarms(manager: EntityManager, acts: readonly StoredAct[], nowMs: number): Promise<void> {
  for (const { receipt, details, isForeign, txHash } of acts) {
    if (receipt === undefined) continue;
    const subject = `receipt ${codeTextOf(receipt.code)} ${numberText(receipt.number)}`;
    if (details.kind === "reversed" && isForeign) {
      const by = `by number ${details.by} of book ${details.bookId}, transaction ${txHash}`;
      await insertAlarm(manager, "reversed_elsewhere", subject, by, nowMs);
    }
    if (details.kind === "paper_changed" && isForeign) {
      const change = `${details.onPaper ? "on paper" : "off paper"} by unit ${details.unitId}, transaction ${txHash}`;
      await insertAlarm(manager, "paper_elsewhere", subject, change, nowMs);
    }
    if (details.kind === "reversed_in_use") {
      const use = `claimed ${details.usedFen} fen, held ${details.lockedFen} fen`;
      await insertAlarm(manager, "reversed_in_use", subject, use, nowMs);
    }
  }
}

/** Units in the order of their ids, as recordEvents asks. */
async function recordClaimed(manager: EntityManager, fresh: readonly FreshAct[]): Promise<void> {
  const facts = new Map<number, EventFact[]>();
  for (const { unit_id, code, number, time_s, details } of fresh) {
    if (details.kind !== "claimed" || unit_id === null || code === null) continue;
    const { claimantId, amountFen } = details;
    const fact = { code, number: Number(number), atMs: Number(time_s) * 1000, details: { claimantId, amountFen } };
    facts.set(unit_id, [...(facts.get(unit_id) ?? []), fact]);
  }
  for (const [unitId, own] of [...facts].sort(([a], [b]) => a - b)) {
    await recordEvents(manager, unitId, "receipt.claimed", own);
  }
}

async function claimActs(
  dataSource: DataSource,
  receipts: readonly ReceiptKey[],
): Promise<readonly (readonly ReceiptAct[])[]> {
  const rows = await query<RawAct>(
    dataSource,
    `select ${columns} from ledger_act a
     where (a.code, a.number) in (select * from unnest($1::int[], $2::bigint[]))
       and a.details ->> 'kind' in ('claimed', 'claim_released')
     order by a.block_number, a.log_index`,
    placesOf(receipts),
  );
  return receipts.map(({ code, number }) =>
    rows.filter((row) => row.code === code && Number(row.number) === number).map(actOf),
  );
}

const placesOf = (receipts: readonly ReceiptKey[]): readonly unknown[] => [
  receipts.map(({ code }) => code),
  receipts.map(({ number }) => number),
];

function actOf(row: RawAct): StoredAct {
  return {
    txHash: row.tx_hash,
    logIndex: row.log_index,
    blockNumber: Number(row.block_number),
    timeS: Number(row.time_s),
    leaf: `0x${row.leaf.toString("hex")}`,
    details: row.details,
    ...(row.code !== null && { receipt: { code: row.code, number: Number(row.number) } }),
    isForeign: row.is_foreign,
  };
}
