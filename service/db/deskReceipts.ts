import type { DataSource } from "typeorm";
import type { DeskReceiptStore, DeskTally } from "../app/deskPorts.ts";
import type { PaperState } from "../app/paperPorts.ts";
import type { DeskPaperState } from "../domain/deskLists.ts";
import { searchReceipts } from "./deskSearch.ts";
import { DeskItemEntity } from "./entities/desk.ts";
import { exchangeColumns, exchangeOf, type RawExchange } from "./papers.ts";
import { query } from "./retry.ts";
import { MAX_MS } from "./rows.ts";

/** What a unit's desk sees of its own receipts, and the items that it charges. */
export function createDeskReceiptStore(dataSource: DataSource): DeskReceiptStore {
  const { manager } = dataSource;
  return {
    async noteDeskIssue({ unitId, busNos, accountId, checkerId }) {
      await query(
        dataSource,
        `insert into desk_issue select $1, bus_no, $3, $4 from unnest($2::text[]) bus_no order by bus_no
         on conflict do nothing`,
        [unitId, busNos, accountId, checkerId],
      );
    },

    async deskIssuerOf(unitId, busNo) {
      const sql = "select account_id from desk_issue where unit_id = $1 and bus_no = $2";
      const [row] = await query<{ account_id: string }>(dataSource, sql, [unitId, busNo]);
      return row?.account_id;
    },

    searchDeskReceipts: (unitId, filter, before, limit) =>
      searchReceipts(dataSource, { unitId, filter, before, limit }),

    async deskExchanges(unitId, state, before, limit) {
      const rows = await query<RawExchange>(
        dataSource,
        `select ${exchangeColumns} from paper_exchange e
         where e.unit_id = $1 and ($2::text[] is null or e.state = any($2)) and (e.requested_at_ms, e.exchange_id) < ($3, $4)
         order by e.requested_at_ms desc, e.exchange_id desc limit $5`,
        [unitId, state === undefined ? null : EXCHANGE_STATES[state], before?.atMs ?? MAX_MS, before?.id ?? "", limit],
      );
      return rows.map(exchangeOf);
    },

    async spoiltBlanks(unitId, before, limit) {
      const [code = "", number = 0] = before?.id.split(".") ?? [];
      type Raw = { paper_code: string; paper_number: string; reason: string; spoilt_at_ms: string; digits: number };
      const rows = await query<Raw>(
        dataSource,
        `select s.*, (select max(digits) from paper_book b where b.unit_id = $1 and b.paper_code = s.paper_code) as digits
         from paper_spoilt s where s.unit_id = $1 and (s.spoilt_at_ms, s.paper_code, s.paper_number) < ($2, $3, $4)
         order by s.spoilt_at_ms desc, s.paper_code desc, s.paper_number desc limit $5`,
        [unitId, before?.atMs ?? MAX_MS, code, number, limit],
      );
      return rows.map((row) => ({
        ...{ paperCode: row.paper_code, paperNumber: row.paper_number.padStart(row.digits, "0"), reason: row.reason },
        spoiltAtMs: Number(row.spoilt_at_ms),
      }));
    },

    deskTallies: (unitId, fromMs, beforeMs) => readTallies(dataSource, unitId, fromMs, beforeMs),

    async deskItems(unitId) {
      const rows = await manager.find(DeskItemEntity, { where: { unitId }, order: { kind: "ASC", itemCode: "ASC" } });
      return rows.map(({ unitId: _, ...item }) => item);
    },

    async saveDeskItem(unitId, item) {
      await manager.upsert(DeskItemEntity, { unitId, ...item }, ["unitId", "kind", "itemCode"]);
    },

    async removeDeskItem(unitId, kind, itemCode) {
      await manager.delete(DeskItemEntity, { unitId, kind, itemCode });
    },
  };
}

async function readTallies(
  dataSource: DataSource,
  unitId: number,
  fromMs: number,
  beforeMs: number,
): Promise<readonly DeskTally[]> {
  type Raw = Record<"place_code" | "kind", string> & { hour: number } & Record<
      "issued_count" | "issued_fen" | "reversed_count" | "reversed_fen" | "void_count",
      string
    >;
  const rows = await query<Raw>(
    dataSource,
    `select data->>'placeCode' as place_code, kind,
       extract(hour from to_timestamp(issued_at_ms / 1000) at time zone 'Asia/Shanghai')::integer as hour,
       count(*) filter (where state <> 'void' and reversed_fen = 0) as issued_count,
       coalesce(sum(issued_fen) filter (where state <> 'void'), 0) as issued_fen,
       count(*) filter (where state <> 'void' and reversed_fen > 0) as reversed_count,
       coalesce(sum(reversed_fen) filter (where state <> 'void'), 0) as reversed_fen,
       count(*) filter (where state = 'void') as void_count
     from receipt where unit_id = $1 and issued_at_ms >= $2 and issued_at_ms < $3
     group by 1, 2, 3 order by 1, 2, 3`,
    [unitId, fromMs, beforeMs],
  );
  return rows.map((row) => ({
    placeCode: row.place_code,
    kind: row.kind,
    hour: row.hour,
    issuedCount: Number(row.issued_count),
    issuedFen: Number(row.issued_fen),
    reversedCount: Number(row.reversed_count),
    reversedFen: Number(row.reversed_fen),
    voidCount: Number(row.void_count),
  }));
}

const EXCHANGE_STATES: Readonly<Record<DeskPaperState, readonly PaperState[]>> = {
  standing: ["requested", "given", "returning"],
  over: ["returned", "replaced"],
  refused: ["refused"],
};
