import { EntitySchema } from "typeorm";

export type ApplicationRow = {
  unitId: number;
  applicationNo: string;
  kind: string;
  code: number;
  count: number;
  contact: string;
  phone: string;
  address: string;
  author: string;
  memo: string;
  source: "unit" | "low_water";
  state: "new" | "saved" | "submitted" | "passed" | "returned";
  createdAtMs: string;
  submittedAtMs: string | null;
  reviewer: string | null;
  reviewedAtMs: string | null;
  opinion: string | null;
  first: string | null;
  last: string | null;
  bookId: number | null;
  grantedAtMs: string | null;
};

const states = "'new', 'saved', 'submitted', 'passed', 'returned'";

export const ApplicationEntity = new EntitySchema<ApplicationRow>({
  name: "NumberApplication",
  tableName: "number_application",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "number_application_pk" },
    applicationNo: {
      ...{ type: "text", name: "application_no", primary: true },
      primaryKeyConstraintName: "number_application_pk",
    },
    kind: { type: "text" },
    code: { type: "integer" },
    count: { type: "integer" },
    contact: { type: "text" },
    phone: { type: "text" },
    address: { type: "text" },
    author: { type: "text" },
    memo: { type: "text" },
    source: { type: "text" },
    state: { type: "text" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
    submittedAtMs: { type: "bigint", name: "submitted_at_ms", nullable: true },
    reviewer: { type: "text", nullable: true },
    reviewedAtMs: { type: "bigint", name: "reviewed_at_ms", nullable: true },
    opinion: { type: "text", nullable: true },
    first: { type: "bigint", nullable: true },
    last: { type: "bigint", nullable: true },
    bookId: { type: "integer", name: "book_id", nullable: true },
    grantedAtMs: { type: "bigint", name: "granted_at_ms", nullable: true },
  },
  indices: [
    { name: "number_application_list_ix", columns: ["createdAtMs", "unitId", "applicationNo"] },
    {
      ...{ name: "number_application_pending_ix", columns: ["reviewedAtMs"] },
      where: "state = 'passed' and book_id is null",
    },
    {
      ...{ name: "number_application_low_water_ix", columns: ["unitId", "code"], unique: true },
      where: "source = 'low_water' and state in ('submitted', 'passed') and book_id is null",
    },
  ],
  checks: [
    { name: "number_application_state_ck", expression: `state in (${states})` },
    { name: "number_application_source_ck", expression: "source in ('unit', 'low_water')" },
    { name: "number_application_count_ck", expression: "count > 0" },
    { name: "number_application_reviewer_ck", expression: "reviewer is null or reviewer <> author" },
    {
      name: "number_application_range_ck",
      expression:
        "(state = 'passed') = (first is not null) and (first is null) = (last is null) " +
        "and (first is null or last = first + count - 1)",
    },
    {
      name: "number_application_book_ck",
      expression: "(book_id is null) = (granted_at_ms is null) and (book_id is null or state = 'passed')",
    },
  ],
});

/** The next free number of each code: its row is locked while a range is decided. */
export const CodeRangeEntity = new EntitySchema<{ code: number; next: string }>({
  name: "CodeRange",
  tableName: "code_range",
  columns: {
    code: { type: "integer", primary: true, primaryKeyConstraintName: "code_range_pk" },
    next: { type: "bigint" },
  },
  checks: [{ name: "code_range_next_ck", expression: "next > 0" }],
});

export type BookGrantRow = {
  bookId: number;
  unitId: number;
  code: number;
  first: string;
  last: string;
  grantedAtMs: string;
};

/** What a book was granted with, whatever is returned of it later. */
export const BookGrantEntity = new EntitySchema<BookGrantRow>({
  name: "BookGrant",
  tableName: "book_grant",
  columns: {
    bookId: { type: "integer", name: "book_id", primary: true, primaryKeyConstraintName: "book_grant_pk" },
    unitId: { type: "integer", name: "unit_id" },
    code: { type: "integer" },
    first: { type: "bigint" },
    last: { type: "bigint" },
    grantedAtMs: { type: "bigint", name: "granted_at_ms" },
  },
  indices: [{ name: "book_grant_code_ix", columns: ["code", "last"] }],
  checks: [{ name: "book_grant_range_ck", expression: "0 < first and first <= last" }],
});

export type BookReturnRow = {
  unitId: number;
  returnNo: string;
  bookId: number;
  code: number;
  first: string;
  last: string;
  reason: string;
  author: string;
  source: "unit" | "year" | "suspension";
  state: "submitted" | "passed" | "returned";
  createdAtMs: string;
  reviewer: string | null;
  reviewedAtMs: string | null;
  opinion: string | null;
  doneAtMs: string | null;
};

export const BookReturnEntity = new EntitySchema<BookReturnRow>({
  name: "BookReturn",
  tableName: "book_return",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "book_return_pk" },
    returnNo: { type: "text", name: "return_no", primary: true, primaryKeyConstraintName: "book_return_pk" },
    bookId: { type: "integer", name: "book_id" },
    code: { type: "integer" },
    first: { type: "bigint" },
    last: { type: "bigint" },
    reason: { type: "text" },
    author: { type: "text" },
    source: { type: "text" },
    state: { type: "text" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
    reviewer: { type: "text", nullable: true },
    reviewedAtMs: { type: "bigint", name: "reviewed_at_ms", nullable: true },
    opinion: { type: "text", nullable: true },
    doneAtMs: { type: "bigint", name: "done_at_ms", nullable: true },
  },
  indices: [
    {
      ...{ name: "book_return_open_ix", columns: ["bookId"], unique: true },
      where: "state in ('submitted', 'passed') and done_at_ms is null",
    },
    { name: "book_return_list_ix", columns: ["createdAtMs", "unitId", "returnNo"] },
  ],
  checks: [
    { name: "book_return_state_ck", expression: "state in ('submitted', 'passed', 'returned')" },
    { name: "book_return_source_ck", expression: "source in ('unit', 'year', 'suspension')" },
    { name: "book_return_reviewer_ck", expression: "reviewer is null or reviewer <> author" },
    { name: "book_return_range_ck", expression: "0 < first and first <= last + 1" },
    { name: "book_return_done_ck", expression: "done_at_ms is null or state = 'passed'" },
  ],
});

export type LowWaterRow = {
  unitId: number;
  kind: string;
  threshold: number;
  pushNumber: number;
  isAuto: boolean;
  contact: string;
  phone: string;
  address: string;
};

export const LowWaterEntity = new EntitySchema<LowWaterRow>({
  name: "LowWater",
  tableName: "low_water",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "low_water_pk" },
    kind: { type: "text", primary: true, primaryKeyConstraintName: "low_water_pk" },
    threshold: { type: "integer" },
    pushNumber: { type: "integer", name: "push_number" },
    isAuto: { type: "boolean", name: "is_auto" },
    contact: { type: "text" },
    phone: { type: "text" },
    address: { type: "text" },
  },
  checks: [{ name: "low_water_counts_ck", expression: "threshold >= 0 and push_number > 0" }],
});

/** That a code of a unit fell below its mark: raised once, forgotten when it is above again. */
export const LowWaterRaiseEntity = new EntitySchema<{ unitId: number; code: number; raisedAtMs: string }>({
  name: "LowWaterRaise",
  tableName: "low_water_raise",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "low_water_raise_pk" },
    code: { type: "integer", primary: true, primaryKeyConstraintName: "low_water_raise_pk" },
    raisedAtMs: { type: "bigint", name: "raised_at_ms" },
  },
});

export type StandingRow = {
  unitId: number;
  setAtMs: string;
  isUnpaid: boolean;
  isAlarm: boolean;
  isSuspended: boolean;
  isOnChain: boolean;
  reason: string;
  setBy: string;
};

/** What the bureau said of a unit, one row each time; the newest counts. */
export const StandingEntity = new EntitySchema<StandingRow>({
  name: "UnitStanding",
  tableName: "unit_standing",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "unit_standing_pk" },
    setAtMs: { type: "bigint", name: "set_at_ms", primary: true, primaryKeyConstraintName: "unit_standing_pk" },
    isUnpaid: { type: "boolean", name: "is_unpaid" },
    isAlarm: { type: "boolean", name: "is_alarm" },
    isSuspended: { type: "boolean", name: "is_suspended" },
    isOnChain: { type: "boolean", name: "is_on_chain" },
    reason: { type: "text" },
    setBy: { type: "text", name: "set_by" },
  },
});

export type PlaceRow = { unitId: number; placeCode: string; name: string; isOpen: boolean };

export const PlaceEntity = new EntitySchema<PlaceRow>({
  name: "Place",
  tableName: "place",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "place_pk" },
    placeCode: { type: "text", name: "place_code", primary: true, primaryKeyConstraintName: "place_pk" },
    name: { type: "text" },
    isOpen: { type: "boolean", name: "is_open" },
  },
});
