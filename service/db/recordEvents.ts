import type { EntityManager } from "typeorm";
import type { EventType } from "../app/eventTypes.ts";
import type { EventFact } from "../app/webhookPorts.ts";
import { rowsOf } from "./retry.ts";

const newEventId = (seq: string): string =>
  `'evt_' || ${seq} || '_' || left(replace(gen_random_uuid()::text, '-', ''), 16)`;

/**
 * Writes events of one unit into its stream, in the transaction that makes them facts; nothing at all if no endpoint of the unit
 * wants the type. Call it last: the stream's row stays locked until the commit, so that its order is that of the commits, and a
 * reader who has seen a seq has seen all before it. A transaction that writes for several units takes them in the order of their ids.
 */
export async function recordEvents(
  manager: EntityManager,
  unitId: number,
  type: EventType,
  facts: readonly EventFact[],
): Promise<void> {
  if (facts.length === 0) return;
  const columnOf = <Value>(value: (fact: EventFact) => Value): Value[] => facts.map(value);
  await manager.query(
    `with stream as (
       update event_stream set next_seq = next_seq + $3 where unit_id = $1 and $2 = any(types)
       returning next_seq - $3 as first)
     insert into event (unit_id, seq, event_id, type, code, number, at_ms, details)
     select $1, first + place - 1, ${newEventId("(first + place - 1)")}, $2, code, number, at_ms, details
     from stream, unnest($4::int[], $5::bigint[], $6::bigint[], $7::jsonb[]) with ordinality
       as given (code, number, at_ms, details, place)`,
    [
      ...[unitId, type, facts.length],
      columnOf((fact) => fact.code),
      columnOf((fact) => fact.number),
      columnOf((fact) => fact.atMs),
      columnOf((fact) => JSON.stringify(fact.details)),
    ],
  );
}

/** Of a batch that is being marked: one event for each receipt of a unit that wants to know, none for a void number. */
export async function recordAnchored(
  manager: EntityManager,
  batchId: number,
  { batchNo, timeS }: { readonly batchNo: number; readonly timeS: number },
): Promise<void> {
  const units = await rowsOf<{ unit_id: number }>(
    manager,
    `select distinct b.unit_id from segment s join book b on b.book_id = s.book_id
       join event_stream e on e.unit_id = b.unit_id
     where s.batch_id = $1 and 'receipt.anchored' = any(e.types) order by b.unit_id`,
    [batchId],
  );
  for (const { unit_id } of units) {
    await manager.query(
      `with fresh as (
         select r.code, r.number, row_number() over (order by s.segment_index, r.number) as place
         from segment s join receipt r on r.book_id = s.book_id and r.number >= s.from_number
           and r.number < s.from_number + s.count
         where s.batch_id = $2 and r.unit_id = $1 and r.state = 'rendered'),
       stream as (
         update event_stream set next_seq = next_seq + (select count(*) from fresh)
         where unit_id = $1 and 'receipt.anchored' = any(types)
         returning next_seq - (select count(*) from fresh) as first)
       insert into event (unit_id, seq, event_id, type, code, number, at_ms, details)
       select $1, first + place - 1, ${newEventId("(first + place - 1)")}, 'receipt.anchored', code, number, $3, $4
       from stream, fresh`,
      [unit_id, batchId, timeS * 1000, JSON.stringify({ batchNo })],
    );
  }
}
