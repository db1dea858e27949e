import { expect } from "chai";
import { repeatsIn } from "../../../service/web/check/bulkRepeats.ts";
import { readList } from "../../../service/web/check/columns.ts";

describe("web/check/bulkRepeats", () => {
  it("finds the same receipt however it was typed or scanned, and names the first, whatever came first", () => {
    const d = "44060126_0000000007_aB3xYz_236.21_20261122";
    const rows = readList(
      [
        ["44060126", "7", "aB3xYz", "236.21元", "2026/11/22"],
        ["44060126", "0000000008", "aB3xYz", "236.21", "20261122"],
        ["44060126", "0000000007", "aB3xYz", "¥236.21", "2026年11月22日"],
        [`https://p.example/d?t=1&a=b&d=${d}&s=0123456789`],
      ],
      "list.csv",
    );
    expect(rows[0]?.cells).to.deep.equal({
      ...{ eInvoiceCode: "44060126", eInvoiceNumber: "0000000007", randomNumber: "aB3xYz" },
      ...{ totalAmount: "236.21", issueDate: "2026-11-22" },
    });
    expect(rows[2]?.cells).to.deep.equal(rows[0]?.cells);
    expect(rows[3]?.cells).to.deep.equal(rows[0]?.cells);
    const outcomes = new Map(rows.map((row, index) => [index, row] as const).toReversed());
    expect([...repeatsIn(outcomes)]).to.deep.equal([
      [2, 0],
      [3, 0],
    ]);
    expect(repeatsIn(new Map([...outcomes].filter(([index]) => index === 1 || index === 3))).size).to.equal(0);
  });

  it("says nothing of what has no number, such as files that could not be read", () => {
    const empty = { eInvoiceCode: "", eInvoiceNumber: "", randomNumber: "", totalAmount: "", issueDate: "" };
    expect(repeatsIn(new Map([0, 1].map((index) => [index, { cells: empty }]))).size).to.equal(0);
    expect(repeatsIn(new Map()).size).to.equal(0);
  });
});
