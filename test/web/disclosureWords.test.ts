import { expect } from "chai";
import { zlibDeflate } from "../../service/adapters/system/deflate.ts";
import { codesOf } from "../../service/core/disclosureCodes.ts";
import { packDisclosure } from "../../service/core/disclosurePack.ts";
import { verifyFile } from "../../service/core/verifyFile.ts";
import { takeIn } from "../../service/web/verify/documents.ts";
import { concludeDisclosure } from "../../service/web/verify/concludeDisclosure.ts";
import { readText } from "../../service/web/verify/readText.ts";
import { discloseSample, makeMedicalReceipt, withFields } from "../core/disclosureSample.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader, type SampleRecords } from "../core/sampleLedger.ts";
import type { SampleReceipt } from "../core/sampleReceipt.ts";
import { STATUS_CASES } from "./statusCases.ts";
import { zipOf } from "./zipOf.ts";

const place = { node: "http://localhost:1/", chainId: SAMPLE_CHAIN_ID, contract: SAMPLE_CONTRACT };

describe("web/verify: disclosures in words", () => {
  let sample: SampleReceipt;
  let file: Uint8Array;
  before(async () => {
    sample = await makeMedicalReceipt();
    file = discloseSample(sample, { preset: "amount_only" });
  });
  const conclude = async (bytes: Uint8Array, records: SampleRecords = sample.records) => {
    const trustedContract = { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT };
    const { kind, report } = await verifyFile(bytes, { reader: sampleReader(records), trustedContract });
    expect(kind).to.equal("disclosure");
    return concludeDisclosure(report, place);
  };

  it("has the tone of the receipt in every state, and says how much was withheld", async () => {
    for (const [change, tone, parts] of STATUS_CASES) {
      const found = await conclude(file, { ...sample.records, status: { ...sample.records.status, ...change } });
      expect(found.tone).to.equal(tone);
      const text = [found.headline, ...found.reasons, ...found.advice].map(({ zh }) => zh).join("\n");
      const own = tone === "good" ? ["所示字段真实有效"] : parts;
      for (const part of own) expect(text).to.include(part);
      if (tone === "good") expect(text).not.to.include("内容未被改动，已上链");
      if (tone !== "unsure") expect(text).to.match(/披露 5 项，未披露 \d\d 项/);
    }
  });

  it("says of a failure what it means for a disclosure", async () => {
    const bent = withFields(file, (fields) => fields.slice(1));
    expect((await conclude(bent)).headline.zh).to.equal("所示字段与存证不符");
    expect((await conclude(file.slice(0, -1))).headline.zh).to.equal("披露文件读不出，或已被改动");
    for (const bytes of [bent, file.slice(0, -1)]) {
      const { tone, advice } = await conclude(bytes);
      expect(tone).to.equal("bad");
      expect(advice.map(({ zh }) => zh).join()).to.include("出示人");
    }
  });

  it("says of a red-letter receipt that the number it reverses is withheld, or shows it", async () => {
    const mainExt = { relatedInvoiceCode: "44060126", relatedInvoiceNumber: "0000000007" };
    const red = await makeMedicalReceipt({ data: { totalAmount: -24621, mainExt } });
    const textOf = async (paths: readonly string[]): Promise<string> => {
      const { tone, reasons } = await conclude(discloseSample(red, { paths }), red.records);
      expect(tone).to.equal("notice");
      return reasons.map(({ zh }) => zh).join("\n");
    };
    expect(await textOf([])).to.include("号码未披露");
    expect(await textOf(["/mainExt/relatedInvoiceCode"])).to.include("号码未披露");
    expect(await textOf(["/mainExt"])).to.include("44060126 0000000007");
  });

  it("takes disclosure files beside PDFs, also out of a ZIP", async () => {
    const zip = new File(
      [
        zipOf([
          ["a/d.json", file],
          ["b.txt", file],
          ["c.PDF", file],
        ]),
      ],
      "x.zip",
    );
    const { docs, problems } = await takeIn([new File([file.slice()], "e.json"), zip]);
    expect(docs.map(({ name }) => name)).to.deep.equal(["e.json", "a/d.json", "c.PDF"]);
    expect(problems).to.deep.equal([]);
  });

  describe("a text that was scanned or pasted", () => {
    it("is a disclosure file, or codes that make one, and codes of another start anew", async () => {
      expect(await readText(`${new TextDecoder().decode(file)}\n`, [])).to.deep.equal({ kind: "file", bytes: file });
      const long = discloseSample(await makeMedicalReceipt({ data: { items: many(60) } }), {});
      const texts = codesOf(await packDisclosure(long, zlibDeflate));
      expect(texts.length).to.be.greaterThan(2);
      const first = await readText(texts[1] ?? "", []);
      if (first.kind !== "part") throw new Error("a part was expected");
      expect(first.missing).to.deep.equal([1, ...texts.slice(2).map((_, index) => index + 3)]);
      expect(await readText(texts.filter((_, index) => index !== 1).join(" \n"), first.codes)).to.deep.equal({
        kind: "file",
        bytes: long,
      });
      const other = codesOf(
        await packDisclosure(discloseSample(await makeMedicalReceipt({ data: { items: many(61) } }), {}), zlibDeflate),
      );
      const anew = await readText(other[0] ?? "", first.codes);
      expect(anew.kind === "part" ? anew.codes.map(({ index }) => index) : []).to.deep.equal([0]);
    });

    it("a code that was misread can be read again", async () => {
      const long = discloseSample(await makeMedicalReceipt({ data: { items: many(20) } }), {});
      const [one = "", ...rest] = codesOf(await packDisclosure(long, zlibDeflate));
      const before = await readText(`${one.slice(0, -3)}000`, []);
      if (before.kind !== "part") throw new Error("a part was expected");
      expect((await readText([one, ...rest].join("\n"), before.codes)).kind).to.equal("file");
      expect((await readText(rest.join("\n"), before.codes)).kind).to.equal("unknown");
    });

    it("is the code on a receipt, or not known", async () => {
      const query = "?t=1&a=1&d=44060126_0000000001_3f7484_236.21_20260306&s=0123456789ABCDEF";
      const address = `https://a.example.cn/d${query}`;
      expect(await readText(` ${address}`, [])).to.deep.equal({ kind: "receipt", address, query });
      for (const text of [
        "",
        " ",
        "LPD1:",
        "LPD1:1/1:00000000:000",
        "https://a.example.cn/",
        "javascript:alert(1)",
        "\ud800",
        "0x01",
      ]) {
        expect(await readText(text, []), text).to.deep.equal({ kind: "unknown" });
      }
    });
  });
});

const many = (count: number): { readonly itemName: string; readonly itemAmount: number }[] =>
  Array.from({ length: count }, (_, n) => ({ itemName: `检查费${String(n)}`, itemAmount: n }));
