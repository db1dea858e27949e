import type { DataSource } from "typeorm";
import type { PayerFilter, PayerStore } from "../app/payerPorts.ts";
import { HELD } from "./links.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";
import { MAX_MS, standingColumns, standingJoin, receiptColumns, receiptOf, type RawReceipt } from "./rows.ts";

/** True of a receipt r that was issued to the contact of $1 and may be shown. */
const OF_PAYER = `exists (select 1 from payer_contact c where c.lookup = $1 and c.code = r.code and c.number = r.number)
  and r.state = 'rendered' and not ${HELD}`;

/** What payers without an account may see. */
export function createPayerStore(dataSource: DataSource): PayerStore {
  return {
    async receiptsOfPayer(lookup, filter, after, limit) {
      const place = [after?.issuedAtMs ?? MAX_MS, after?.code ?? 0, after?.number ?? 0];
      const { conditions, parameters } = conditionsOf(filter);
      const rows = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}
         where ${OF_PAYER} and (r.issued_at_ms, r.code, r.number) < ($2, $3, $4) ${conditions}
         order by r.issued_at_ms desc, r.code desc, r.number desc limit $5`,
        [Buffer.from(lookup), ...place, limit, ...parameters],
      );
      return rows.map(receiptOf);
    },

    async facetsOfPayer(lookup) {
      const rows = await query<{ unit_id: number; name: string; kind: string; year: number }>(
        dataSource,
        `select distinct r.unit_id, u.name, r.kind,
           extract(year from to_timestamp(r.issued_at_ms / 1000) at time zone 'Asia/Shanghai')::integer as year
         from receipt r join unit u on u.unit_id = r.unit_id where ${OF_PAYER}
         order by u.name, r.kind, year desc`,
        [Buffer.from(lookup)],
      );
      return rows.map(({ unit_id, name, kind, year }) => ({ unitId: unit_id, unitName: name, kind, year }));
    },

    async receiptOfPayer(lookup, { code, number }) {
      const [row] = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}
         where ${OF_PAYER} and r.code = $2 and r.number = $3`,
        [Buffer.from(lookup), code, number],
      );
      return row && receiptOf(row);
    },

    forgetPayer: (lookup) =>
      inTransaction(dataSource, async (manager) => {
        const key = Buffer.from(lookup);
        await rowsOf(
          manager,
          `update delivery set state = 'cancelled', sealed = null, reason = 'contact_deleted'
           where lookup = $1 and state in ('held', 'waiting')`,
          [key],
        );
        await rowsOf(manager, "update delivery set lookup = ''::bytea where lookup = $1", [key]);
        for (const table of ["payer_contact", "payer_session", "login_code"]) {
          await rowsOf(manager, `delete from ${table} where lookup = $1`, [key]);
        }
      }),
  };
}

/** Conditions on the receipt r from the sixth parameter on. */
function conditionsOf(filter: PayerFilter): { conditions: string; parameters: unknown[] } {
  const given: readonly (readonly [value: unknown, condition: string])[] = [
    [filter.unitId, "r.unit_id ="],
    [filter.kind, "r.kind ="],
    [filter.issuedFromMs, "r.issued_at_ms >="],
    [filter.issuedBeforeMs, "r.issued_at_ms <"],
  ];
  const used = given.filter(([value]) => value !== undefined);
  return {
    conditions: used.map(([, condition], index) => `and ${condition} $${6 + index}`).join(" "),
    parameters: used.map(([value]) => value),
  };
}
