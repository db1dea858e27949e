import { In, type DataSource, type EntityManager } from "typeorm";
import type { Destruction, DestructionStore } from "../app/destructionPorts.ts";
import { erasedBusNo, type BusNoMac } from "./erasedBusNo.ts";
import { ArchiveRunEntity, DestructionEntity, type DestructionRow } from "./entities/destruction.ts";
import { inTransaction, query, rowsOf, sqlStateOf } from "./retry.ts";

const UNIQUE_VIOLATION = "23505";

/** Archives that were made, and what was destroyed after them. */
export function createDestructionStore(dataSource: DataSource, mac?: BusNoMac): DestructionStore {
  const { manager } = dataSource;
  return {
    async recordArchive(unitId, { runs, indexSha256 }, nowMs) {
      const values = runs.map(({ bookId, from, through }) => ({
        ...{ indexSha256, bookId, unitId, fromNumber: String(from), through: String(through) },
        recordedAtMs: String(nowMs),
      }));
      if (values.length === 0) return;
      await manager.createQueryBuilder().insert().into(ArchiveRunEntity).values(values).orIgnore().execute();
    },

    async notReady({ bookId, from, through }) {
      const [row] = await query<Record<"archived" | "written_off" | "destroyed", string>>(
        dataSource,
        `select count(*) filter (where not exists (select 1 from archive_run a
             where a.book_id = r.book_id and r.number between a.from_number and a.through)) as archived,
           count(*) filter (where not exists (select 1 from write_off_run w join write_off o on o.write_off_id = w.write_off_id
             where w.book_id = r.book_id and r.number between w.from_number and w.through
               and o.state = 'reviewed' and o.result in (1, 2, 4))) as written_off,
           count(*) filter (where r.destroyed_at_ms is not null) as destroyed
         from receipt r where r.book_id = $1 and r.number between $2 and $3`,
        [bookId, from, through],
      );
      const [archived, writtenOff, destroyed] = [row?.archived, row?.written_off, row?.destroyed].map(Number);
      return { archived: archived ?? 0, writtenOff: writtenOff ?? 0, destroyed: destroyed ?? 0 };
    },

    insertDestruction: (destruction) => insert(manager, destruction),

    async destruction(destructionId) {
      const row = await manager.findOneBy(DestructionEntity, { destructionId });
      return row === null ? undefined : destructionOf(row);
    },

    async destructions(limit) {
      const rows = await manager.find(DestructionEntity, { order: { appliedAtMs: "DESC" }, take: limit });
      return rows.map(destructionOf);
    },

    async moveDestruction(destructionId, from, { reviewedAtMs, doneAtMs, ...change }) {
      const { affected } = await manager.update(
        DestructionEntity,
        { destructionId, state: from },
        {
          ...change,
          ...(reviewedAtMs !== undefined && { reviewedAtMs: String(reviewedAtMs) }),
          ...(doneAtMs !== undefined && { doneAtMs: String(doneAtMs) }),
        },
      );
      return affected === 1;
    },

    eraseRun: ({ bookId, from, through }, nowMs) =>
      inTransaction(dataSource, (transaction) => erase(transaction, mac, [bookId, from, through], nowMs)),

    async approvedRuns() {
      const rows = await manager.findBy(DestructionEntity, { state: In(["passed", "done"]) });
      return rows.flatMap(({ runs }) => runs);
    },
  };
}

async function insert(manager: EntityManager, destruction: Destruction): Promise<boolean> {
  try {
    const { runs, numberCount, appliedAtMs, reviewedAtMs: _at, doneAtMs: _done, ...rest } = destruction;
    const row = { ...rest, runs: [...runs], numberCount: String(numberCount), appliedAtMs: String(appliedAtMs) };
    await manager.insert(DestructionEntity, row);
    return true;
  } catch (error) {
    if (sqlStateOf(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

/** Of the data what stands on chain or is public anyway; the rest becomes empty in its own shape. */
const ERASED = `data || jsonb_build_object('randomNumber', '', 'payerPartyName', '', 'payerPartyCode', '',
  'payerAcct', '', 'payerOpBk', '', 'bizCode', '', 'remark', '', 'handlingPerson', '', 'checker', '', 'payMode', '',
  'supervisorRemark', '', 'placeCode', '', 'mainExt', jsonb_build_object(
    'relatedInvoiceCode', data -> 'mainExt' -> 'relatedInvoiceCode',
    'relatedInvoiceNumber', data -> 'mainExt' -> 'relatedInvoiceNumber'), 'items', '[]'::jsonb, 'auxItems', '[]'::jsonb,
  'otherInfo', '[]'::jsonb, 'payChannels', '[]'::jsonb)`;

const OF_RUN = `(code, number) in (select code, number from receipt where book_id = $1 and number between $2 and $3)`;

async function erase(manager: EntityManager, mac: BusNoMac, run: readonly number[], nowMs: number): Promise<void> {
  for (const table of ["payer_contact", "receipt_link", "receipt_arrears", "delivery"]) {
    await rowsOf(manager, `delete from ${table} where ${OF_RUN}`, run);
  }
  await rowsOf(
    manager,
    `update reversal set reason = '', document_no = '' where (red_code, red_number) in
       (select code, number from receipt where book_id = $1 and number between $2 and $3) or ${OF_RUN}`,
    run,
  );
  const rows = await rowsOf<{ number: string; unit_id: number; bus_no: string }>(
    manager,
    `select number, unit_id, bus_no from receipt
     where book_id = $1 and number between $2 and $3 and destroyed_at_ms is null for update`,
    run,
  );
  const erased = rows.map((row) => erasedBusNo(mac, row.unit_id, row.bus_no));
  await rowsOf(
    manager,
    "delete from desk_issue where (unit_id, bus_no) in (select * from unnest($1::int[], $2::text[]))",
    [rows.map((row) => row.unit_id), rows.map((row) => row.bus_no)],
  );
  // The input's digest has no salt: it would let anyone guess the input.
  await rowsOf(
    manager,
    `update receipt set data = ${ERASED}, input = '{}', input_digest = '', secret = '', warnings = '[]',
       bus_no = gone.erased, destroyed_at_ms = $2
     from unnest($3::bigint[], $4::text[]) as gone(number, erased)
     where receipt.book_id = $1 and receipt.number = gone.number`,
    [run[0], nowMs, rows.map((row) => row.number), erased],
  );
}

function destructionOf(row: DestructionRow): Destruction {
  return {
    destructionId: row.destructionId,
    unitId: row.unitId,
    through: row.through,
    runs: row.runs,
    numberCount: Number(row.numberCount),
    applicant: row.applicant,
    reason: row.reason,
    appliedAtMs: Number(row.appliedAtMs),
    state: row.state,
    ...(row.reviewer !== null && { reviewer: row.reviewer }),
    ...(row.opinion !== null && { opinion: row.opinion }),
    ...(row.reviewedAtMs !== null && { reviewedAtMs: Number(row.reviewedAtMs) }),
    ...(row.doneAtMs !== null && { doneAtMs: Number(row.doneAtMs) }),
  };
}
