import type { MigrationInterface, QueryRunner } from "typeorm";

/** What leads the desk to a payer's receipts, to those of an amount, and to those few of a unit that are red, void, on paper or in arrears. */
export class IndexDeskSearch1795520000000 implements MigrationInterface {
  readonly name = "IndexDeskSearch1795520000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const index of INDEXES) await q.query(`drop index ${index}`);
  }
}

const INDEXES = [
  "receipt_payer_ix",
  "receipt_amount_ix",
  "receipt_red_ix",
  "receipt_void_ix",
  "paper_exchange_unit_ix",
  "paper_spoilt_unit_ix",
  "receipt_arrears_held_ix",
];

const statements = [
  // text_pattern_ops: for names as they begin, whatever the database's collation.
  `create index receipt_payer_ix on receipt (unit_id, (data->>'payerPartyName') text_pattern_ops)`,
  `create index receipt_amount_ix on receipt (unit_id, (issued_fen + reversed_fen), issued_at_ms, code, number)`,
  `create index receipt_red_ix on receipt (unit_id, issued_at_ms, code, number) where reversed_fen > 0`,
  `create index receipt_void_ix on receipt (unit_id, issued_at_ms, code, number) where state = 'void'`,
  `create index paper_exchange_unit_ix on paper_exchange (unit_id, requested_at_ms, exchange_id)`,
  `create index paper_spoilt_unit_ix on paper_spoilt (unit_id, spoilt_at_ms, paper_code, paper_number)`,
  `create index receipt_arrears_held_ix on receipt_arrears (code, number) where released_at_ms is null`,
];
