import { csvText } from "./csvText.ts";
import { yuanOf } from "./money.ts";
import { numberText } from "./number.ts";
import type { WriteOffReport } from "./writeOff.ts";

export const writeOffParts = ["lines", "items", "voids"] as const;
export type WriteOffPart = (typeof writeOffParts)[number];

/** One table of a write-off as CSV, amounts in yuan. */
export function writeOffCsv(report: WriteOffReport, part: WriteOffPart): string {
  switch (part) {
    case "lines":
      return csvText([LINE_TITLES, ...report.lines.map(lineRow)]);
    case "items":
      return csvText([
        ["项目编码", "项目名称", "单位", "金额", "冲红金额"],
        ...report.items.map((item) => [
          ...[item.itemCode, item.itemName, item.itemUnit],
          ...[yuanOf(item.amountFen), yuanOf(item.redFen)],
        ]),
      ]);
    case "voids":
      return csvText([
        ["票据代码", "票据号码", "作废原因"],
        ...report.voids.map(({ eInvoiceCode, number, reason }) => [eInvoiceCode, numberText(number), reason]),
      ]);
  }
}

const LINE_TITLES = [
  ...[
    "号段",
    "票据代码",
    "票据名称",
    "起始号",
    "结束号",
    "份数",
    "蓝字份数",
    "蓝字金额",
    "红字份数",
    "红字金额",
    "作废份数",
  ],
  ...["期初库存", "领用", "退票", "期末库存"],
];

function lineRow(line: WriteOffReport["lines"][number]): readonly (string | number)[] {
  const numbers = line.count === 0 ? ["", ""] : [numberText(line.first), numberText(line.last)];
  return [
    ...[
      line.bookId,
      line.eInvoiceCode,
      line.eInvoiceName,
      ...numbers,
      line.count,
      line.blueCount,
      yuanOf(line.blueFen),
    ],
    ...[line.redCount, yuanOf(line.redFen), line.voidCount],
    ...[line.openingCount, line.grantedCount, line.returnedCount, line.closingCount],
  ];
}
