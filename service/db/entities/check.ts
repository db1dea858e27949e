import { EntitySchema } from "typeorm";

/** How often something was asked about or somebody asked, in one day (receipt) or hour (address, everybody). */
export type CheckTallyRow = { kind: string; subject: string; span: number; misses: number; passes: number };

export const CheckTallyEntity = new EntitySchema<CheckTallyRow>({
  name: "CheckTally",
  tableName: "check_tally",
  columns: {
    kind: { type: "text", primary: true, primaryKeyConstraintName: "check_tally_pk" },
    subject: { type: "text", primary: true, primaryKeyConstraintName: "check_tally_pk" },
    span: { type: "integer", primary: true, primaryKeyConstraintName: "check_tally_pk" },
    misses: { type: "integer" },
    passes: { type: "integer" },
  },
  checks: [
    { name: "check_tally_kind_ck", expression: "kind in ('receipt', 'address', 'everybody')" },
    { name: "check_tally_counts_ck", expression: "misses >= 0 and passes >= 0" },
  ],
});

/** A token of which the work has been used. */
export type CheckWorkRow = { id: string; expiresAtMs: string };

export const CheckWorkEntity = new EntitySchema<CheckWorkRow>({
  name: "CheckWork",
  tableName: "check_work",
  columns: {
    id: { type: "text", primary: true, primaryKeyConstraintName: "check_work_pk" },
    expiresAtMs: { type: "bigint", name: "expires_at_ms" },
  },
  indices: [{ name: "check_work_expiry_ix", columns: ["expiresAtMs"] }],
});
