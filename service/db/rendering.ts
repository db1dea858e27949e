import type { DataSource } from "typeorm";
import type { RenderStore } from "../app/storePorts.ts";
import { query } from "./retry.ts";
import { receiptColumns, receiptOf, type RawReceipt } from "./rows.ts";

/** The database's clock decides over claims, so that programs need not agree on the time. */
const nowMs = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

/** What the render workers take and give back. */
export function createRenderStore(dataSource: DataSource): RenderStore {
  return {
    async claimForRender(holder, limit, leaseMs) {
      const rows = await query<RawReceipt>(
        dataSource,
        `with claimed as (
           update receipt set render_holder = $1, render_until_ms = ${nowMs} + $3
           where (code, number) in (
             select code, number from receipt where state = 'issued' and render_until_ms <= ${nowMs}
             order by book_id, number limit $2 for update skip locked)
           returning *)
         select ${receiptColumns} from claimed r order by r.book_id, r.number`,
        [holder, limit, leaseMs],
      );
      return rows.map(receiptOf);
    },

    async markRendered(mark) {
      const rows = await query(
        dataSource,
        `update receipt set state = 'rendered', data_digest = $3, document_digest = $4, document_sha256 = $5,
           rendered_at_ms = $6, render_holder = null
         where code = $1 and number = $2 and state = 'issued' returning code`,
        [
          mark.code,
          mark.number,
          Buffer.from(mark.dataDigest),
          Buffer.from(mark.documentDigest),
          Buffer.from(mark.documentSha256),
          mark.renderedAtMs,
        ],
      );
      return rows.length === 1;
    },

    async releaseClaims(holder) {
      await query(
        dataSource,
        "update receipt set render_until_ms = 0, render_holder = null where state = 'issued' and render_holder = $1",
        [holder],
      );
    },

    async markVoid(code, number, reason) {
      const rows = await query(
        dataSource,
        `update receipt set state = 'void', void_reason = $3 where code = $1 and number = $2 and state = 'issued'
         returning code`,
        [code, number, reason],
      );
      return rows.length === 1;
    },
  };
}
