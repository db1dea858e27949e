import type { DataSource, EntityManager } from "typeorm";
import type { NewReversal, ReversalPair, ReversalStore, ReversalTerms } from "../app/reversalPorts.ts";
import type { NewReceipt, Receipt } from "../app/storePorts.ts";
import type { Channel } from "../domain/contact.ts";
import { interlockOf, lifeStateOfReceipt, type Interlock } from "../domain/interlocks.ts";
import { changedElsewhere } from "./acts.ts";
import { SAYS_IT_REVERSES } from "./entities/receipt.ts";
import { ReversalEntity } from "./entities/reversal.ts";
import { query, rowsOf } from "./retry.ts";
import { receiptColumns, receiptOf, standingColumns, standingJoin, type RawReceipt } from "./rows.ts";

/** Reads of reversals, for the auditor. */
export function createReversalStore(dataSource: DataSource): ReversalStore {
  return {
    async reversals(after, limit) {
      const reds = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}
         where of_blue.red_code is not null and (r.code, r.number) > ($1, $2) order by r.code, r.number limit $3`,
        [after.code, after.number, limit],
      );
      const pairs = reds.map(receiptOf);
      const blues = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}
         where (r.code, r.number) in (select * from unnest($1::int[], $2::bigint[]))`,
        [pairs.map((red) => red.reverses?.code), pairs.map((red) => red.reverses?.number)],
      );
      const byPlace = new Map(blues.map((row) => [`${row.code} ${row.number}`, receiptOf(row)]));
      return pairs.map((red): ReversalPair => ({
        red,
        blue: byPlace.get(`${red.reverses?.code} ${red.reverses?.number}`),
      }));
    },

    async strayReds(limit) {
      const rows = await query<{ code: number; number: string }>(
        dataSource,
        `select r.code, r.number from receipt r
         where ${SAYS_IT_REVERSES} and not exists (
           select 1 from reversal v where v.red_code = r.code and v.red_number = r.number)
         order by r.code, r.number limit $1`,
        [limit],
      );
      return rows.map(({ code, number }) => ({ code, number: Number(number) }));
    },
  };
}

/** An original as its reversal finds it: locked until the transaction ends. */
export type LockedOriginal = { readonly receipt: Receipt; readonly interlock: Interlock | undefined };

/** Locks the originals in the order of their places, so that two groups never wait for each other. By code and number. */
export async function lockOriginals(
  manager: EntityManager,
  receipts: readonly NewReceipt[],
): Promise<Map<string, LockedOriginal>> {
  const places = receipts.flatMap(({ reverses }) => (reverses === undefined ? [] : [reverses]));
  if (places.length === 0) return new Map();
  const parameters = [places.map(({ code }) => code), places.map(({ number }) => number)];
  const inPlaces = "(r.code, r.number) in (select * from unnest($1::int[], $2::bigint[]))";
  await rowsOf(
    manager,
    `select 1 from receipt r where ${inPlaces} order by r.code, r.number for no key update`,
    parameters,
  );
  // Read anew: what became of them while the lock was waited for counts.
  const rows = await rowsOf<RawReceipt>(
    manager,
    `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin} where ${inPlaces}`,
    parameters,
  );
  const changed = await changedElsewhere(manager, places);
  return new Map(
    rows.map((row) => {
      const place = `${row.code} ${row.number}`;
      return [place, lockedOriginal(receiptOf(row), changed.has(place))];
    }),
  );
}

function lockedOriginal(receipt: Receipt, isChangedElsewhere: boolean): LockedOriginal {
  const state = lifeStateOfReceipt(receipt, { isChangedElsewhere });
  return { receipt, interlock: interlockOf(state, "reverse") };
}

export async function insertReversals(
  manager: EntityManager,
  rows: readonly (readonly [red: Receipt, fresh: NewReceipt])[],
): Promise<void> {
  const values = rows.flatMap(([red, { reverses }]) =>
    reverses === undefined
      ? []
      : [
          {
            redCode: red.code,
            redNumber: String(red.number),
            code: reverses.code,
            number: String(reverses.number),
            reasonCode: reverses.reasonCode,
            reason: reverses.reason,
            documentNo: reverses.documentNo,
            reversedAtMs: String(red.issuedAtMs),
            isVoid: false,
          },
        ],
  );
  if (values.length === 0) return;
  await manager.insert(ReversalEntity, values);
  for (const [red, { reverses }] of rows) if (reverses !== undefined) await insertNotice(manager, red, reverses);
}

export function termsOf({ notice: _, ...terms }: NewReversal): ReversalTerms {
  return terms;
}

/**
 * Whoever was sent the original is sent the red-letter receipt, and finds it among their own. Of an original in arrears nobody was
 * told, and nobody will be.
 */
async function insertNotice(manager: EntityManager, red: Receipt, reverses: NewReversal): Promise<void> {
  const { link, deliveryIds } = reverses.notice;
  const original = [reverses.code, reverses.number];
  await rowsOf(
    manager,
    `update delivery set state = 'cancelled', sealed = null, reason = 'reversed'
     where code = $1 and number = $2 and state = 'held'`,
    original,
  );
  const told = await rowsOf<{ channel: Channel }>(
    manager,
    `insert into payer_contact (code, number, channel, lookup, sealed, created_at_ms)
     select $3, $4, channel, lookup, sealed, $5 from payer_contact c where c.code = $1 and c.number = $2
       and not exists (select 1 from receipt_arrears a
         where a.code = c.code and a.number = c.number and a.released_at_ms is null)
     returning channel`,
    [...original, red.code, red.number, red.issuedAtMs],
  );
  if (told.length === 0) return;
  await rowsOf(
    manager,
    `insert into receipt_link (link_id, token_hash, code, number, created_at_ms) values ($1, $2, $3, $4, $5)`,
    [link.linkId, Buffer.from(link.tokenHash), red.code, red.number, red.issuedAtMs],
  );
  await rowsOf(
    manager,
    `insert into delivery (delivery_id, purpose, channel, state, lookup, sealed, code, number, link_id, attempts,
       created_at_ms, next_at_ms, until_ms)
     select case c.channel when 'email' then $1 else $2 end, 'receipt', c.channel, 'waiting', c.lookup, c.sealed, c.code,
       c.number, $3, 0, $4, $4, 0
     from payer_contact c where c.code = $5 and c.number = $6`,
    [deliveryIds.email, deliveryIds.sms, link.linkId, red.issuedAtMs, red.code, red.number],
  );
}
