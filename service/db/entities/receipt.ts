import { EntitySchema } from "typeorm";
import type { FieldProblem, IssueInput, ReceiptData } from "../../domain/receipt.ts";

export type BookRow = {
  bookId: number;
  unitId: number;
  code: number;
  kind: string;
  first: string;
  last: string;
  next: string;
  rendered: string;
  anchored: string;
  lowWater: number;
  heldReason: string | null;
  usableLast: string | null;
  placeCode: string | null;
  isClosed: boolean;
};

export const BookEntity = new EntitySchema<BookRow>({
  name: "Book",
  tableName: "book",
  columns: {
    bookId: { type: "integer", name: "book_id", primary: true, primaryKeyConstraintName: "book_pk" },
    unitId: { type: "integer", name: "unit_id" },
    code: { type: "integer" },
    kind: { type: "text" },
    first: { type: "bigint" },
    last: { type: "bigint" },
    next: { type: "bigint" },
    rendered: { type: "bigint" },
    anchored: { type: "bigint" },
    lowWater: { type: "integer", name: "low_water" },
    heldReason: { type: "text", name: "held_reason", nullable: true },
    usableLast: { type: "bigint", name: "usable_last", nullable: true },
    placeCode: { type: "text", name: "place_code", nullable: true },
    isClosed: { type: "boolean", name: "is_closed", default: false },
  },
  indices: [{ name: "book_unit_ix", columns: ["unitId", "code", "first"] }],
  checks: [
    {
      name: "book_marks_ck",
      expression: "first <= anchored and anchored <= rendered and rendered <= next and next <= last + 1",
    },
    {
      name: "book_usable_ck",
      expression: "usable_last is null or (next <= usable_last + 1 and usable_last <= last)",
    },
  ],
});

export type ReceiptRow = {
  code: number;
  number: string;
  unitId: number;
  bookId: number;
  kind: string;
  busNo: string;
  inputDigest: Buffer;
  input: IssueInput;
  data: ReceiptData;
  secret: Buffer;
  issuedFen: string;
  reversedFen: string;
  issuedAtMs: string;
  warnings: FieldProblem[];
  state: "issued" | "rendered" | "void";
  dataDigest: Buffer | null;
  documentDigest: Buffer | null;
  documentSha256: Buffer | null;
  renderedAtMs: string | null;
  voidReason: string | null;
  destroyedAtMs: string | null;
  renderHolder: string | null;
  renderUntilMs: string;
};

/** Of a receipt's own data. A query that says it in these words goes by the index. */
export const SAYS_IT_REVERSES = "coalesce(data -> 'mainExt' ->> 'relatedInvoiceCode', '') <> ''";

export const ReceiptEntity = new EntitySchema<ReceiptRow>({
  name: "Receipt",
  tableName: "receipt",
  columns: {
    code: { type: "integer", primary: true, primaryKeyConstraintName: "receipt_pk" },
    number: { type: "bigint", primary: true, primaryKeyConstraintName: "receipt_pk" },
    unitId: { type: "integer", name: "unit_id" },
    bookId: { type: "integer", name: "book_id" },
    kind: { type: "text" },
    busNo: { type: "text", name: "bus_no" },
    inputDigest: { type: "bytea", name: "input_digest" },
    input: { type: "jsonb" },
    data: { type: "jsonb" },
    secret: { type: "bytea" },
    issuedFen: { type: "bigint", name: "issued_fen" },
    reversedFen: { type: "bigint", name: "reversed_fen" },
    issuedAtMs: { type: "bigint", name: "issued_at_ms" },
    warnings: { type: "jsonb" },
    state: { type: "text" },
    dataDigest: { type: "bytea", name: "data_digest", nullable: true },
    documentDigest: { type: "bytea", name: "document_digest", nullable: true },
    documentSha256: { type: "bytea", name: "document_sha256", nullable: true },
    renderedAtMs: { type: "bigint", name: "rendered_at_ms", nullable: true },
    voidReason: { type: "text", name: "void_reason", nullable: true },
    destroyedAtMs: { type: "bigint", name: "destroyed_at_ms", nullable: true },
    renderHolder: { type: "text", name: "render_holder", nullable: true },
    renderUntilMs: { type: "bigint", name: "render_until_ms" },
  },
  uniques: [{ name: "receipt_bus_no_uq", columns: ["unitId", "busNo"] }],
  indices: [
    { name: "receipt_book_ix", columns: ["bookId", "number"], unique: true },
    { name: "receipt_unit_ix", columns: ["unitId", "issuedAtMs", "code", "number"] },
    { name: "receipt_waiting_ix", columns: ["bookId", "number"], where: "state = 'issued'" },
    { name: "receipt_reverses_ix", columns: ["code", "number"], where: SAYS_IT_REVERSES },
    // Over expressions, which an entity cannot say: the migration made them.
    { name: "receipt_payer_ix", columns: ["unitId"], synchronize: false },
    { name: "receipt_amount_ix", columns: ["unitId"], synchronize: false },
    { name: "receipt_red_ix", columns: ["unitId", "issuedAtMs", "code", "number"], where: "reversed_fen > 0" },
    { name: "receipt_void_ix", columns: ["unitId", "issuedAtMs", "code", "number"], where: "state = 'void'" },
  ],
  checks: [
    { name: "receipt_state_ck", expression: "state in ('issued', 'rendered', 'void')" },
    {
      name: "receipt_amounts_ck",
      expression: "issued_fen >= 0 and reversed_fen >= 0 and (issued_fen = 0 or reversed_fen = 0)",
    },
  ],
});

export type ReceiptDayRow = { unitId: number; code: number; day: number; blue: number; red: number; void: number };

/** How many receipts were issued on a day (days since 1970 in Asia/Shanghai); triggers of the receipts' table keep it. */
export const ReceiptDayEntity = new EntitySchema<ReceiptDayRow>({
  name: "ReceiptDay",
  tableName: "receipt_day",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "receipt_day_pk" },
    code: { type: "integer", primary: true, primaryKeyConstraintName: "receipt_day_pk" },
    day: { type: "integer", primary: true, primaryKeyConstraintName: "receipt_day_pk" },
    blue: { type: "integer" },
    red: { type: "integer" },
    void: { type: "integer" },
  },
});
