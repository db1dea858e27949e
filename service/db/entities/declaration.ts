import { EntitySchema } from "typeorm";

export type DeclarationRow = {
  bookId: number;
  through: string;
  unitId: number;
  issuedFen: string;
  reversedFen: string;
  voidCount: string;
  periodEndMs: string;
  plannedAtMs: string;
  declaredAtMs: string | null;
};

export const DeclarationEntity = new EntitySchema<DeclarationRow>({
  name: "Declaration",
  tableName: "declaration",
  columns: {
    bookId: { type: "integer", name: "book_id", primary: true, primaryKeyConstraintName: "declaration_pk" },
    through: { type: "bigint", primary: true, primaryKeyConstraintName: "declaration_pk" },
    unitId: { type: "integer", name: "unit_id" },
    issuedFen: { type: "bigint", name: "issued_fen" },
    reversedFen: { type: "bigint", name: "reversed_fen" },
    voidCount: { type: "bigint", name: "void_count" },
    periodEndMs: { type: "bigint", name: "period_end_ms" },
    plannedAtMs: { type: "bigint", name: "planned_at_ms" },
    declaredAtMs: { type: "bigint", name: "declared_at_ms", nullable: true },
  },
  indices: [
    { name: "declaration_open_ix", columns: ["bookId"], unique: true, where: "declared_at_ms is null" },
    { name: "declaration_unit_ix", columns: ["unitId", "bookId", "through"] },
  ],
});
