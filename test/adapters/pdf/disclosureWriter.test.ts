import { expect } from "chai";
import { writeDisclosurePdf } from "../../../service/adapters/pdf/disclosureWriter.ts";
import { loadFontFiles, openFontBook, type FontBook } from "../../../service/adapters/pdf/fontBook.ts";
import { zlibDeflate } from "../../../service/adapters/system/deflate.ts";
import { codesOf, joinCodes, parseCode } from "../../../service/core/disclosureCodes.ts";
import { disclosureIn } from "../../../service/core/disclosurePdf.ts";
import { packDisclosure, unpackDisclosure } from "../../../service/core/disclosurePack.ts";
import { DISCLOSURE_PRESETS } from "../../../service/core/disclosurePresets.ts";
import { discloseSample, makeMedicalReceipt } from "../../core/disclosureSample.ts";
import { receiptOf } from "../../domain/fixtures.ts";
import { codesOnPages } from "./printedCodes.ts";
import { needTools, textOf } from "./tools.ts";

const PLACE = { eInvoiceCode: "44060126", eInvoiceNumber: "0000001004" };

describe("adapters/pdf/disclosureWriter", function () {
  this.timeout(60_000);
  let book: FontBook;
  before(() => (book = openFontBook(loadFontFiles())));

  const write = async (file: Uint8Array, verifyUrl?: string) => {
    const codes = codesOf(await packDisclosure(file, zlibDeflate));
    return { codes, pdf: writeDisclosurePdf(book, { file, codes, verifyUrl, madeAtMs: 1_772_763_693_000 }) };
  };

  it("carries the file, names what is shown and what is withheld, and is the same again", async () => {
    const receipt = await makeMedicalReceipt({ data: { ...receiptOf("outpatient", 0), ...PLACE } });
    const file = discloseSample(receipt, { preset: "amounts_and_insurance" });
    const { pdf } = await write(file, "https://piao.example.cn/verify");
    expect(disclosureIn(pdf)).to.deep.equal(file);
    expect((await write(file, "https://piao.example.cn/verify")).pdf).to.deep.equal(pdf);
    needTools(this.ctx, "pdftotext");
    const text = textOf(pdf);
    for (const part of ["44060126", "0000001004", "¥236.21", "示例医院", "不是票据原件", "piao.example.cn/verify"]) {
      expect(text).to.include(part);
    }
    expect(text).to.include("/mainExt/fundPayAmount").and.to.include("¥120.00");
    expect(text).to.include("交款人/payerPartyName").and.to.include("性别/mainExt/gender");
    expect(text).not.to.include(receiptOf("outpatient", 0).payerPartyName);
  });

  it("has codes that a reader reads from the printed page, which alone give the file again", async () => {
    needTools(this.ctx, "pdftoppm");
    const receipt = await makeMedicalReceipt({ data: { ...receiptOf("inpatient", 0), ...PLACE } });
    const file = discloseSample(receipt, { preset: "amount_only" });
    const { pdf, codes } = await write(file);
    const read = codesOnPages(pdf);
    expect(read).to.deep.equal(codes);
    const packed = joinCodes(read.map(parseCode)) ?? new Uint8Array(0);
    expect(await unpackDisclosure(packed, zlibDeflate)).to.deep.equal(file);
  });

  it("fits the presets of the worked samples into at most six codes", async () => {
    const counts = new Map<string, number>();
    for (const kind of ["outpatient", "inpatient", "penalty", "nontax"]) {
      const receipt = await makeMedicalReceipt({ data: { ...receiptOf(kind, 0), ...PLACE } });
      for (const preset of DISCLOSURE_PRESETS) {
        const { codes } = await write(discloseSample(receipt, { preset }));
        counts.set(`${kind} ${preset}`, codes.length);
      }
    }
    for (const [name, count] of counts) expect(count, name).to.be.within(1, 6);
  });

  it("leaves the codes out where there are too many, and says so", async () => {
    const items = Array.from({ length: 80 }, (_, n) => ({
      itemCode: String(n),
      itemName: "检查费",
      itemRemark: "甲",
      itemStd: "",
      itemUnit: "次",
      itemQuantity: "1",
    }));
    const receipt = await makeMedicalReceipt({ data: { items } });
    const { pdf, codes } = await write(discloseSample(receipt, { preset: "amount_only" }));
    expect(codes).to.deep.equal([]);
    expect(disclosureIn(pdf)).not.to.equal(undefined);
    needTools(this.ctx, "pdftotext");
    expect(textOf(pdf)).to.include("不要只交打印件");
  });
});
