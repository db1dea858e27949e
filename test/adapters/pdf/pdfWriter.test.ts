import { expect } from "chai";
import decodeQR from "qr/decode.js";
import { TITLE, UNIT_SEAL } from "../../../service/adapters/pdf/faceGeometry.ts";
import { placeFooterText } from "../../../service/adapters/pdf/footer.ts";
import { openPdfWriter, type PdfJob, type PdfWriter } from "../../../service/adapters/pdf/pdfWriter.ts";
import { boxOf, type Box } from "../../../service/adapters/pdf/placeText.ts";
import { SEAL_RED } from "../../../service/adapters/pdf/seals.ts";
import { placeSignature } from "../../../service/adapters/pdf/signatureField.ts";
import { AppError } from "../../../service/core/errors.ts";
import { readAttachment } from "../../../service/core/pdfAttachments.ts";
import {
  locateSignature,
  readSignature,
  RESERVED_CONTENTS_BYTES,
  writeSignature,
} from "../../../service/core/pdfSignature.ts";
import { capitalsOf } from "../../../service/domain/capitals.ts";
import { builtinKinds } from "../../../service/domain/kinds/builtin.ts";
import { yuanOf } from "../../../service/domain/money.ts";
import type { ReceiptData } from "../../../service/domain/receipt.ts";
import { AT_MS, faceSamples, fonts, item, longest, RARE, reversed } from "./faceSamples.ts";
import { colorsOf, needTools, pagesOf, rasterOf, runOn, textOf, type Raster } from "./tools.ts";

const QR_TEXT =
  "https://czpj.example.gov.cn/d?t=601&a=lianpiao&d=44060126_0000000002_3f7484_236.21_20260306&s=F0EFEEEDECEBEAE9";
const SAMPLE_WORDS = "测试样票，不作报销凭证";

describe("pdfWriter", function () {
  this.timeout(120_000);
  let writer: PdfWriter;
  before(() => {
    writer = openPdfWriter({ book: fonts().book, kinds: builtinKinds, isSample: true });
  });
  const jobOf = (data: ReceiptData, over: Partial<PdfJob> = {}): PdfJob => ({
    ...{ data, qrText: QR_TEXT, issuedAtMs: AT_MS, attachments: [] },
    ...over,
  });
  const write = (data: ReceiptData): Uint8Array => writer.write(jobOf(data)).bytes;

  for (const [id, sample] of Object.entries(faceSamples)) {
    it(`prints every field of the ${id} face, plain and red`, function () {
      needTools(this, "pdftotext", "qpdf");
      for (const data of [sample(), reversed(sample())]) {
        const pdf = write(data);
        runOn(pdf, "qpdf", "--check", "{}");
        const text = textOf(pdf);
        for (const expected of wordsOf(id, data)) expect(text, expected).to.contain(expected);
        expect(text.split(SAMPLE_WORDS).length - 1, "sample words").to.equal(1);
      }
    });
  }

  it("names the original on a red-letter receipt, in red, with negative amounts", function () {
    needTools(this, "pdftotext");
    const red = write(reversed(faceSamples.nontax()));
    expect(textOf(red)).to.contain("原票据代码：44010126原票据号码：0000009001");
    expect(textOf(red)).to.contain("负壹仟贰佰伍拾元整").and.to.contain("-1250.00");
    expect(darkInk(red), "black ink outside the QR code").to.equal(0);
    expect(darkInk(write(faceSamples.nontax()))).to.be.greaterThan(200);
  });

  it("stands the seals over the unit's name and the title, and lays no ink of theirs on either", function () {
    needTools(this, "pdftoppm");
    for (const data of [faceSamples.inpatient(), reversed(faceSamples.penalty())]) {
      const colors = colorsOf(write(data), 100);
      const [name] = placeFooterText(fonts().book, 0, data.invoicingPartyName).lines;
      const nameBox = name === undefined ? expect.fail("no name") : boxOf(fonts().book, name);
      const half = UNIT_SEAL.size / 2;
      const seal = { left: UNIT_SEAL.x - half, right: UNIT_SEAL.x + half };
      const above = { ...seal, top: UNIT_SEAL.y - half, bottom: nameBox.top };
      const below = { ...seal, top: nameBox.bottom, bottom: UNIT_SEAL.y + half };
      expect(sealInk(colors, above), "seal above the name").to.be.above(400);
      expect(sealInk(colors, nameBox), "seal on the name").to.equal(0);
      expect(sealInk(colors, below), "seal below the name").to.be.above(100);
      const [left, right] = [TITLE.x - TITLE.width / 2, TITLE.x + TITLE.width / 2];
      const title = { left, right, top: TITLE.y - 0.88 * TITLE.size, bottom: TITLE.y + 0.16 * TITLE.size };
      expect(sealInk(colors, title), "supervision seal on the title").to.equal(0);
      expect(sealInk(colors, { ...title, top: 0, bottom: title.top }), "and above it").to.be.above(20);
    }
  });

  it("draws rare characters and extracts them", function () {
    needTools(this, "pdftotext", "pdffonts");
    const pdf = write({ ...faceSamples.outpatient(), payerPartyName: `${RARE}·雷赟` });
    expect(textOf(pdf)).to.contain(`交款人：${RARE}·雷赟`);
    const fontLines = runOn(pdf, "pdffonts", "{}").toString().split("\n").slice(2, -1);
    expect(fontLines.length).to.equal(3);
    for (const line of fontLines) expect(line).to.match(/Identity-H +yes yes yes/);
  });

  it("extracts each of two characters that look alike as itself, whatever was drawn before", function () {
    needTools(this, "pdftotext");
    write({ ...faceSamples.outpatient(), payerPartyName: "⼀" });
    expect(textOf(write({ ...faceSamples.outpatient(), payerPartyName: "丁一一" }))).to.contain("交款人：丁一一");
    expect(textOf(write({ ...faceSamples.outpatient(), payerPartyName: "一⼀一" }))).to.contain("交款人：一⼀一");
  });

  it("decodes the QR code from a print of 150 dots an inch", function () {
    needTools(this, "pdftoppm");
    const { width, height, data } = rasterOf(write(faceSamples.outpatient()), 150);
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (data[i >> 2] ?? 0)));
    expect(decodeQR({ width, height, data: rgba })).to.equal(QR_TEXT);
  });

  it("has the last item row that fits on the face, and lists from the next on", function () {
    needTools(this, "pdftotext", "pdfinfo");
    for (const [sample, maxRows, listedPages] of [
      [faceSamples.outpatient, 12, 2],
      [faceSamples.inpatient, 18, 3],
      [faceSamples.nontax, 10, 2],
    ] as const) {
      const withItems = (count: number): ReceiptData => {
        const items = Array.from({ length: count }, (_, i) => item({ itemName: `收费项目${i}`, itemAmount: 100 + i }));
        return { ...sample(), items, totalAmount: items.reduce((sum, { itemAmount }) => sum + itemAmount, 0) };
      };
      expect(pageCount(write(withItems(maxRows)))).to.equal(1);
      const listed = write(withItems(maxRows + 1));
      expect(pageCount(listed)).to.equal(listedPages);
      const text = textOf(listed);
      expect(text)
        .to.contain("其余2项，见清单")
        .and.to.contain(`第1页共${listedPages}页`)
        .and.to.contain(`第2页共${listedPages}页`);
      expect(text).to.contain(`收费项目${maxRows}`).and.to.contain("项目清单");
    }
  });

  it("lists details over pages with a subtotal each and the total on the last", function () {
    needTools(this, "pdftotext", "pdfinfo");
    const auxItems = Array.from({ length: 100 }, (_, i) => ({
      ...{ auxItemRelatedCode: "0801", auxItemRelatedName: "西药费", auxItemCode: `YP${i}`, auxItemName: `药品${i}号` },
      ...{ auxItemSpecification: "1.0g×10支", auxItemQuantity: "2", auxItemUnit: "支", auxItemStd: "1.5000" },
      ...{ auxItemAmount: 300 + i, auxItemRemark: "甲类" },
    }));
    const pdf = write({ ...faceSamples.outpatient(), auxItems });
    const pages = pagesOf(pdf).slice(1);
    expect(pageCount(pdf)).to.equal(pages.length + 1);
    const subtotals = pages.map((page) => Number(/本页小计\s*(\d+)\.(\d\d)元/.exec(page)?.slice(1).join("")));
    expect(subtotals.reduce((a, b) => a + b)).to.equal(34_950);
    expect(pages.filter((page) => /合\s*计\s*349\.50元/.test(page)).length).to.equal(1);
    expect(pages.at(-1)).to.match(/合\s*计\s*349\.50元/);
    const text = textOf(pdf);
    for (const { auxItemName } of auxItems) expect(text).to.contain(auxItemName);
    for (const page of pages) expect(page).to.contain(SAMPLE_WORDS);
  });

  it("cuts no text: what does not fit stands in full on a further page", function () {
    needTools(this, "pdftotext");
    const long = (word: string, length: number): string => word.repeat(length).slice(0, length);
    const data: ReceiptData = {
      ...faceSamples.outpatient(),
      invoicingPartyName: long("示例医科大学附属第三临床医学院", 100),
      payerPartyName: long("阿卜杜热合曼·买买提依明·", 100),
      handlingPerson: long("收费员姓名", 100),
      checker: long("复核人姓名", 100),
      remark: long("备注甲乙丙丁", 200),
      otherInfo: Array.from({ length: 30 }, (_, i) => ({ infoName: `信息${i}`, infoValue: long("值戊己庚", 200) })),
      items: [
        item({ itemName: long("超声引导下穿刺引流术", 100), itemRemark: long("按规定比例", 200), itemAmount: 100 }),
      ],
      totalAmount: 100,
      auxItems: [],
    };
    const text = textOf(write(data));
    const whole = [data.invoicingPartyName, data.payerPartyName, data.handlingPerson, data.checker, data.remark];
    const wrapped = [
      data.items[0]?.itemName ?? "",
      data.items[0]?.itemRemark ?? "",
      data.otherInfo[29]?.infoValue ?? "",
    ];
    expect(text).to.contain("共1项，见清单");
    for (const expected of whole) expect(text).to.contain(expected);
    // Lines of neighbouring columns alternate in the extracted text: each character must be there often enough.
    for (const expected of wrapped) {
      for (const character of new Set(expected)) {
        expect(text.split(character).length).to.be.at.least(expected.split(character).length);
      }
    }
  });

  it("gives the same bytes for the same receipt, also from another writer that has drawn others", () => {
    const once = writer.write(jobOf(faceSamples.inpatient()));
    const other = openPdfWriter({ book: fonts().book, kinds: builtinKinds, isSample: true });
    other.write(jobOf(reversed(faceSamples.penalty())));
    const again = other.write(jobOf(faceSamples.inpatient()));
    expect(Buffer.compare(again.bytes, once.bytes)).to.equal(0);
  });

  it("carries no sample words unless told to", function () {
    needTools(this, "pdftotext");
    const real = openPdfWriter({ book: fonts().book, kinds: builtinKinds, isSample: false });
    expect(textOf(real.write(jobOf(faceSamples.outpatient())).bytes)).not.to.contain("测试样票");
  });

  it("breaks no figure on a list page and says there who pays in the kind's word", function () {
    needTools(this, "pdftotext");
    const kind = builtinKinds.find(({ id }) => id === "societyDues") ?? expect.fail("no such kind");
    const text = textOf(write(longest(kind)));
    for (const figure of ["999999.9999", "99999999.9999", "48765432109.87"]) expect(text).to.contain(figure);
    expect(text).to.contain("会员：").and.not.to.contain("交款人");
    expect(text).to.contain("（接上页）");
  });

  it("lays the watermark across every page of a sample, stored once, and across no page of another", function () {
    needTools(this, "pdftoppm");
    const items = Array.from({ length: 40 }, (_, i) => item({ itemName: `收费项目${i}` }));
    const data = { ...faceSamples.outpatient(), items, totalAmount: 40 * 2362 };
    const real = openPdfWriter({ book: fonts().book, kinds: builtinKinds, isSample: false });
    const watermarkGray = Math.round(0.91 * 255);
    const grayCount = (pdf: Uint8Array, page: number): number =>
      rasterOf(pdf, 50, page).data.filter((value) => value === watermarkGray).length;
    const [sample, plain] = [write(data), real.write(jobOf(data)).bytes];
    const pages = Array.from({ length: pageCount(sample) }, (_, index) => index + 1);
    expect(pages.length).to.equal(4);
    for (const page of pages) {
      expect(grayCount(sample, page), `page ${page} of a sample`).to.be.above(500);
      // Edges of letters may be as gray as the watermark.
      expect(grayCount(plain, page), `page ${page} of another`).to.be.below(200);
    }
    const named = Buffer.from(sample)
      .toString("latin1")
      .matchAll(/\/Watermark (\d+) 0 R/g);
    const objects = [...named].map(([, id]) => id);
    expect(objects).to.have.length(pages.length);
    expect(new Set(objects).size).to.equal(1);
  });

  it("reserves the signature's room as core reads it", () => {
    const unsigned = writer.write(jobOf(faceSamples.outpatient()));
    const { holeStart, holeEnd, bytes } = unsigned;
    expect(locateSignature(bytes)).to.deep.equal({ holeStart, holeEnd, length: bytes.length });
    expect(holeEnd - holeStart).to.equal(2 * RESERVED_CONTENTS_BYTES + 2);
    const cms = Uint8Array.of(0x30, 3, 1, 2, 0xab);
    const byCore = writeSignature(bytes, cms);
    expect(Buffer.compare(placeSignature(unsigned, cms), byCore)).to.equal(0);
    expect([...readSignature(byCore)]).to.deep.equal([...cms]);
  });

  it("is not misled by an attachment that reads like a signature", () => {
    const bytes = Buffer.from("/ByteRange [0 /********** /********** /**********] /Contents <00>");
    const bait = {
      name: "bait.txt",
      mediaType: "text/plain",
      relationship: "Data",
      description: "bait",
      bytes,
    } as const;
    const unsigned = writer.write(jobOf(faceSamples.outpatient(), { attachments: [bait] }));
    const { holeStart, holeEnd } = locateSignature(unsigned.bytes);
    expect([holeStart, holeEnd]).to.deep.equal([unsigned.holeStart, unsigned.holeEnd]);
    expect(Buffer.compare(readAttachment(unsigned.bytes, "bait.txt"), bytes)).to.equal(0);
  });

  it("refuses what it cannot draw, with a code", () => {
    const sample = faceSamples.outpatient();
    expect(codeOf(() => write({ ...sample, eInvoiceCode: "44990126" }))).to.equal("kind_unknown");
    expect(codeOf(() => write({ ...sample, payerPartyName: "🙂" }))).to.equal("character_not_drawable");
    expect(codeOf(() => writer.write(jobOf(sample, { qrText: "x".repeat(2332) })))).to.equal("qr_text_too_long");
    expect(writer.write(jobOf(sample, { qrText: "x".repeat(2331) })).bytes.length).to.be.greaterThan(0);
  });
});

/** What must be readable on the face. */
function wordsOf(id: string, data: ReceiptData): readonly string[] {
  const kind = builtinKinds.find((known) => known.id === id);
  const labels =
    kind?.mainExt.filter((f) => f.isOnFace && !["inHospitalDate", "outHospitalDate"].includes(f.name)) ?? [];
  return [
    data.eInvoiceName,
    `票据代码：${data.eInvoiceCode}`,
    `票据号码：${data.eInvoiceNumber}`,
    `校验码：${data.randomNumber}`,
    `开票日期：2026-03-06`,
    `交款人：${data.payerPartyName}`,
    `交款人统一社会信用代码：${data.payerPartyCode}`,
    `收款单位（章）：${data.invoicingPartyName}`,
    `复核人：${data.checker}`,
    `收款人：${data.handlingPerson}`,
    capitalsOf(data.totalAmount),
    `（小写）${yuanOf(data.totalAmount)}`,
    ...data.items.flatMap((row) => [row.itemName, yuanOf(row.itemAmount)]),
    `业务流水号：${data.bizCode}`,
    ...labels.map(({ zh }) => `${zh}：`),
    ...Object.values(data.mainExt).map((value) => (typeof value === "number" ? yuanOf(value) : "")),
    ...(id === "inpatient" ? ["住院时间：2026-03-01至2026-03-06"] : []),
    ...(id === "penalty" ? ["处理时间：2026-02-0109:30:00", "缴款日期：2026-03-06"] : []),
    ...(id === "nontax" ? ["备注：2025-2026学年第二学期"] : []),
  ];
}

/** Pixels of the seals' own red inside the box, which is in points. */
function sealInk({ width, data }: Raster, { left, top, right, bottom }: Box): number {
  const pixel = (points: number): number => Math.round((points * 100) / 72);
  const red = SEAL_RED.map((value) => value * 255);
  let count = 0;
  for (let y = pixel(top); y < pixel(bottom); y++) {
    for (let x = pixel(left); x < pixel(right); x++) {
      if (red.every((value, i) => Math.abs((data[(y * width + x) * 3 + i] ?? 0) - value) < 12)) count++;
    }
  }
  return count;
}

/** Pixels below the QR code that are nearly black. */
function darkInk(pdf: Uint8Array): number {
  const { width, height, data } = rasterOf(pdf, 100);
  let count = 0;
  for (let i = Math.floor(height * 0.22) * width; i < data.length; i++) if ((data[i] ?? 255) < 40) count++;
  return count;
}

function pageCount(pdf: Uint8Array): number {
  return Number(/Pages:\s+(\d+)/.exec(runOn(pdf, "pdfinfo", "{}").toString())?.[1]);
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}
