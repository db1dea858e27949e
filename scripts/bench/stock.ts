/**
 * What the stock ledger and the audit's search for unrecorded reversals take with millions of receipts, beside the plain way of
 * reading every row, in a database of the benchmark's own. It needs some 2 GB of disk for each million.
 *   node scripts/bench/stock.ts [count]
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { DataSource } from "typeorm";
import { startEmbeddedPostgres } from "../../service/adapters/postgres/embeddedPostgres.ts";
import type { StockQuestion } from "../../service/app/numberPorts.ts";
import { openDatabase } from "../../service/db/dataSource.ts";
import { createReversalStore } from "../../service/db/reversals.ts";
import { createStockStore } from "../../service/db/stock.ts";
import { stockLineOf, type StockCounts } from "../../service/domain/stock.ts";
import { atSignal } from "./atSignal.ts";
import { quantilesOf, type Figure } from "./figures.ts";
import { showFigures, type Results } from "./report.ts";
import { progressOf } from "./site.ts";
import { FROM_MS, YEAR_MS, fillStock, insertReceipts } from "./stockRows.ts";

const ROUNDS = 5;
const PLAIN_ROUNDS = 3;
const GROUP = 200;
const GROUP_ROUNDS = 40;
const TARGET_MS = 500;
const ODD_MS = FROM_MS + 100 * 86_400_000 + 43_210_987;

/** The same counts by reading the rows. */
const PLAIN_COUNTS = `
  select unit_id, count(*) filter (where issued_at_ms < $2) as before,
    count(*) filter (where issued_at_ms >= $2 and issued_at_ms < $3) as within,
    count(*) filter (where issued_at_ms >= $3) as after,
    count(*) filter (where issued_at_ms >= $2 and issued_at_ms < $3 and state <> 'void' and reversed_fen > 0) as red
  from receipt where $1::int is null or unit_id = $1 group by 1 order by 1`;
const PLAIN_STRAYS = `
  select code, number from receipt r where (data -> 'mainExt' ->> 'relatedInvoiceCode') > '' and not exists (
    select from reversal v where v.red_code = r.code and v.red_number = r.number)`;

async function measureStock(database: DataSource, count: number): Promise<Results> {
  await fillStock(database, count, progressOf("receipts", count));
  const figures = [
    await ledger(database, "the stock ledger of one unit, a month", {
      unitId: 7,
      fromMs: ODD_MS,
      toMs: ODD_MS + 30 * 86_400_000,
    }),
    await ledger(database, "the stock ledger of 20 units, from the beginning", { fromMs: 0, toMs: FROM_MS + YEAR_MS }),
    await ledger(database, "the stock ledger of 20 units, between two odd moments", {
      fromMs: ODD_MS,
      toMs: ODD_MS + YEAR_MS / 3,
    }),
    await strays(database),
    await groups(database, count),
  ];
  return {
    figures,
    notes: [`${count} receipts of one code, one table, vacuumed; medians of ${ROUNDS} and of ${PLAIN_ROUNDS}.`],
  };
}

async function ledger(database: DataSource, name: string, period: Omit<StockQuestion, "limit">): Promise<Figure> {
  const store = createStockStore(database);
  const [value, counts] = await median(ROUNDS, () => store.stockCounts({ ...period, limit: 200 }));
  type Row = { before: string; within: string; after: string; red: string };
  const parameters = [period.unitId ?? null, period.fromMs, period.toMs];
  const [baseline, rows] = await median(PLAIN_ROUNDS, () => database.query<Row[]>(PLAIN_COUNTS, parameters));
  const plain = rows.map(({ before, within, after, red }) => [before, within, after, red].map(Number).join());
  const ours = counts.map(({ taken, red }) => [taken.before, taken.within, taken.after, red].join());
  if (ours.join(" ") !== plain.join(" ") || counts.some(isUnbalanced))
    throw new Error(`${name}: the sums differ from the rows`);
  return { name, value, baseline, unit: "ms", isTime: true, target: TARGET_MS };
}

const isUnbalanced = (counts: StockCounts): boolean => stockLineOf(counts).difference !== 0;

async function strays(database: DataSource): Promise<Figure> {
  const [value, found] = await median(ROUNDS, () => createReversalStore(database).strayReds(100));
  const [baseline, plain] = await median(PLAIN_ROUNDS, () => database.query<unknown[]>(PLAIN_STRAYS));
  if (found.length + plain.length > 0) throw new Error("every reversal is recorded");
  return { name: "reversals that are not recorded", value, baseline, unit: "ms", isTime: true, target: TARGET_MS };
}

/** What keeping the sums costs where receipts are issued: a group of them in one statement, beside one without triggers. */
async function groups(database: DataSource, count: number): Promise<Figure> {
  let next = 10 * count;
  const insert = (): Promise<unknown> => insertReceipts(database, next + 1, (next += GROUP), 10 * count);
  await database.query("alter table receipt disable trigger user");
  await median(GROUP_ROUNDS, insert);
  const [baseline] = await median(GROUP_ROUNDS, insert);
  await database.query("alter table receipt enable trigger user");
  const [value] = await median(GROUP_ROUNDS, insert);
  return { name: `${GROUP} receipts inserted, with their sums`, value, baseline, unit: "ms", isTime: true };
}

async function median<Result>(rounds: number, work: () => Promise<Result>): Promise<readonly [ms: number, Result]> {
  const times: number[] = [];
  for (;;) {
    const startMs = performance.now();
    const result = await work();
    times.push(performance.now() - startMs);
    if (times.length === rounds) return [quantilesOf(times).p50, result];
  }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lianpiao-bench-"));
fs.chmodSync(folder, 0o755); // the embedded database may run as another user
const server = await startEmbeddedPostgres({
  dir: path.join(folder, "pg"),
  database: "stock",
  settings: { fsync: "off" },
});
const end = async (): Promise<void> => {
  await server.stop();
  fs.rmSync(folder, { recursive: true, force: true });
};
const forget = atSignal(end);
try {
  const database = await openDatabase(server.url);
  showFigures(await measureStock(database, Number(process.argv[2] ?? 3_000_000)));
  await database.destroy();
} finally {
  forget();
  await end();
}
