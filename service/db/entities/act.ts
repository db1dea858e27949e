import { EntitySchema } from "typeorm";
import type { ActDetails } from "../../app/actPorts.ts";

export type LedgerCursorRow = { name: string; nextBlock: string };

export const LedgerCursorEntity = new EntitySchema<LedgerCursorRow>({
  name: "LedgerCursor",
  tableName: "ledger_cursor",
  columns: {
    name: { type: "text", primary: true, primaryKeyConstraintName: "ledger_cursor_pk" },
    nextBlock: { type: "bigint", name: "next_block" },
  },
});

export type LedgerActRow = {
  txHash: string;
  logIndex: number;
  blockNumber: string;
  timeS: string;
  leaf: Buffer;
  details: ActDetails;
  /** The receipt, if it is one of ours. */
  code: number | null;
  number: string | null;
  isForeign: boolean;
};

export const LedgerActEntity = new EntitySchema<LedgerActRow>({
  name: "LedgerAct",
  tableName: "ledger_act",
  columns: {
    txHash: { type: "text", name: "tx_hash", primary: true, primaryKeyConstraintName: "ledger_act_pk" },
    logIndex: { type: "integer", name: "log_index", primary: true, primaryKeyConstraintName: "ledger_act_pk" },
    blockNumber: { type: "bigint", name: "block_number" },
    timeS: { type: "bigint", name: "time_s" },
    leaf: { type: "bytea" },
    details: { type: "jsonb" },
    code: { type: "integer", nullable: true },
    number: { type: "bigint", nullable: true },
    isForeign: { type: "boolean", name: "is_foreign" },
  },
  indices: [
    { name: "ledger_act_block_ix", columns: ["blockNumber", "logIndex"] },
    { name: "ledger_act_receipt_ix", columns: ["code", "number"] },
  ],
});
