import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { concatBytes, latin1, latin1Bytes } from "../../service/core/bytes.ts";
import { encodeSignedData } from "../../service/core/cms.ts";
import { der, derConstant, INTEGER, oid, SEQUENCE, SET } from "../../service/core/der.ts";
import {
  documentDigestOf,
  fillByteRange,
  locateSignature,
  readSignature,
  RESERVED_CONTENTS_BYTES,
  writeSignature,
} from "../../service/core/pdfSignature.ts";
import { MAX_BATCH_DEPTH, MAX_LEAF_DEPTH } from "../../service/core/proof.ts";
import { refusalOf } from "./refusal.ts";
import { CATALOG, FIELD, pdfOf, sampleObjects, samplePdf, SIGNATURE, type SampleObjects } from "./samplePdf.ts";
import { SAMPLE_DATA, SAMPLE_SECRET } from "./sampleReceipt.ts";

const CMS = derConstant("3003020101");

function objects(change: (list: SampleObjects) => void = () => undefined): SampleObjects {
  const list = sampleObjects(SAMPLE_DATA, SAMPLE_SECRET);
  change(list);
  return list;
}

function edit(list: SampleObjects, index: number, from: string, to: string): void {
  const body = String(list[index]);
  expect(body.includes(from), from).to.equal(true);
  list[index] = body.replace(from, to);
}

describe("core/pdfSignature", () => {
  const placeholder = samplePdf(SAMPLE_DATA, SAMPLE_SECRET);

  it("fills the ranges in place, and changes nothing else", () => {
    const filled = fillByteRange(placeholder);
    const { holeStart, holeEnd, length } = locateSignature(filled);
    const [before, after] = [latin1(placeholder), latin1(filled)];
    expect(after.slice(holeStart, holeStart + 2)).to.equal("<0");
    expect(after.slice(holeEnd - 2, holeEnd)).to.equal("0>");
    expect(length).to.equal(placeholder.length);
    const text = `[0 ${String(holeStart).padEnd(10)} ${String(holeEnd).padEnd(10)} ${String(length - holeEnd).padEnd(10)}]`;
    expect(after).to.equal(before.replace("[0 ********** ********** **********]", text));
    expect(fillByteRange(filled)).to.equal(filled);
  });

  it("fills pdfkit's form of the placeholder, whose asterisks are names", () => {
    const list = objects((each) =>
      edit(each, SIGNATURE, "********** ********** **********", "/********** /********** /**********"),
    );
    expect(refusalOf(() => locateSignature(fillByteRange(pdfOf(list))))).to.equal("none");
  });

  it("refuses a placeholder too narrow for its numbers", () => {
    const list = objects((each) => edit(each, SIGNATURE, "********** ********** **********", "** ** **"));
    expect(refusalOf(() => fillByteRange(pdfOf(list)))).to.equal("placeholder_malformed");
  });

  it("digests all bytes but the hole, which includes the angle brackets", () => {
    const filled = fillByteRange(placeholder);
    const { holeStart, holeEnd } = locateSignature(filled);
    const digest = documentDigestOf(filled);
    expect(digest).to.deep.equal(sha256(concatBytes(filled.subarray(0, holeStart), filled.subarray(holeEnd))));
    expect(documentDigestOf(writeSignature(filled, CMS))).to.deep.equal(digest);
    expect(documentDigestOf(filled, (parts) => Uint8Array.of(parts.length))).to.deep.equal(Uint8Array.of(2));
  });

  it("refuses to digest a document whose ranges are not filled in", () => {
    expect(refusalOf(() => documentDigestOf(placeholder))).to.equal("signature_not_whole");
  });

  it("writes and reads a signature, over an earlier one as well", () => {
    const signed = writeSignature(placeholder, CMS);
    expect(readSignature(signed)).to.deep.equal(CMS);
    const again = writeSignature(signed, der(SEQUENCE));
    expect(readSignature(again)).to.deep.equal(der(SEQUENCE));
    expect(writeSignature(again, CMS)).to.deep.equal(signed);
  });

  it("takes a signature that just fits, and refuses one byte more", () => {
    const exact = der(SEQUENCE, new Uint8Array(RESERVED_CONTENTS_BYTES - 4));
    expect(exact).to.have.length(RESERVED_CONTENTS_BYTES);
    expect(readSignature(writeSignature(placeholder, exact))).to.deep.equal(exact);
    const more = der(SEQUENCE, new Uint8Array(RESERVED_CONTENTS_BYTES - 3));
    expect(refusalOf(() => writeSignature(placeholder, more))).to.equal("signature_does_not_fit");
  });

  it("reserves room for two certificates of 700 bytes and the deepest proof", () => {
    const name = der(SEQUENCE, new Uint8Array(150));
    const tbs = der(
      SEQUENCE,
      derConstant("a003020102"),
      der(INTEGER, new Uint8Array(20).fill(1)),
      der(SEQUENCE),
      name,
      new Uint8Array(0),
    );
    const certificate = der(SEQUENCE, tbs, der(SET, new Uint8Array(700 - tbs.length - 8)));
    expect(certificate).to.have.length(700);
    const cms = encodeSignedData({
      certificate,
      root: new Uint8Array(700),
      messageDigest: new Uint8Array(32),
      signature: new Uint8Array(72),
      proof: new Uint8Array(144 + 32 * (MAX_LEAF_DEPTH + MAX_BATCH_DEPTH)),
    });
    expect(cms.length).to.be.lessThan(RESERVED_CONTENTS_BYTES);
    expect(oid("1.2.3")).to.have.length(4);
  });

  it("refuses ranges that leave out more or less than the hole", () => {
    const filled = latin1(fillByteRange(placeholder));
    const numbers = /\[0 (\d+) +(\d+) +(\d+) +\]/.exec(filled)?.slice(1).map(Number) ?? [];
    for (const [index, delta] of [
      [0, 1],
      [0, -1],
      [1, 1],
      [1, -1],
      [2, 1],
      [2, -1],
    ] as const) {
      const bent = numbers.map((number, at) => (at === index ? number + delta : number));
      const text = `[0 ${bent.map((number) => String(number).padEnd(10)).join(" ")}]`;
      const pdf = latin1Bytes(filled.replace(/\[0 \d+ +\d+ +\d+ +\]/, text));
      expect(
        refusalOf(() => locateSignature(pdf)),
        `${index} ${delta}`,
      ).to.equal("signature_not_whole");
    }
    for (const [from, to] of [
      ["/ByteRange [0 ", "/ByteRange [1 "],
      ["/ByteRange [0 ", "/ByteRange [/ "],
    ] as const) {
      expect(refusalOf(() => locateSignature(latin1Bytes(filled.replace(from, to))))).to.equal("signature_not_whole");
    }
  });

  it("refuses capitals, white space, other letters and half bytes in the hole, and anything after the signature", () => {
    const signed = writeSignature(placeholder, der(SEQUENCE, Uint8Array.of(0xab, 0xcd)));
    const { holeStart, holeEnd } = locateSignature(signed);
    const at = (offset: number, char: string): string => {
      const bent = signed.slice();
      bent[offset] = char.charCodeAt(0);
      return refusalOf(() => readSignature(bent));
    };
    expect(at(holeStart + 5, "a")).to.equal("none");
    for (const char of ["A", " ", "g", "\n", "/", ":", "`"]) {
      expect(at(holeStart + 5, char), char).to.equal("contents_malformed");
      expect(at(holeEnd - 2, char), char).to.equal("contents_malformed");
    }
    expect(at(holeStart + 9, "1")).to.equal("contents_malformed");
    expect(at(holeEnd - 2, "1")).to.equal("contents_malformed");
    const odd = objects((each) => edit(each, SIGNATURE, "/Contents <0", "/Contents <"));
    expect(refusalOf(() => readSignature(fillByteRange(pdfOf(odd))))).to.equal("contents_malformed");
  });

  it("refuses an empty hole, and one whose signature is longer than it", () => {
    expect(refusalOf(() => readSignature(fillByteRange(placeholder)))).to.equal("contents_malformed");
    const small = samplePdf(SAMPLE_DATA, SAMPLE_SECRET, { reservedBytes: 4 });
    const signed = latin1(writeSignature(small, derConstant("30020000")));
    const bent = latin1Bytes(signed.replace("<30020000>", "<30030000>"));
    expect(refusalOf(() => readSignature(bent))).to.equal("contents_malformed");
  });

  it("refuses a document without a signature, or with one of another kind", () => {
    const cases: ((list: SampleObjects) => void)[] = [
      (list) => edit(list, CATALOG, "/AcroForm", "/AcroFarm"),
      (list) => edit(list, FIELD, "/FT /Sig", "/FT /Btn"),
      (list) => edit(list, SIGNATURE, "/Type /Sig", "/Type /DocTimeStamp"),
      (list) => edit(list, SIGNATURE, "ETSI.CAdES.detached", "adbe.pkcs7.sha1"),
      (list) => edit(list, SIGNATURE, "Adobe.PPKLite", "Other.PPKLite"),
      (list) => edit(list, SIGNATURE, "/ByteRange", "/ByteRang"),
      (list) => edit(list, SIGNATURE, "/Contents <", "/Content <"),
      (list) => edit(list, SIGNATURE, "**********]", "********** 0]"),
      (list) => edit(list, SIGNATURE, "0 **********", "**********"),
    ];
    cases.forEach((change, index) => {
      expect(
        refusalOf(() => fillByteRange(pdfOf(objects(change)))),
        String(index),
      ).to.equal("signature_missing");
    });
    const noFields = objects((list) => edit(list, CATALOG, "/Fields [4 0 R]", "/Fields []"));
    expect(refusalOf(() => locateSignature(pdfOf(noFields)))).to.equal("pdf_malformed");
  });

  it("refuses a second signature, wherever it hides", () => {
    const second = "<</Type /Sig /ByteRange [0 1 2 3] /Contents <00>>>";
    const cases: ((list: SampleObjects) => void)[] = [
      (list) => list.push(second),
      (list) => list.push(`<</Somewhere [1 <</Deep ${second}>>]>>`),
      (list) => edit(list, CATALOG, "/Fields [4 0 R]", "/Fields [4 0 R 4 0 R]"),
    ];
    for (const change of cases) {
      expect(refusalOf(() => fillByteRange(pdfOf(objects(change))))).to.equal("signature_not_whole");
    }
  });
});
