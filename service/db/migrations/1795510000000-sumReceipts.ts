import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The receipts of each unit, code and day (Asia/Shanghai), counted as they are written: the stock ledger would have to read
 * millions of rows. Triggers, so that whatever is done to the rows, by the program or by hand, is counted, too.
 */
export class SumReceipts1795510000000 implements MigrationInterface {
  readonly name = "SumReceipts1795510000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const [name] of TRIGGERS) {
      await q.query(`drop trigger ${name} on receipt`);
      await q.query(`drop function ${name}()`);
    }
    await q.query("drop table receipt_day");
  }
}

/** Rows in the order of their keys, so that two transactions never wait for each other. */
const sumsOf = (rows: string, sign: "" | "-"): string => `
  insert into receipt_day (unit_id, code, day, blue, red, void)
  select unit_id, code, (issued_at_ms + 28800000) / 86400000,
    ${sign}count(*) filter (where state <> 'void' and reversed_fen = 0),
    ${sign}count(*) filter (where state <> 'void' and reversed_fen > 0),
    ${sign}count(*) filter (where state = 'void')
  from ${rows} group by 1, 2, 3 order by 1, 2, 3
  on conflict (unit_id, code, day) do update
    set blue = receipt_day.blue + excluded.blue, red = receipt_day.red + excluded.red,
      void = receipt_day.void + excluded.void`;

/** Most updates change nothing that is counted: they cost a comparison, and no statement. */
const isMoved = `old.unit_id <> new.unit_id or old.code <> new.code or old.issued_at_ms <> new.issued_at_ms
  or (old.state = 'void') <> (new.state = 'void') or (old.reversed_fen > 0) <> (new.reversed_fen > 0)`;

const TRIGGERS: readonly (readonly [name: string, body: string, when: string])[] = [
  [
    "sum_new_receipts",
    `${sumsOf("fresh", "")};`,
    "after insert on receipt referencing new table as fresh for each statement",
  ],
  [
    "sum_gone_receipts",
    `${sumsOf("gone", "-")};`,
    "after delete on receipt referencing old table as gone for each statement",
  ],
  [
    "sum_moved_receipt",
    `${sumsOf("(select old.*) o", "-")}; ${sumsOf("(select new.*) n", "")};`,
    `after update on receipt for each row when (${isMoved})`,
  ],
  ["forget_sums", "truncate receipt_day;", "after truncate on receipt for each statement"],
];

const statements = [
  `create table receipt_day (
    unit_id integer not null, code integer not null, day integer not null,
    blue integer not null, red integer not null, void integer not null,
    constraint receipt_day_pk primary key (unit_id, code, day))`,
  "lock table receipt in share row exclusive mode",
  sumsOf("receipt", ""),
  ...TRIGGERS.flatMap(([name, body, when]) => [
    `create function ${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`,
    `create trigger ${name} ${when} execute function ${name}()`,
  ]),
];
