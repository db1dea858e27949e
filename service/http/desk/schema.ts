import { z } from "zod";
import { DESK_PAPER_STATES, DESK_RECEIPT_STATES, DESK_REQUEST_STATES } from "../../domain/deskLists.ts";
import { DESK_ROLES } from "../../domain/deskRoles.ts";
import { MAX_LENGTHS } from "../../domain/limits.ts";

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Text as it may stand on a receipt. */
export const plainText = (maxLength: number, minLength = 1): z.ZodString =>
  z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine((value) => value.isWellFormed() && !CONTROL.test(value));

export const password = z.string().min(1).max(200);
export const code = z.string().max(30);
export const accountId = z.string().regex(/^[0-9a-f]{32}$/);
export const kindId = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/);
export const day = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
export const cursor = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/);

/** POST /unit/api/receipts: the form's receipt, without what the account decides. */
export const issueBody = z.strictObject({ checkerId: accountId, receipt: z.record(z.string(), z.unknown()) });

/** Most receipts of one step of an import. */
export const MAX_IMPORT = 50;
export const importBody = z.strictObject({
  checkerId: accountId,
  receipts: z.array(z.record(z.string(), z.unknown())).min(1).max(MAX_IMPORT),
});

export const sendBody = z.strictObject({ to: z.string().min(3).max(254) });

export const newAccountBody = z.strictObject({
  name: z.string().regex(/^[a-z0-9]{2,20}$/),
  displayName: plainText(MAX_LENGTHS.handlingPerson),
  role: z.enum(DESK_ROLES),
  placeCode: plainText(MAX_LENGTHS.placeCode),
});

export const accountChangeBody = z.strictObject({
  displayName: plainText(MAX_LENGTHS.handlingPerson).optional(),
  role: z.enum(DESK_ROLES).optional(),
  placeCode: plainText(MAX_LENGTHS.placeCode).optional(),
  isClosed: z.boolean().optional(),
});

export const itemBody = z.strictObject({
  kind: kindId,
  itemCode: plainText(MAX_LENGTHS.itemCode),
  itemName: plainText(MAX_LENGTHS.itemName),
  itemUnit: plainText(MAX_LENGTHS.itemUnit, 0),
  itemStd: z.string().regex(/^((0|[1-9]\d{0,9})(\.\d{1,4})?)?$/),
});

export const itemKeyBody = itemBody.pick({ kind: true, itemCode: true });

export const searchQuery = z
  .strictObject({
    code: z.string().regex(/^\d{8}$/),
    number: z.string().regex(/^\d{1,10}$/),
    busNo: plainText(MAX_LENGTHS.busNo),
    payer: plainText(MAX_LENGTHS.payerPartyName),
    amountFen: z.string().regex(/^\d{1,15}$/),
    kind: kindId,
    placeCode: plainText(MAX_LENGTHS.placeCode),
    state: z.enum(DESK_RECEIPT_STATES),
    from: day,
    to: day,
    cursor,
    /** To keep the list: longer pages. */
    all: z.literal("1"),
  })
  .partial();

export const requestQuery = z.strictObject({ state: z.enum(DESK_REQUEST_STATES), cursor }).partial();
export const paperQuery = z.strictObject({ state: z.enum(DESK_PAPER_STATES), cursor }).partial();
export const pageQuery = z.strictObject({ cursor }).partial();

/** Rows of a file of the unit's own system, one day of them. */
export const MAX_OWN_ROWS = 20_000;
export const reconcileBody = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        line: z.int().min(1).max(10_000_000),
        busNo: z.string().max(200),
        code: z.string().max(20),
        number: z.string().max(20),
        amountFen: z.int().nullable(),
        date: z.string().max(30),
      }),
    )
    .max(MAX_OWN_ROWS),
});
