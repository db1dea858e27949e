import type { Column, ItemColumn, Kind } from "../../domain/kind.ts";
import { faceFieldRows, type FaceField } from "./faceFields.ts";

/** All in points from the page's top left corner. */
export type FaceGeometry = {
  readonly tableTop: number;
  readonly headHeight: number;
  /** The columns of all sets, left to right. */
  readonly columns: readonly PlacedColumn<ItemColumn>[];
  /** Item lines of one set. */
  readonly lineCount: number;
  readonly lineHeight: number;
  readonly totalTop: number;
  readonly infoTop: number;
  readonly cells: readonly InfoCell[];
  /** Labels of the left column above the table. */
  readonly headerLeft: readonly string[];
  /** What stands first in the free lines; "" if nothing. */
  readonly note: string;
  readonly free: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
};

export type PlacedColumn<Field extends string> = Column<Field> & {
  /** Which of the sets side by side, from 0. */
  readonly set: number;
  readonly x: number;
  readonly width: number;
};

export type InfoCell = { readonly field: FaceField; readonly x: number; readonly y: number; readonly width: number };

export const mm = (millimetres: number): number => (millimetres * 72) / 25.4;

export const PAGE_WIDTH = mm(210);
export const PAGE_HEIGHT = mm(140);
export const TABLE_LEFT = mm(10);
export const TABLE_RIGHT = mm(200);
export const TABLE_BOTTOM = mm(125.5);
export const TOTAL_HEIGHT = mm(6.4);
export const INFO_LABEL_WIDTH = mm(6.5);
export const INFO_ROW_HEIGHT = mm(4.5);
export const FOOTER_Y = mm(130.9);
export const NOTICE_Y = mm(137.6);
export const QR = { x: mm(11), y: mm(4), size: mm(23) } as const;
/** `bandHeight`: of what the title may fill, around its middle; the supervision seal leaves it free. */
export const TITLE = { x: mm(105), y: mm(16), size: 17, width: mm(122), bandHeight: mm(8.8) } as const;
export const SUPERVISION_SEAL = { x: mm(105), y: mm(13.9) } as const;
/** Over the unit's name. No other text comes into its square. */
export const UNIT_SEAL = { x: mm(45.5), y: mm(127), size: mm(22) } as const;

/** The two columns of fields above the table: labels are the frame's (the left ones by kind), values the receipt's. */
export const HEADER = {
  size: 8.5,
  leftX: mm(10),
  rightX: mm(146),
  leftWidth: mm(132),
  rightWidth: mm(54),
  rowY: [mm(31.8), mm(36.4), mm(41)],
  right: ["票据号码：", "校验码：", "开票日期："],
} as const;

export const FOOTER = {
  size: 8.5,
  fields: [
    { label: "收款单位（章）：", x: mm(10), width: mm(100) },
    { label: "复核人：", x: mm(114), width: mm(40) },
    { label: "收款人：", x: mm(158), width: mm(42) },
  ],
} as const;

const TABLE_TOP = mm(43.4);
const HEAD_HEIGHT = mm(5.6);
const FREE_LINES = 2;
/** To the right of the seal, which reaches into the free lines. */
const FREE_LEFT = UNIT_SEAL.x + UNIT_SEAL.size / 2 + mm(1.5);
const MEDICAL_CELLS = 4;
const NONTAX_CELLS = 3;

/**
 * Where everything of a kind's face stands. The same for every receipt of the kind: lines that are not needed stay
 * blank.
 */
export function faceGeometryOf(kind: Kind): FaceGeometry {
  const perRow = kind.face.layout === "medical" ? MEDICAL_CELLS : NONTAX_CELLS;
  const rows = faceFieldRows(kind, perRow);
  const infoTop = TABLE_BOTTOM - (rows.length + FREE_LINES) * INFO_ROW_HEIGHT - mm(1);
  const totalTop = infoTop - TOTAL_HEIGHT;
  const lineCount = Math.ceil(Math.max(kind.face.minRows, kind.face.maxRows) / kind.face.columnSets);
  const left = TABLE_LEFT + INFO_LABEL_WIDTH + mm(1.2);
  const cellWidth = (TABLE_RIGHT - left) / perRow;
  return {
    tableTop: TABLE_TOP,
    headHeight: HEAD_HEIGHT,
    columns: placeColumns(kind.face.columns, kind.face.columnSets),
    lineCount,
    lineHeight: (totalTop - TABLE_TOP - HEAD_HEIGHT) / lineCount,
    totalTop,
    infoTop,
    cells: rows.flatMap((fields, row) =>
      fields.map((field, place) => ({
        field,
        x: left + place * cellWidth,
        y: infoTop + mm(0.5) + row * INFO_ROW_HEIGHT,
        width: cellWidth - mm(1),
      })),
    ),
    headerLeft: ["票据代码：", `${kind.face.payerLabel.zh}统一社会信用代码：`, `${kind.face.payerLabel.zh}：`],
    note: kind.face.note?.zh ?? "",
    free: {
      x: FREE_LEFT,
      y: infoTop + mm(0.5) + rows.length * INFO_ROW_HEIGHT,
      width: TABLE_RIGHT - FREE_LEFT - mm(1.2),
      height: FREE_LINES * INFO_ROW_HEIGHT,
    },
  };
}

/** The columns with their places: each gets its share of the width of its set. */
export function placeColumns<Field extends string>(
  columns: readonly Column<Field>[],
  setCount: number,
): readonly PlacedColumn<Field>[] {
  const setWidth = (TABLE_RIGHT - TABLE_LEFT) / setCount;
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  return Array.from({ length: setCount }, (_, set) => {
    let x = TABLE_LEFT + set * setWidth;
    return columns.map((column) => {
      const placed = { ...column, set, x, width: (column.share / shares) * setWidth };
      x += placed.width;
      return placed;
    });
  }).flat();
}
