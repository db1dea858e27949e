import type { LeafStatus } from "../../service/core/ledgerCall.ts";
import type { Tone } from "../../service/web/verify/conclude.ts";

/** What became of a receipt of 246.21 yuan, and what is to be said of it. */
export const STATUS_CASES: readonly (readonly [Partial<LeafStatus>, Tone, readonly string[]])[] = [
  [{}, "good", ["真实有效"]],
  [{ capFen: 24621 }, "good", ["真实有效"]],
  [{ reversed: true, reversedByCode: 44060126, reversedByNumber: 2000 }, "bad", ["已冲红", "44060126 0000002000"]],
  [
    { reversed: true, reversedByCode: 6000126, reversedByNumber: 1, capFen: 5, usedFen: 5 },
    "bad",
    ["已冲红", "06000126 0000000001"],
  ],
  [{ onPaper: true }, "notice", ["已换开纸质票据", "以纸质票据为准"]],
  [{ capFen: 24621, usedFen: 1 }, "notice", ["已部分入账", "剩余 ¥246.20"]],
  [{ capFen: 24621, lockedFen: 1 }, "notice", ["已部分入账", "已锁定 ¥0.01", "剩余 ¥246.20"]],
  [{ capFen: 24621, usedFen: 24620, lockedFen: 1 }, "notice", ["已全额入账", "剩余 ¥0.00", "请勿重复报销"]],
  [{ usedFen: 1 }, "unsure", ["当前状态读不出", "请更换节点"]],
];
