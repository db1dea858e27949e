import type { DataSource } from "typeorm";
import type { ClaimedReceipt, RenderMark, RenderStore } from "../app/storePorts.ts";
import { createGroup } from "./group.ts";
import { query } from "./retry.ts";
import type { RawReceipt } from "./rows.ts";

/** The database's clock decides over claims, so that programs need not agree on the time. */
const nowMs = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

/** What the render workers take and give back. */
export function createRenderStore(dataSource: DataSource): RenderStore {
  return {
    async claimForRender(holder, limit, leaseMs) {
      const rows = await query<RawClaim>(
        dataSource,
        `with waiting as (
           select code, number, render_until_ms as until_ms from receipt
           where state = 'issued' and render_until_ms <= ${nowMs}
           order by book_id, number limit $2 for update skip locked),
         claimed as (
           update receipt r set render_holder = $1, render_until_ms = ${nowMs} + $3 from waiting w
           where r.code = w.code and r.number = w.number
           returning r.unit_id, r.book_id, r.code, r.number, r.kind, r.data, r.secret, r.issued_at_ms,
             w.until_ms > 0 as is_again)
         select unit_id, code, number, kind, data, secret, issued_at_ms, is_again from claimed order by book_id, number`,
        [holder, limit, leaseMs],
      );
      return rows.map(claimOf);
    },

    markRendered: createGroup((marks: readonly RenderMark[]) => markRendered(dataSource, marks)),

    async releaseClaims(holder) {
      await query(
        dataSource,
        "update receipt set render_until_ms = 1, render_holder = null where state = 'issued' and render_holder = $1",
        [holder],
      );
    },

    async markVoid(code, number, reason) {
      const rows = await query(
        dataSource,
        `with voided as (
           update receipt set state = 'void', void_reason = $3 where code = $1 and number = $2 and state = 'issued'
           returning code, number),
         undone as (
           update reversal set is_void = true from voided
           where red_code = voided.code and red_number = voided.number)
         select code from voided`,
        [code, number, reason],
      );
      return rows.length === 1;
    },
  };
}

type RawClaim = Pick<RawReceipt, "unit_id" | "code" | "number" | "kind" | "data" | "secret" | "issued_at_ms"> & {
  readonly is_again: boolean;
};

function claimOf({ unit_id, number, issued_at_ms, is_again, ...row }: RawClaim): ClaimedReceipt {
  const { code, kind, data, secret } = row;
  const place = { unitId: unit_id, code, number: Number(number) };
  return { ...place, kind, data, secret, issuedAtMs: Number(issued_at_ms), isAgain: is_again };
}

/** Of equal places in one group the first is marked. */
async function markRendered(dataSource: DataSource, marks: readonly RenderMark[]): Promise<readonly boolean[]> {
  const columnOf = <Value>(value: (mark: RenderMark) => Value): Value[] => marks.map(value);
  const rows = await query<{ code: number; number: string }>(
    dataSource,
    `update receipt r set state = 'rendered', data_digest = m.data_digest, document_digest = m.document_digest,
       document_sha256 = m.document_sha256, rendered_at_ms = m.rendered_at_ms, render_holder = null
     from (select distinct on (code, number) * from unnest($1::int[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[],
       $6::bigint[]) with ordinality
       as given (code, number, data_digest, document_digest, document_sha256, rendered_at_ms, place)
       order by code, number, place) m
     where r.code = m.code and r.number = m.number and r.state = 'issued' returning r.code, r.number`,
    [
      columnOf((mark) => mark.code),
      columnOf((mark) => mark.number),
      columnOf((mark) => Buffer.from(mark.dataDigest)),
      columnOf((mark) => Buffer.from(mark.documentDigest)),
      columnOf((mark) => Buffer.from(mark.documentSha256)),
      columnOf((mark) => mark.renderedAtMs),
    ],
  );
  const marked = new Set(rows.map(({ code, number }) => `${code} ${number}`));
  return marks.map(({ code, number }) => marked.delete(`${code} ${number}`));
}
