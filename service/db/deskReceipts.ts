import type { DataSource } from "typeorm";
import type { DeskReceiptFilter, DeskReceiptStore, DeskTally } from "../app/deskPorts.ts";
import { DeskItemEntity } from "./entities/desk.ts";
import { query } from "./retry.ts";
import { standingColumns, standingJoin, receiptColumns, receiptOf, type RawReceipt } from "./rows.ts";

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

    async searchDeskReceipts(unitId, filter, before, limit) {
      const { conditions, parameters } = conditionsOf(filter);
      const place = [before?.issuedAtMs ?? MAX_MS, before?.code ?? 0, before?.number ?? 0];
      const rows = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}
         where r.unit_id = $1 and (r.issued_at_ms, r.code, r.number) < ($2, $3, $4) ${conditions}
         order by r.issued_at_ms desc, r.code desc, r.number desc limit $5`,
        [unitId, ...place, limit, ...parameters],
      );
      return rows.map(receiptOf);
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

/** After every time that a receipt can have. */
const MAX_MS = 8_640_000_000_000_000;

/** Conditions on the receipt r from the sixth parameter on. */
function conditionsOf(filter: DeskReceiptFilter): { conditions: string; parameters: unknown[] } {
  const given: readonly (readonly [value: unknown, condition: string])[] = [
    [filter.issuedFromMs, "r.issued_at_ms >="],
    [filter.issuedBeforeMs, "r.issued_at_ms <"],
    [filter.code, "r.code ="],
    [filter.number, "r.number ="],
    [filter.busNo, "r.bus_no ="],
    [filter.kind, "r.kind ="],
    [filter.amountFen, "r.issued_fen + r.reversed_fen ="],
    [filter.payerName === undefined ? undefined : likeOf(filter.payerName), "r.data->>'payerPartyName' like"],
  ];
  const used = given.filter(([value]) => value !== undefined);
  return {
    conditions: used.map(([, condition], index) => `and ${condition} $${6 + index}`).join(" "),
    parameters: used.map(([value]) => value),
  };
}

const likeOf = (text: string): string => `${text.replace(/[\\%_]/g, "\\$&")}%`;
