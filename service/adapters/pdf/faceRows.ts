import type { ItemColumn } from "../../domain/kind.ts";
import { sumFen } from "../../domain/money.ts";
import type { ReceiptItem } from "../../domain/receipt.ts";
import { itemText } from "./faceFields.ts";
import type { FaceGeometry, PlacedColumn } from "./faceGeometry.ts";
import { CELL_PADDING } from "./frame.ts";
import type { FontBook } from "./fontBook.ts";
import { fitText, type FittedText, type TextBox } from "./fitText.ts";

/** A text of an item row, already fitted to its cell. */
export type FaceCell = { readonly column: PlacedColumn<ItemColumn>; readonly line: number; readonly text: FittedText };

export type FaceRows = {
  readonly cells: readonly FaceCell[];
  /** The face does not show every item whole: all of them stand on list pages. */
  readonly isListed: boolean;
};

const ITEM_SIZE = 8;
const MIN_ITEM_SIZE = 5;

/**
 * The rows of the face: all items if they fit, otherwise as many as fit and, in the last row, the sum of the others,
 * so that the rows still add up to the total.
 */
export function faceRowsOf(
  book: FontBook,
  geometry: FaceGeometry,
  items: readonly ReceiptItem[],
  maxRows: number,
): FaceRows {
  if (items.length <= maxRows) {
    const rows = items.map((item, row) => fitRow(book, geometry, item, row));
    if (rows.every((row) => row !== undefined)) return { cells: rows.flat(), isListed: false };
  }
  const cells: FaceCell[] = [];
  let shown = 0;
  for (const item of items.slice(0, maxRows - 1)) {
    const row = fitRow(book, geometry, item, shown);
    if (row === undefined) break;
    cells.push(...row);
    shown++;
  }
  const others = items.slice(shown);
  const rest = {
    ...NO_ITEM,
    itemName: `${shown === 0 ? "共" : "其余"}${others.length}项，见清单`,
    itemAmount: sumFen(others.map((i) => i.itemAmount)),
  };
  return { cells: [...cells, ...(fitRow(book, geometry, rest, shown) ?? [])], isListed: true };
}

const NO_ITEM: ReceiptItem = {
  itemCode: "",
  itemName: "",
  itemQuantity: "",
  itemUnit: "",
  itemStd: "",
  itemAmount: 0,
  itemRemark: "",
};

/** undefined: one of its texts does not fit its cell. The sets of columns are filled one after the other. */
function fitRow(
  book: FontBook,
  geometry: FaceGeometry,
  item: ReceiptItem,
  row: number,
): readonly FaceCell[] | undefined {
  const set = Math.floor(row / geometry.lineCount);
  const line = row % geometry.lineCount;
  const cells: FaceCell[] = [];
  for (const column of geometry.columns.filter((c) => c.set === set)) {
    const box: TextBox = {
      width: column.width - 2 * CELL_PADDING,
      height: geometry.lineHeight,
      size: ITEM_SIZE,
      minSize: MIN_ITEM_SIZE,
    };
    const isTabular = column.align === "right";
    const content = itemText(item, column.field);
    if (content === "") continue;
    const text = fitText(book, content, box, { isTabular });
    if (text === undefined) return undefined;
    cells.push({ column, line, text });
  }
  return cells;
}
