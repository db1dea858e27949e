import type { Kind } from "../../domain/kind.ts";
import { yuanOf } from "../../domain/money.ts";
import type { FieldProblem, ReceiptAuxItem, ReceiptItem } from "../../domain/receipt.ts";
import { words } from "../shared/words.ts";
import { fenOf, rowAmount } from "./compute.ts";
import { foldedRows, type FoldedRows } from "./foldedRows.ts";
import { NO_AMOUNT } from "./formField.ts";
import type { Column, TableRow } from "./rowTable.ts";

/** The lines of the list (明细清单) that stands behind the items: none until one is added. */
export type AuxRows = Pick<FoldedRows<Name>, "element" | "removeHere" | "cellAt" | "cells"> & {
  /** @param items what the lines belong to, by code */
  readonly read: (items: readonly ReceiptItem[]) => {
    readonly auxItems: readonly ReceiptAuxItem[];
    readonly malformed: readonly FieldProblem[];
  };
  readonly write: (lines: readonly ReceiptAuxItem[]) => void;
};

type Name = Exclude<keyof ReceiptAuxItem, "auxItemRelatedName">;

const COLUMNS: readonly Column<Name>[] = [
  ["auxItemRelatedCode", "对应项目编码", "Item code", "w-code"],
  ["auxItemCode", "明细编码", "Line code", "w-code"],
  ["auxItemName", "明细名称", "Line name", "w-name"],
  ["auxItemSpecification", "规格", "Specification", "w-short"],
  ["auxItemQuantity", "明细数量", "Line quantity", "w-short"],
  ["auxItemUnit", "明细单位", "Line unit", "w-short"],
  ["auxItemStd", "单价（元）", "Line price", "w-short"],
  ["auxItemAmount", "明细金额（元）", "Line amount", "w-money"],
  ["auxItemRemark", "明细备注", "Line remark", "w-short"],
];

/** @param itemCodes of the items in the form now: a new line belongs to the last of them */
export function auxRows(kind: Kind, itemCodes: () => readonly string[], changed: () => void): AuxRows {
  const { rows, refill, ...fold } = foldedRows<Name>({
    columns: COLUMNS,
    numbers: ["auxItemQuantity", "auxItemStd", "auxItemAmount"],
    isRequired: (name) => kind.auxItems.requiredFields.includes(name) || name === "auxItemAmount",
    part: "list",
    summary: words("明细清单", "List lines"),
    more: words("加一行明细", "Add a line"),
    fallback: "auxItemAmount",
    changed,
    begin(row, before) {
      const code = before === undefined ? itemCodes().at(-1) : before.text("auxItemRelatedCode");
      row.put("auxItemRelatedCode", code ?? "");
      row.cells.get(code === undefined || code === "" ? "auxItemRelatedCode" : "auxItemCode")?.control.focus();
    },
    typed(row, name) {
      if (name === "auxItemAmount") row.isAmountOwn = row.text(name) !== "";
      const fen = rowAmount(row.text("auxItemQuantity"), row.text("auxItemStd"));
      if (!row.isAmountOwn && fen !== undefined) row.put("auxItemAmount", yuanOf(fen));
      changed();
    },
  });
  return {
    ...fold,
    read: (items) => readRows(rows(), items),
    write(lines) {
      refill(lines, (row, line) => {
        for (const [name] of COLUMNS) {
          const value = line[name];
          row.put(name, typeof value === "number" ? yuanOf(value) : value);
        }
      });
    },
  };
}

function readRows(rows: readonly TableRow<Name>[], items: readonly ReceiptItem[]): ReturnType<AuxRows["read"]> {
  const malformed: FieldProblem[] = [];
  const auxItems = rows.map((row, index): ReceiptAuxItem => {
    const fen = fenOf(row.text("auxItemAmount"));
    if (fen === undefined) {
      malformed.push({ code: "amount_malformed", pointer: `/auxItems/${index}/auxItemAmount`, ...NO_AMOUNT });
    }
    const auxItemRelatedCode = row.text("auxItemRelatedCode");
    return {
      auxItemRelatedCode,
      auxItemRelatedName: items.find(({ itemCode }) => itemCode === auxItemRelatedCode)?.itemName ?? "",
      auxItemCode: row.text("auxItemCode"),
      auxItemName: row.text("auxItemName"),
      auxItemSpecification: row.text("auxItemSpecification"),
      auxItemQuantity: row.text("auxItemQuantity"),
      auxItemUnit: row.text("auxItemUnit"),
      auxItemStd: row.text("auxItemStd"),
      auxItemAmount: fen ?? 0,
      auxItemRemark: row.text("auxItemRemark"),
    };
  });
  return { auxItems, malformed };
}
