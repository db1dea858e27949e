import type { IssueInput } from "./receipt.ts";

/** A deposit voucher (预交金凭证) behind an inpatient receipt's 预缴; only checked (A10), never part of the receipt's data. */
export type PayMentVoucher = {
  readonly voucherBatchCode: string;
  readonly voucherNo: string;
  readonly voucherFen: number;
};

/** The input with the vouchers that an inpatient receipt may come with. */
export type IssueRequest = IssueInput & { readonly payMentVouchers?: readonly PayMentVoucher[] };
