import { In, LessThan, type DataSource } from "typeorm";
import { codeTextOf } from "../domain/code.ts";
import type { Run, WriteOff, WriteOffStore } from "../app/writeOffPorts.ts";
import {
  WriteOffEntity,
  WriteOffEventEntity,
  WriteOffRunEntity,
  type WriteOffEventRow,
  type WriteOffRow,
} from "./entities/writeOff.ts";
import { outstandingOf } from "./outstanding.ts";
import { inTransaction, query, sqlStateOf } from "./retry.ts";

const UNIQUE_VIOLATION = "23505";
/** A red-letter receipt is one of which a reversal is known. */
const isRed = "exists (select 1 from reversal v where v.red_code = r.code and v.red_number = r.number)";
const inRuns = `exists (select 1 from unnest($1::int[], $2::bigint[], $3::bigint[]) as run(book_id, from_number, through)
  where r.book_id = run.book_id and r.number between run.from_number and run.through)`;

/** Write-offs, and the sums that they are made of. */
export function createWriteOffStore(dataSource: DataSource): WriteOffStore {
  return { ...createReads(dataSource), ...createWrites(dataSource), ...createSums(dataSource) };
}

type Sums = "runFacts" | "runItems" | "runVoids";
type Writes = "insertWriteOff" | "moveWriteOff";

function createReads(dataSource: DataSource): Omit<WriteOffStore, Sums | Writes> {
  const { manager } = dataSource;
  return {
    async writeOff(writeOffId) {
      const rows = await manager.findBy(WriteOffEntity, { writeOffId });
      return (await withEvents(dataSource, rows))[0];
    },

    async writeOffs(unitId, before, limit) {
      const rows = await manager.find(WriteOffEntity, {
        where: { ...(unitId !== undefined && { unitId }), ...(before !== undefined && { cutoff: LessThan(before) }) },
        order: { cutoff: "DESC", unitId: "ASC" },
        take: limit,
      });
      return withEvents(dataSource, rows);
    },

    async writeOffMarks(unitId) {
      const rows = await query<{ book_id: number; through: string; last: string }>(
        dataSource,
        `select distinct on (run.book_id) run.book_id, run.through, run.last
         from write_off_run run join write_off w on w.write_off_id = run.write_off_id
         where w.unit_id = $1 order by run.book_id, w.cutoff desc`,
        [unitId],
      );
      return rows.map((row) => ({ bookId: row.book_id, through: Number(row.through), last: Number(row.last) }));
    },

    outstanding: (unitId, beforeMs) => outstandingOf(dataSource, unitId, beforeMs),
  };
}

function createWrites(dataSource: DataSource): Pick<WriteOffStore, Writes> {
  return {
    async insertWriteOff({ writeOffId, unitId, cutoff, filedAtMs, report }, runs) {
      try {
        await inTransaction(dataSource, async (transaction) => {
          const at = String(filedAtMs);
          await transaction.insert(WriteOffEntity, {
            writeOffId,
            unitId,
            cutoff,
            filedAtMs: at,
            state: "filed",
            report,
          });
          await transaction.insert(
            WriteOffRunEntity,
            runs.map(({ bookId, from, through, last }) => ({
              writeOffId,
              bookId,
              fromNumber: String(from),
              through: String(through),
              last: String(last),
            })),
          );
          const event = { writeOffId, seq: 1, kind: "filed", atMs: at, byWhom: `unit ${unitId}`, text: "" } as const;
          await transaction.insert(WriteOffEventEntity, event);
        });
        return true;
      } catch (error) {
        if (sqlStateOf(error) === UNIQUE_VIOLATION) return false;
        throw error;
      }
    },

    async moveWriteOff({ writeOffId, state, events }, to, event) {
      try {
        return await inTransaction(dataSource, async (transaction) => {
          const result = event.result === undefined ? {} : { result: event.result };
          const { affected } = await transaction.update(
            WriteOffEntity,
            { writeOffId, state },
            { state: to, ...result },
          );
          if (affected !== 1) return false;
          const { kind, by, text, atMs } = event;
          const row = { writeOffId, seq: events.length + 1, kind, atMs: String(atMs), byWhom: by, text, ...result };
          await transaction.insert(WriteOffEventEntity, row);
          return true;
        });
      } catch (error) {
        if (sqlStateOf(error) === UNIQUE_VIOLATION) return false;
        throw error;
      }
    },
  };
}

function createSums(dataSource: DataSource): Pick<WriteOffStore, Sums> {
  return {
    runFacts: (bookId, from, through) => runFacts(dataSource, bookId, from, through),

    async runItems(runs) {
      type Raw = { code: string; name: string; unit: string; amount: string | null; red: string | null };
      const rows = await query<Raw>(
        dataSource,
        `select i ->> 'itemCode' as code, i ->> 'itemName' as name, i ->> 'itemUnit' as unit,
           sum((i ->> 'itemAmount')::bigint) filter (where not is_red) as amount,
           - sum((i ->> 'itemAmount')::bigint) filter (where is_red) as red
         from (select r.data, ${isRed} as is_red from receipt r where ${inRuns} and r.state <> 'void') as used,
           jsonb_array_elements(used.data -> 'items') as i
         group by 1, 2, 3 order by 1, 2, 3`,
        runParameters(runs),
      );
      return rows.map((row) => ({
        ...{ itemCode: row.code, itemName: row.name, itemUnit: row.unit },
        amountFen: Number(row.amount ?? 0),
        redFen: Number(row.red ?? 0),
      }));
    },

    async runVoids(runs) {
      const rows = await query<{ code: number; number: string; void_reason: string | null }>(
        dataSource,
        `select r.code, r.number, r.void_reason from receipt r where ${inRuns} and r.state = 'void'
         order by r.code, r.number`,
        runParameters(runs),
      );
      return rows.map((row) => ({
        eInvoiceCode: codeTextOf(row.code),
        number: Number(row.number),
        reason: row.void_reason ?? "",
      }));
    },
  };
}

async function runFacts(
  dataSource: DataSource,
  bookId: number,
  from: number,
  through: number,
): ReturnType<WriteOffStore["runFacts"]> {
  type Raw = Record<"blue" | "red" | "voids", string> & Record<"blue_fen" | "red_fen" | "name", string | null>;
  const [row] = await query<Raw>(
    dataSource,
    `select count(*) filter (where not is_void and not is_red) as blue, count(*) filter (where not is_void and is_red) as red,
       count(*) filter (where is_void) as voids, sum(issued_fen) filter (where not is_void and not is_red) as blue_fen,
       sum(reversed_fen) filter (where not is_void and is_red) as red_fen, min(name) as name
     from (select r.state = 'void' as is_void, ${isRed} as is_red, r.issued_fen, r.reversed_fen,
       r.data ->> 'eInvoiceName' as name from receipt r where r.book_id = $1 and r.number between $2 and $3) as run`,
    [bookId, from, through],
  );
  return {
    eInvoiceName: row?.name ?? "",
    blueCount: Number(row?.blue ?? 0),
    blueFen: Number(row?.blue_fen ?? 0),
    redCount: Number(row?.red ?? 0),
    redFen: Number(row?.red_fen ?? 0),
    voidCount: Number(row?.voids ?? 0),
  };
}

const runParameters = (runs: readonly Run[]): readonly unknown[] => [
  runs.map(({ bookId }) => bookId),
  runs.map(({ from }) => from),
  runs.map(({ through }) => through),
];

async function withEvents(dataSource: DataSource, rows: readonly WriteOffRow[]): Promise<readonly WriteOff[]> {
  const events = await dataSource.manager.find(WriteOffEventEntity, {
    where: { writeOffId: In(rows.map(({ writeOffId }) => writeOffId)) },
    order: { writeOffId: "ASC", seq: "ASC" },
  });
  const byId = Map.groupBy(events, ({ writeOffId }) => writeOffId);
  return rows.map((row) => ({
    writeOffId: row.writeOffId,
    unitId: row.unitId,
    cutoff: row.cutoff,
    filedAtMs: Number(row.filedAtMs),
    state: row.state,
    ...(row.result !== null && { result: row.result }),
    report: row.report,
    events: (byId.get(row.writeOffId) ?? []).map(eventOf),
  }));
}

function eventOf({ kind, atMs, byWhom, text, result }: WriteOffEventRow): WriteOff["events"][number] {
  return { kind, atMs: Number(atMs), by: byWhom, text, ...(result !== null && { result }) };
}
