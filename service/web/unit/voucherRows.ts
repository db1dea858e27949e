import type { Kind } from "../../domain/kind.ts";
import { trySumFen, yuanOf } from "../../domain/money.ts";
import type { FieldProblem, PayMentVoucher } from "../../domain/receipt.ts";
import { words } from "../shared/words.ts";
import { fenOf } from "./compute.ts";
import { foldedRows, type FoldedRows } from "./foldedRows.ts";
import { NO_AMOUNT } from "./formField.ts";
import type { Column, TableRow } from "./rowTable.ts";

/** 预交金凭证: what was paid in advance, voucher by voucher; checked against 预缴, no part of the receipt. */
export type VoucherRows = Pick<FoldedRows<Name>, "element" | "removeHere" | "cellAt" | "cells"> & {
  readonly read: () => {
    readonly payMentVouchers: readonly PayMentVoucher[];
    readonly malformed: readonly FieldProblem[];
    /** undefined: there are none, or one has no amount. */
    readonly sumFen: number | undefined;
  };
  readonly write: (vouchers: readonly PayMentVoucher[]) => void;
};

type Name = keyof PayMentVoucher;

const MAX_TEXT = "50";
const COLUMNS: readonly Column<Name>[] = [
  ["voucherBatchCode", "凭证代码", "Voucher code", "w-name"],
  ["voucherNo", "凭证号码", "Voucher number", "w-name"],
  ["voucherFen", "凭证金额（元）", "Voucher amount", "w-money"],
];
const NOTHING = words("请填写，照凭证上的抄写", "Copy it from the voucher");

/** Of kinds that check vouchers (rule A10); undefined for all others. */
export function voucherRows(kind: Kind, changed: () => void): VoucherRows | undefined {
  if (!kind.rules.some(({ rule }) => rule === "A10")) return undefined;
  const { rows, refill, ...fold } = foldedRows<Name>({
    columns: COLUMNS,
    numbers: ["voucherFen"],
    isRequired: () => true,
    attributes: { voucherBatchCode: { maxlength: MAX_TEXT }, voucherNo: { maxlength: MAX_TEXT } },
    part: "vouchers",
    summary: words("预交金凭证", "Deposit vouchers"),
    more: words("加一张凭证", "Add a voucher"),
    fallback: "voucherFen",
    changed,
    begin(row, before) {
      // Vouchers of one stay are mostly of one code.
      row.put("voucherBatchCode", before?.text("voucherBatchCode") ?? "");
      row.cells.get(before === undefined ? "voucherBatchCode" : "voucherNo")?.control.focus();
    },
    typed: changed,
  });
  return {
    ...fold,
    read: () => readRows(rows()),
    write(vouchers) {
      refill(vouchers, (row, { voucherBatchCode, voucherNo, voucherFen }) => {
        row.put("voucherBatchCode", voucherBatchCode);
        row.put("voucherNo", voucherNo);
        row.put("voucherFen", yuanOf(voucherFen));
      });
    },
  };
}

function readRows(rows: readonly TableRow<Name>[]): ReturnType<VoucherRows["read"]> {
  const malformed: FieldProblem[] = [];
  const payMentVouchers = rows.map((row, index): PayMentVoucher => {
    const text = (name: "voucherBatchCode" | "voucherNo"): string => {
      const pointer = `/payMentVouchers/${index}/${name}`;
      if (row.text(name) === "") malformed.push({ code: "field_required", pointer, ...NOTHING });
      return row.text(name);
    };
    const fen = fenOf(row.text("voucherFen"));
    const pointer = `/payMentVouchers/${index}/voucherFen`;
    if (fen === undefined) malformed.push({ code: "amount_malformed", pointer, ...NO_AMOUNT });
    return { voucherBatchCode: text("voucherBatchCode"), voucherNo: text("voucherNo"), voucherFen: fen ?? 0 };
  });
  const hasAll = rows.length > 0 && !malformed.some(({ code }) => code === "amount_malformed");
  const sumFen = hasAll ? trySumFen(payMentVouchers.map(({ voucherFen }) => voucherFen)) : undefined;
  return { payMentVouchers, malformed, sumFen };
}
