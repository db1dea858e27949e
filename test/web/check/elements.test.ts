import { expect } from "chai";
import { parseScan, scanProblem } from "../../../service/web/check/elements.ts";

const FIVE = "44060126_0000000001_3f7484_236.21_20260306";
const FOUR = "44060126_0000000001_3f7484_20260306";
const at = (d: string, rest = "&s=0123456789ABCDEF"): string =>
  `https://receipts.example/d?t=1&a=lianpiao&d=${d}${rest}`;

describe("the text of a scanned code", () => {
  it("gives the elements, with the amount or in the older form without", () => {
    const elements = {
      eInvoiceCode: "44060126",
      eInvoiceNumber: "0000000001",
      randomNumber: "3f7484",
      issueDate: "20260306",
    };
    expect(parseScan(at(FIVE))?.elements).to.deep.equal({ ...elements, totalAmount: 23621 });
    expect(parseScan(at(FOUR))?.elements).to.deep.equal({ ...elements, totalAmount: undefined });
    expect(parseScan(` ${at(FIVE)}&from=singlemessage\n`)?.body).to.deep.equal({ qr: at(FIVE) });
  });

  it("that is a receipt's address but not whole is an invalid receipt's code", () => {
    const broken = [
      ...[at(FIVE.slice(0, -1)), at(FIVE.replace("_", "-")), at(FIVE, ""), at(FIVE, "&s=012345678"), at("")],
      ...[at(`${FIVE}_1`), "http://receipts.example/sub/d?d=1"],
    ];
    for (const text of broken) {
      expect(parseScan(text), text).to.equal(undefined);
      expect(scanProblem(text).zh, text).to.match(/^无效的电子票据二维码/);
    }
  });

  it("that is anything else is no fiscal receipt's code", () => {
    for (const text of [
      "",
      "01,10,033001800111,12345678,236.21",
      "https://receipts.example/r/0",
      "https://x.example/d",
      FIVE,
    ]) {
      expect(parseScan(text), text).to.equal(undefined);
      expect(scanProblem(text).zh, text).to.equal("非财政票据二维码");
    }
  });
});
