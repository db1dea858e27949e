import { EntitySchema } from "typeorm";

export type ContactChangeRow = {
  changeId: string;
  code: number;
  number: string;
  unitId: number;
  kind: "corrected" | "resent";
  /** To whom it goes from then on: "email", "email,sms", or "". */
  channels: string;
  reason: string;
  revokedLinks: number;
  cancelledDeliveries: number;
  changedAtMs: string;
};

export const ContactChangeEntity = new EntitySchema<ContactChangeRow>({
  name: "ContactChange",
  tableName: "contact_change",
  columns: {
    changeId: { type: "text", name: "change_id", primary: true, primaryKeyConstraintName: "contact_change_pk" },
    code: { type: "integer" },
    number: { type: "bigint" },
    unitId: { type: "integer", name: "unit_id" },
    kind: { type: "text" },
    channels: { type: "text" },
    reason: { type: "text" },
    revokedLinks: { type: "integer", name: "revoked_links" },
    cancelledDeliveries: { type: "integer", name: "cancelled_deliveries" },
    changedAtMs: { type: "bigint", name: "changed_at_ms" },
  },
  indices: [{ name: "contact_change_receipt_ix", columns: ["code", "number"] }],
  checks: [{ name: "contact_change_kind_ck", expression: "kind in ('corrected', 'resent')" }],
});
