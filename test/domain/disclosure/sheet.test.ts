import { expect } from "chai";
import { flatten } from "../../../service/core/canonical.ts";
import { groupFields, groupShown, valueText } from "../../../service/domain/disclosure/fieldGroups.ts";
import { fieldWords } from "../../../service/domain/disclosure/fieldWords.ts";
import {
  layOutSheet,
  SHEET_HEIGHT,
  SHEET_WIDTH,
  type SheetMark,
} from "../../../service/domain/disclosure/sheetLayout.ts";
import type { Sheet, SheetRow } from "../../../service/domain/disclosure/sheet.ts";
import { receiptOf } from "../fixtures.ts";

const measure = (text: string, size: number): number =>
  [...text].reduce((sum, character) => sum + (character < "\u0100" ? 0.5 : 1) * size, 0);

describe("domain/disclosure", () => {
  it("has words in both languages for every field of the four first kinds", () => {
    for (const kind of ["outpatient", "inpatient", "penalty", "nontax"]) {
      for (const { path } of [0, 3].flatMap((n) => flatten({ ...receiptOf(kind, n) }))) {
        const names = path.split("/").filter((token) => token !== "" && !/^\d+$/.test(token));
        for (const name of names) {
          expect(fieldWords(name).zh, path).to.match(/[\u4e00-\u9fff]/);
          expect(fieldWords(name).en, path).to.match(/^[A-Z][A-Za-z' ]+$/);
        }
      }
    }
    expect(fieldWords("unheardOf")).to.deep.equal({ zh: "unheardOf", en: "unheardOf" });
    expect(fieldWords("constructor").zh).to.equal("constructor");
  });

  it("gathers lists, and names every field of their rows", () => {
    const groups = groupFields([
      "/auxItems",
      "/items/0/itemName",
      "/items/10/itemName",
      "/items/2/itemAmount",
      "/remark",
    ]);
    expect(groups.map(({ path, rowCount, names }) => [path, rowCount, ...names])).to.deep.equal([
      ["/auxItems", 0],
      ["/items", 3, "itemName", "itemAmount"],
      ["/remark", 0],
    ]);
    expect(groups.flatMap(({ paths }) => paths)).to.have.length(5);
  });

  it("shows rows in their own order, amounts in yuan, and what is empty as a dash", () => {
    const [items, remark] = groupShown([
      { path: "/items/10/itemAmount", value: -5 },
      { path: "/items/2/itemAmount", value: 123456 },
      { path: "/items/2/itemRemark", value: "" },
      { path: "/remark", value: "" },
    ]);
    expect(items?.lines).to.deep.equal(["3. 金额 ¥1,234.56", "11. 金额 ¥-0.05"]);
    expect(remark?.lines).to.deep.equal(["—"]);
    expect([true, null, [], {}].map(valueText)).to.deep.equal(["是", "—", "—", "—"]);
  });

  it("lays every word and code out inside the pages, however many there are", () => {
    const words = { zh: "项目", en: "Items" };
    const row = {
      words,
      note: "/items",
      lines: Array.from({ length: 90 }, (_, n) => `${String(n)}. ${"很长".repeat(40)}`),
    };
    const codes = Array.from({ length: 12 }, (_, n) => `LPD1:${String(n)}`);
    const fact = (text: string): SheetRow => ({ words, note: "", lines: [text] });
    const sheet: Sheet = {
      facts: [fact("44060126"), fact("0000001004"), row],
      shown: [row],
      withheld: [row],
      withheldCount: 90,
      codes,
      verifyUrl: undefined,
    };
    const pages = layOutSheet(sheet, measure);
    const marks: readonly SheetMark[] = pages.flatMap((page) => page.slice(0, -1));
    const feet = pages.flatMap((page) => page.slice(-1)).map((mark) => (mark.kind === "text" ? mark.text : mark.kind));
    const footOf = (n: number): string => {
      const [at, of] = [String(n), String(pages.length)];
      return `44060126 0000001004　第 ${at} 页，共 ${of} 页 Page ${at} of ${of}`;
    };
    expect(feet).to.deep.equal(pages.map((_, index) => footOf(index + 1)));
    expect(pages.length).to.be.greaterThan(5);
    for (const mark of marks) {
      const [right, bottom] =
        mark.kind === "text"
          ? [mark.x + measure(mark.text, mark.size), mark.y]
          : mark.kind === "code"
            ? [mark.x + mark.size, mark.y + mark.size]
            : [mark.x + mark.width, mark.y];
      expect(right).to.be.at.most(SHEET_WIDTH - 40);
      expect(bottom).to.be.at.most(SHEET_HEIGHT - 36);
      expect(mark.x).to.be.at.least(40);
    }
    expect(marks.flatMap((mark) => (mark.kind === "code" ? [mark.text] : []))).to.deep.equal(codes);
    const text = marks.map((mark) => (mark.kind === "text" ? mark.text : "")).join("");
    expect(text.match(/很/g)).to.have.length(90 * 40 * 3);
    expect(text).to.include("怎样查验").and.to.include("12 个二维码");
  });

  it("says when the codes cannot hold it: then the file is to be handed over", () => {
    const sheet: Sheet = {
      facts: [],
      shown: [],
      withheld: [],
      withheldCount: 0,
      codes: [],
      verifyUrl: "https://a.cn/verify",
    };
    const text = layOutSheet(sheet, measure)
      .flat()
      .map((mark) => (mark.kind === "text" ? mark.text : ""))
      .join("");
    expect(text).to.include("不要只交打印件").and.to.include("https://a.cn/verify");
  });
});
