import type { Fen } from "./money.ts";

/** 审验结果: 1 良好, 2 合格, 3 问题, 4 整改通过 (docs/domain.md 3.8). */
export const writeOffResults = {
  1: { zh: "良好", en: "good" },
  2: { zh: "合格", en: "fit" },
  3: { zh: "问题", en: "problems: to be rectified" },
  4: { zh: "整改通过", en: "rectified" },
} as const;
export type WriteOffResult = 1 | 2 | 3 | 4;

/** A range of numbers that is accounted for, with the stock that it was taken from. */
export type WriteOffLine = {
  readonly bookId: number;
  readonly eInvoiceCode: string;
  readonly eInvoiceName: string;
  /** The first number accounted for, and the last; first - 1 if none was used. */
  readonly first: number;
  readonly last: number;
  /** Numbers used: blue, red and void. */
  readonly count: number;
  readonly blueCount: number;
  readonly blueFen: Fen;
  readonly redCount: number;
  readonly redFen: Fen;
  readonly voidCount: number;
  /** 期初库存, 领用, 退票, 期末库存. */
  readonly openingCount: number;
  readonly grantedCount: number;
  readonly returnedCount: number;
  readonly closingCount: number;
};

/** Income by item (收入按项目), red-letter receipts apart. */
export type WriteOffItem = {
  readonly itemCode: string;
  readonly itemName: string;
  readonly itemUnit: string;
  readonly amountFen: Fen;
  readonly redFen: Fen;
};

export type WriteOffVoid = { readonly eInvoiceCode: string; readonly number: number; readonly reason: string };

/** What a unit accounts for (核销), as it was filed. */
export type WriteOffReport = {
  /** 份数: receipts, without void numbers; 总金额: of blue receipts; redFen: of red-letter ones. */
  readonly receiptCount: number;
  readonly totalFen: Fen;
  readonly redFen: Fen;
  readonly voidCount: number;
  readonly lines: readonly WriteOffLine[];
  readonly items: readonly WriteOffItem[];
  readonly voids: readonly WriteOffVoid[];
};

export type WriteOffState = "filed" | "reviewed";

/** Whether the bureau may give this result now. Only what was found faulty, and rectified since, can pass as rectified. */
export function decideReview(
  standing: { readonly state: WriteOffState; readonly isRectified: boolean },
  result: WriteOffResult,
): { readonly kind: "accepted" } | { readonly kind: "refused"; readonly zh: string; readonly en: string } {
  if (standing.state === "reviewed") return { kind: "refused", zh: "已审验", en: "it is reviewed already" };
  const isFit = standing.isRectified ? result === 3 || result === 4 : result !== 4;
  if (isFit) return { kind: "accepted" };
  return standing.isRectified
    ? { kind: "refused", zh: "整改后只能为 3 问题或 4 整改通过", en: "after rectification the result is 3 or 4" }
    : { kind: "refused", zh: "未经整改，不能为 4 整改通过", en: "4 is for what was rectified" };
}

/**
 * Whatever does not add up: the numbers' identity of each line (opening + granted - returned = blue + red + void + closing, docs/domain.md
 * 3.8), and the income by item against the receipts. Each reason names its book; [] if all is well.
 */
export function checkWriteOff({ lines, items, totalFen, redFen }: WriteOffReport): readonly string[] {
  const reasons = lines.flatMap((line) => {
    const stock = line.openingCount + line.grantedCount - line.returnedCount;
    const used = line.blueCount + line.redCount + line.voidCount;
    const where = `号段 (book) ${line.bookId}`;
    return [
      ...(stock === used + line.closingCount
        ? []
        : [
            `${where}: 期初 ${line.openingCount} + 领用 ${line.grantedCount} - 退回 ${line.returnedCount} ≠ ` +
              `蓝 ${line.blueCount} + 红 ${line.redCount} + 作废 ${line.voidCount} + 期末 ${line.closingCount}`,
          ]),
      ...(used === line.count && line.count === line.last - line.first + 1
        ? []
        : [`${where}: 号码 (numbers) ${line.first}-${line.last} ≠ 行 (rows) ${used}`]),
    ];
  });
  const [blueItems, redItems] = [sum(items, "amountFen"), sum(items, "redFen")];
  if (blueItems !== totalFen)
    reasons.push(`项目收入 (income by item) ${blueItems} ≠ 票据 (receipts) ${totalFen} 分 (fen)`);
  if (redItems !== redFen) reasons.push(`项目冲红 (reversed by item) ${redItems} ≠ 红字票据 (red) ${redFen} 分 (fen)`);
  return reasons;
}

const sum = (items: readonly WriteOffItem[], field: "amountFen" | "redFen"): number =>
  items.reduce((total, item) => total + item[field], 0);
