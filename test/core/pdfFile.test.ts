import { expect } from "chai";
import { concatBytes, latin1, latin1Bytes } from "../../service/core/bytes.ts";
import { openPdf } from "../../service/core/pdfFile.ts";
import { readPdfValue, type PdfValue } from "../../service/core/pdfValue.ts";
import { refusalOf } from "./refusal.ts";
import { ATTACHMENT, CATALOG, pdfOf, sampleObjects, type SampleObjects } from "./samplePdf.ts";
import { SAMPLE_DATA, SAMPLE_SECRET } from "./sampleReceipt.ts";

const value = (text: string): PdfValue => readPdfValue(latin1Bytes(text), 0);
const refusal = (text: string): string => refusalOf(() => value(text));

describe("core/pdfValue", () => {
  it("reads every kind of value, and where it ends", () => {
    const cases: [string, object][] = [
      ["12 ", { kind: "number", value: 12 }],
      ["-0.5]", { kind: "number", value: -0.5 }],
      [".25", { kind: "number", value: 0.25 }],
      ["+7.", { kind: "number", value: 7 }],
      ["12 0 R", { kind: "reference", id: 12 }],
      ["12 0 r", { kind: "number", value: 12 }],
      ["/Name/", { kind: "name", value: "Name" }],
      ["/a#2Fb", { kind: "name", value: "a/b" }],
      ["/ ", { kind: "name", value: "" }],
      ["true", { kind: "word", value: "true" }],
      ["**********", { kind: "word", value: "**********" }],
      ["(a(b)\\)\\n\\\\)", { kind: "string", value: "a(b))\n\\" }],
      ["()", { kind: "string", value: "" }],
      ["<00ff>", { kind: "hex" }],
    ];
    for (const [text, expected] of cases) expect(value(text), text).to.include(expected);
    expect(value("  (ab) x")).to.include({ start: 2, end: 6 });
  });

  it("reads arrays and dictionaries, nested", () => {
    const dict = value("<</A [1 2 0 R/B[]]/C<</D(x)>>>>");
    if (dict.kind !== "dict") throw new Error("no dictionary");
    expect([...dict.entries.keys()]).to.deep.equal(["A", "C"]);
    const array = dict.entries.get("A");
    expect(array?.kind === "array" && array.items.map(({ kind }) => kind)).to.deep.equal([
      "number",
      "reference",
      "name",
      "array",
    ]);
  });

  it("refuses what does not end, what is no value, comments, and what readers disagree about", () => {
    const bad = ["", " ", "(", "(a\\)", "<0", "[", "[1", "<<", "<</A", "<</A 1", "<</A 1>", "<<1 2>>", ")", "]", "}"];
    const more = [
      "% comment",
      "[% comment\n1]",
      "nul",
      "1e5",
      "--1",
      "1.2.3",
      "***x",
      "/a#g0",
      "/a#2",
      "(\\101)",
      "(\\\n)",
    ];
    for (const text of [...bad, ...more, "<</A 1/A 2>>", "<</A 1/#41 2>>"]) {
      expect(refusal(text), text).to.equal("pdf_malformed");
    }
  });

  it("refuses values nested deeper than 32", () => {
    expect(refusal(`${"[".repeat(33)}${"]".repeat(33)}`)).to.equal("none");
    expect(refusal(`${"[".repeat(34)}${"]".repeat(34)}`)).to.equal("pdf_malformed");
    expect(refusal("[".repeat(100_000))).to.equal("pdf_malformed");
  });
});

describe("core/pdfFile", () => {
  const objects = (): SampleObjects => sampleObjects(SAMPLE_DATA, SAMPLE_SECRET);
  const open = (bytes: Uint8Array): string => refusalOf(() => openPdf(bytes));
  const edited = (from: string, to: string): Uint8Array => {
    const text = latin1(pdfOf(objects()));
    expect(text.includes(from), from).to.equal(true);
    return latin1Bytes(text.replace(from, to));
  };

  it("opens what the writer writes, each object under its number", () => {
    const file = openPdf(pdfOf(objects()));
    expect([7, 8].map((id) => file.objectOf(id) === undefined)).to.deep.equal([false, true]);
    expect(file.signatureCount).to.equal(1);
    expect(file.objectOf(ATTACHMENT + 1)?.stream?.length).to.be.greaterThan(100);
    expect(file.catalog.has("AcroForm")).to.equal(true);
  });

  it("finds objects in whatever order they stand", () => {
    const text = latin1(pdfOf(["<</A 2 0 R>>", "(b)"]));
    const first = text.indexOf("1 0 obj");
    const second = text.indexOf("2 0 obj");
    const table = text.indexOf("xref");
    const [one, two] = [text.slice(first, second), text.slice(second, table)];
    const pad = (offset: number): string => String(offset).padStart(10, "0");
    const turned = (text.slice(0, first) + two + one + text.slice(table))
      .replace(pad(first), "A".repeat(10))
      .replace(pad(second), pad(first))
      .replace("A".repeat(10), pad(first + two.length));
    expect(openPdf(latin1Bytes(turned)).objectOf(2)?.value).to.include({ kind: "string", value: "b" });
  });

  it("refuses an incremental update, even one that only repeats an object", () => {
    const pdf = pdfOf(objects());
    const table = Number(/startxref\n(\d+)/.exec(latin1(pdf))?.[1]);
    const update =
      `1 0 obj\n<</Type /Catalog>>\nendobj\nxref\n0 1\n0000000000 65535 f \n1 1\n${String(pdf.length).padStart(10, "0")} 00000 n \n` +
      `trailer\n<</Size 8 /Root 1 0 R /Prev ${table}>>\nstartxref\n${pdf.length + 38}\n%%EOF\n`;
    expect(open(concatBytes(pdf, latin1Bytes(update)))).to.equal("pdf_malformed");
  });

  it("refuses a table that another reader might read otherwise", () => {
    expect(open(edited("xref\n0 8\n", "xref\n0 9\n"))).to.equal("pdf_malformed");
    expect(open(edited("xref\n0 8\n", "xref\n1 8\n"))).to.equal("pdf_malformed");
    expect(open(edited("0000000000 65535 f \n", "0000000000 65535 n \n"))).to.equal("pdf_malformed");
    expect(open(edited(" 00000 n \n", " 00001 n \n"))).to.equal("pdf_malformed");
    expect(open(edited(" 00000 n \n", " 00000 f \n"))).to.equal("pdf_malformed");
    expect(open(edited("/Size 8", "/Size 9"))).to.equal("pdf_malformed");
    for (const more of [" /Prev 10", " /XRefStm 10", " /Encrypt 1 0 R"]) {
      expect(open(pdfOf(objects(), more)), more).to.equal("pdf_malformed");
    }
  });

  it("refuses anything between header, objects, table and end", () => {
    expect(open(edited("%\xff\xff\xff\xff\n", "%\xff\xff\xff\xff\n%hidden\n"))).to.equal("pdf_malformed");
    expect(open(edited("%PDF-1.7", "%PDF-1.3"))).to.equal("pdf_malformed");
    expect(open(edited("%PDF-1.7", "%PDF1.7"))).to.equal("not_a_pdf");
    expect(open(new Uint8Array())).to.equal("not_a_pdf");
    const withHidden = objects();
    withHidden[1] = "<</Type /Pages /Kids [3 0 R] /Count 1>>\nendobj\n9 0 obj\n<<>>";
    expect(open(pdfOf(withHidden))).to.equal("pdf_malformed");
    const hiddenLast = objects();
    hiddenLast.push("<</Last true>>\nendobj\n9 0 obj\n<<>>");
    expect(open(pdfOf(hiddenLast))).to.equal("pdf_malformed");
    expect(open(edited("endobj\nxref", "endobj\n \nxref"))).to.equal("pdf_malformed");
    expect(open(edited("%%EOF\n", "%%EOF\n%%EOF\n"))).to.equal("pdf_malformed");
    expect(open(edited("%%EOF\n", "%%EOF"))).to.equal("none");
    expect(open(edited("%%EOF\n", "%%EOF\n\n"))).to.equal("pdf_malformed");
  });

  it("refuses objects in streams, lengths elsewhere, and objects under another number", () => {
    const list = objects();
    list[1] = "<</Type /ObjStm /Length 2>>\nstream\nab\nendstream";
    expect(open(pdfOf(list))).to.equal("pdf_malformed");
    list[1] = "<</Length 3 0 R>>\nstream\nab\nendstream";
    expect(open(pdfOf(list))).to.equal("pdf_malformed");
    list[1] = "<</Length 1>>\nstream\nab\nendstream";
    expect(open(pdfOf(list))).to.equal("pdf_malformed");
    list[1] = "<</Length 2>>\nstream\nab\nendstream";
    expect(open(pdfOf(list))).to.equal("none");
    expect(open(edited("2 0 obj", "3 0 obj"))).to.equal("pdf_malformed");
    expect(open(edited("2 0 obj", "2 1 obj"))).to.equal("pdf_malformed");
  });

  it("refuses a catalog that is missing, no dictionary, or a reference to a reference", () => {
    for (const catalog of ["(text)", "2 0 R"]) {
      const list = objects();
      list[CATALOG] = catalog;
      expect(open(pdfOf(list)), catalog).to.equal("pdf_malformed");
    }
    expect(open(edited("/Root 1 0 R", "/Root 8 0 R"))).to.equal("pdf_malformed");
    expect(open(edited("/Root 1 0 R", "/Boot 1 0 R"))).to.equal("pdf_malformed");
  });
});
