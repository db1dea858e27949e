import { expect } from "chai";
import { hexOf, latin1Bytes, utf8 } from "../../service/core/bytes.ts";
import { readAttachment } from "../../service/core/pdfAttachments.ts";
import { encodeReceiptFile, parseReceiptFile } from "../../service/core/receiptFile.ts";
import { refusalOf } from "./refusal.ts";
import {
  ATTACHMENT,
  CATALOG,
  pdfOf,
  sampleObjects,
  samplePdf,
  SPECIFICATION,
  type SampleObjects,
} from "./samplePdf.ts";
import { SAMPLE_DATA, SAMPLE_SECRET } from "./sampleReceipt.ts";

const NAME = "receipt.json";

/** What reading says after one edit of the object at `index`. */
function afterEdit(index: number, from: string, to: string): string {
  const list: SampleObjects = sampleObjects(SAMPLE_DATA, SAMPLE_SECRET);
  const body = list[index];
  const text = typeof body === "string" ? body : String.fromCharCode(...(body ?? []));
  expect(text.includes(from), from).to.equal(true);
  list[index] = latin1Bytes(text.replace(from, to));
  return refusalOf(() => readAttachment(pdfOf(list), NAME));
}

describe("core/pdfAttachments", () => {
  it("reads the attachment byte for byte", () => {
    const attachment = encodeReceiptFile(SAMPLE_DATA, SAMPLE_SECRET);
    expect(readAttachment(samplePdf(SAMPLE_DATA, SAMPLE_SECRET), NAME)).to.deep.equal(attachment);
    const hard = latin1Bytes("endstream\nendobj\n1 0 obj\n<</ByteRange [0 1 2 3]>>\nstartxref\n0\n%%EOF");
    expect(readAttachment(samplePdf({}, SAMPLE_SECRET, { attachment: hard }), NAME)).to.deep.equal(hard);
  });

  it("finds it among others, and says if there is none", () => {
    expect(afterEdit(CATALOG, "(receipt.json) 6 0 R", "(a.xml) 6 0 R (receipt.json) 6 0 R")).to.equal("none");
    expect(afterEdit(CATALOG, "(receipt.json) 6 0 R", "(receipt.jsn) 6 0 R")).to.equal("attachment_missing");
    expect(afterEdit(CATALOG, "(receipt.json) 6 0 R", "")).to.equal("attachment_missing");
    expect(afterEdit(CATALOG, "/Names <<", "/Nemes <<")).to.equal("attachment_missing");
    expect(afterEdit(CATALOG, "/EmbeddedFiles", "/JavaScript")).to.equal("attachment_missing");
  });

  it("refuses a name that stands twice, and names spread over a tree", () => {
    const pair = "(receipt.json) 6 0 R";
    expect(afterEdit(CATALOG, pair, `${pair} ${pair}`)).to.equal("attachment_malformed");
    expect(afterEdit(CATALOG, "<</Names [", "<</Kids [] /Names [")).to.equal("attachment_malformed");
  });

  it("refuses a file specification with another name, or more than one stream", () => {
    expect(afterEdit(SPECIFICATION, "/UF (receipt.json)", "/UF (other.json)")).to.equal("attachment_malformed");
    expect(afterEdit(SPECIFICATION, "/F (receipt.json)", "/F (other.json)")).to.equal("attachment_malformed");
    expect(afterEdit(SPECIFICATION, "/F 7 0 R", "/F 7 0 R /UF 7 0 R")).to.equal("none");
    expect(afterEdit(SPECIFICATION, "/F 7 0 R", "/F 7 0 R /UF 6 0 R")).to.equal("attachment_malformed");
    expect(afterEdit(SPECIFICATION, "/F 7 0 R", "/F 7 0 R /DOS 7 0 R")).to.equal("attachment_malformed");
    expect(afterEdit(SPECIFICATION, "/F 7 0 R", "/UF 7 0 R")).to.equal("attachment_malformed");
    expect(afterEdit(SPECIFICATION, "/F 7 0 R", "/F 5 0 R")).to.equal("attachment_malformed");
    expect(afterEdit(SPECIFICATION, "/F 7 0 R", "/F 99 0 R")).to.equal("pdf_malformed");
  });

  it("refuses a stream that is filtered, elsewhere, or of another type", () => {
    expect(afterEdit(ATTACHMENT, "/Length", "/Filter /FlateDecode /Length")).to.equal("attachment_malformed");
    expect(afterEdit(ATTACHMENT, "/Length", "/F (elsewhere) /Length")).to.equal("attachment_malformed");
    expect(afterEdit(ATTACHMENT, "/EmbeddedFile", "/EmbeddedFiles")).to.equal("attachment_malformed");
  });
});

describe("core/receiptFile", () => {
  const secret = hexOf(SAMPLE_SECRET);
  const parse = (text: string): string => refusalOf(() => parseReceiptFile(utf8(text)));

  it("is exactly the JSON of version, data and secret, and is read back", () => {
    const bytes = encodeReceiptFile(SAMPLE_DATA, SAMPLE_SECRET);
    expect(bytes).to.deep.equal(utf8(JSON.stringify({ version: 1, data: SAMPLE_DATA, secret })));
    expect(parseReceiptFile(bytes)).to.deep.equal({ data: SAMPLE_DATA, secret: SAMPLE_SECRET });
  });

  it("refuses every other way to write the same data", () => {
    expect(parse(`{"version":1,"data":{"a":1},"secret":"${secret}"}`)).to.equal("none");
    const others = [
      `{"version":1,"data":{"a":1 },"secret":"${secret}"}`,
      `{"version":1,"data":{"a":1},"secret":"${secret}"}\n`,
      `{"version":1,"data":{"a":2,"a":1},"secret":"${secret}"}`,
      `{"version":1,"data":{"a":1.0},"secret":"${secret}"}`,
      `{"version":1,"data":{"a":1e0},"secret":"${secret}"}`,
      `{"version":1,"data":{"\\u0061":1},"secret":"${secret}"}`,
      `{"version":1,"data":{"a":"\\/"},"secret":"${secret}"}`,
      `{"data":{"a":1},"version":1,"secret":"${secret}"}`,
      `{"version":2,"data":{"a":1},"secret":"${secret}"}`,
      `{"version":1,"data":{"a":1},"secret":"${secret}","more":1}`,
      `{"version":1,"data":[1],"secret":"${secret}"}`,
      `{"version":1,"data":null,"secret":"${secret}"}`,
      `{"version":1,"data":{"a":1},"secret":1}`,
      `[]`,
      `1`,
      `{`,
      ``,
    ];
    for (const text of others) expect(parse(text), text).to.equal("receipt_file_malformed");
    expect(parse(`{"version":1,"data":{"a":1},"secret":"${secret.toUpperCase()}"}`)).to.equal("hex_malformed");
    expect(parse(`{"version":1,"data":{"a":1},"secret":"0x00"}`)).to.equal("hex_malformed");
    expect(parse(`{"version":1,"data":{"a":-0},"secret":"${secret}"}`)).to.equal("data_not_canonical");
    expect(parse(`{"version":1,"data":{"a":0.5},"secret":"${secret}"}`)).to.equal("data_not_canonical");
    expect(parse(`{"version":1,"data":{"a":"\\ud800"},"secret":"${secret}"}`)).to.equal("data_not_canonical");
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    expect(parse(`{"version":1,"data":{"a":${deep}},"secret":"${secret}"}`)).to.equal("data_too_large");
    expect(refusalOf(() => parseReceiptFile(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b)))).to.equal("receipt_file_malformed");
    expect(refusalOf(() => parseReceiptFile(Uint8Array.of(0xff)))).to.equal("text_malformed");
  });

  it("refuses to write what it would not read", () => {
    expect(refusalOf(() => encodeReceiptFile({ a: 0.5 }, SAMPLE_SECRET))).to.equal("data_not_canonical");
    expect(refusalOf(() => encodeReceiptFile({ a: "\ud800" }, SAMPLE_SECRET))).to.equal("data_not_canonical");
  });
});
