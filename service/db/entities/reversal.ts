import { EntitySchema } from "typeorm";

export type ReversalRow = {
  redCode: number;
  redNumber: string;
  code: number;
  number: string;
  reasonCode: string;
  reason: string;
  documentNo: string;
  reversedAtMs: string;
  isVoid: boolean;
};

export const ReversalEntity = new EntitySchema<ReversalRow>({
  name: "Reversal",
  tableName: "reversal",
  columns: {
    redCode: { type: "integer", name: "red_code", primary: true, primaryKeyConstraintName: "reversal_pk" },
    redNumber: { type: "bigint", name: "red_number", primary: true, primaryKeyConstraintName: "reversal_pk" },
    code: { type: "integer" },
    number: { type: "bigint" },
    reasonCode: { type: "text", name: "reason_code" },
    reason: { type: "text" },
    documentNo: { type: "text", name: "document_no" },
    reversedAtMs: { type: "bigint", name: "reversed_at_ms" },
    isVoid: { type: "boolean", name: "is_void" },
  },
  indices: [{ name: "reversal_original_ix", columns: ["code", "number"], unique: true, where: "not is_void" }],
});
