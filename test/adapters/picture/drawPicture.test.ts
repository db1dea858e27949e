import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { expect } from "chai";
import { decodeQR } from "qr/decode.js";
import { noticePdf } from "../../../scripts/pictureNotice.ts";
import { openPdfWriter } from "../../../service/adapters/pdf/pdfWriter.ts";
import { openPictures, type DrawPicture } from "../../../service/adapters/picture/drawPicture.ts";
import { builtinKinds } from "../../../service/domain/kinds/builtin.ts";
import { readPng, type Pixels } from "../../support/readPng.ts";
import { AT_MS, faceSamples, fonts } from "../pdf/faceSamples.ts";
import { needTools, runOn } from "../pdf/tools.ts";

/** Mean grey. */
const MOST_APART = 22;
const QR = "http://localhost:3000/d?t=1&a=lianpiao&d=44060226_0000000003_3f7484_400.14_20260306&s=0123456789ABCDEF";
const STRIP_ROWS = 118;
const [WIDTH, HEIGHT] = [1963, 1306];

describe("the picture of a receipt", () => {
  let draw: DrawPicture;
  let pdf: Uint8Array;
  let picture: Pixels;
  before(async () => {
    draw = await openPictures();
    const writer = openPdfWriter({ book: fonts().book, kinds: builtinKinds, isSample: false });
    pdf = writer.write({ data: faceSamples.inpatient(), qrText: QR, issuedAtMs: AT_MS, attachments: [] }).bytes;
    picture = readPng(await draw(pdf));
  });

  it("is as wide as a screen is sharp, with the strip above the whole face", () => {
    expect([picture.width, picture.height]).to.deep.equal([WIDTH, STRIP_ROWS + HEIGHT]);
  });

  it("says in red on its strip that it is not the receipt, in the words that the script writes", () => {
    const written = noticePdf(fonts().book);
    const stored = readFileSync("service/adapters/picture/notice.pdf");
    expect(contentOf(stored)).to.equal(contentOf(Buffer.from(written)));
    const red = countPixels(picture, 0, STRIP_ROWS, (r, g, b) => r > 150 && g < 90 && b < 90);
    expect(red).to.be.greaterThan(8_000);
  });

  it("has a QR code that a reader reads, and the unit's seal", () => {
    expect(decodeQR(picture)).to.equal(QR);
    const seal = countPixels(picture, STRIP_ROWS + 1000, picture.height, (r, g, b) => r > 200 && g < 90 && b < 90);
    expect(seal).to.be.greaterThan(3_000);
  });

  it("shows the page as another renderer does, Chinese and all", function () {
    needTools(this, "pdftoppm");
    const other = (document: Uint8Array): Uint8Array => {
      const size = ["-scale-to-x", String(WIDTH), "-scale-to-y", String(HEIGHT)];
      const ppm = runOn(document, "pdftoppm", ...size, "-f", "1", "-singlefile", "{}");
      return ppm.subarray(ppm.length - WIDTH * HEIGHT * 3);
    };
    const own = (at: number): number => picture.data[(STRIP_ROWS * WIDTH + at) * 4 + 1]!;
    const writer = openPdfWriter({ book: fonts().book, kinds: builtinKinds, isSample: false });
    const data = { ...faceSamples.inpatient(), payerPartyName: "韩涛一" };
    const changed = writer.write({ data, qrText: QR, issuedAtMs: AT_MS, attachments: [] }).bytes;
    const [same, oneCharacter] = [other(pdf), other(changed)];
    expect(cellsApart(own, (at) => same[at * 3 + 1]!)).to.equal(0);
    expect(cellsApart(own, (at) => oneCharacter[at * 3 + 1]!)).to.be.greaterThan(0);
  });

  it("is the same each time, and refuses what is no PDF", async () => {
    expect(Buffer.compare(await draw(pdf), await draw(pdf))).to.equal(0);
    const error = await draw(Buffer.from("no PDF")).then(
      () => "drawn",
      () => "refused",
    );
    expect(error).to.equal("refused");
  });
});

/** A compressor may change with Node; what it says may not. */
function contentOf(file: Buffer): string {
  const start = file.indexOf("stream\n") + 7;
  return inflateSync(file.subarray(start, file.lastIndexOf("\nendstream"))).toString();
}

/** How many squares of 14 pixels, half a character, differ in their ink: edges are smoothed in ways of their own. */
function cellsApart(one: (at: number) => number, other: (at: number) => number): number {
  let count = 0;
  for (let top = 0; top + 14 <= HEIGHT; top += 14) {
    for (let left = 0; left + 14 <= WIDTH; left += 14) {
      let difference = 0;
      for (let n = 0; n < 14 * 14; n++) {
        const at = (top + Math.floor(n / 14)) * WIDTH + left + (n % 14);
        difference += one(at) - other(at);
      }
      if (Math.abs(difference) / (14 * 14) > MOST_APART) count++;
    }
  }
  return count;
}

function countPixels(
  { width, data }: Pixels,
  from: number,
  to: number,
  is: (r: number, g: number, b: number) => boolean,
): number {
  let count = 0;
  for (let at = from * width * 4; at < to * width * 4; at += 4) {
    if (is(data[at]!, data[at + 1]!, data[at + 2]!)) count++;
  }
  return count;
}
