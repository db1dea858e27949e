import { expect } from "chai";
import fc from "fast-check";
import { concatBytes, textOfUtf8, utf8 } from "../../service/core/bytes.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import { checkDisclosure, disclose } from "../../service/core/disclosure.ts";
import { encodeDisclosureFile, looksLikeDisclosure, parseDisclosureFile } from "../../service/core/disclosureFile.ts";
import { AppError } from "../../service/core/errors.ts";
import { refusalOf } from "./refusal.ts";
import { SAMPLE_DATA, SAMPLE_SECRET } from "./sampleReceipt.ts";

const disclosure = disclose(SAMPLE_DATA, SAMPLE_SECRET, ["/payerPartyName"]);
const proof = Uint8Array.of(1, 2, 3);
const bytes = encodeDisclosureFile({ proof, disclosure });
const text = textOfUtf8(bytes);
const refusal = (changed: string): string => refusalOf(() => parseDisclosureFile(utf8(changed)));

describe("core/disclosureFile", () => {
  it("reads what it writes, and the fields still give the data's digest", () => {
    const read = parseDisclosureFile(bytes);
    expect(read).to.deep.equal({ proof, disclosure });
    expect(checkDisclosure(read.disclosure, dataDigestOf(SAMPLE_DATA, SAMPLE_SECRET)).withheld).to.include("/remark");
  });

  it("begins with its type and version, as docs/verify.md has it", () => {
    expect(
      text.startsWith('{"type":"lianpiao-disclosure","version":1,"proof":"0x010203","fields":[{"path":"/'),
    ).to.equal(true);
  });

  it("has one form: white space, another order, a key twice or a number written otherwise is refused", () => {
    expect(refusal(text)).to.equal("none");
    const others = [
      `${text}\n`,
      ` ${text}`,
      text.replace('"version":1,', '"version":1, '),
      text.replace('"version":1', '"version":1.0'),
      text.replace('"type":"lianpiao-disclosure","version":1', '"version":1,"type":"lianpiao-disclosure"'),
      text.replace('"version":1', '"version":1,"version":1'),
      text.replace('"path":"/totalAmount","value":24621', '"path":"/totalAmount","value":1,"value":24621'),
      text.replace('"value":24621', '"value":2.4621e4'),
      text.replace("欧阳", "\\u6b27\\u9633"),
    ];
    for (const other of others) {
      expect(other).not.to.equal(text);
      expect(refusal(other), other.slice(0, 80)).to.equal("disclosure_malformed");
    }
  });

  it("is refused with another type, version, proof or more keys, and if it is no JSON object", () => {
    const cases = [
      "",
      "{",
      "null",
      "[]",
      "1",
      "{}",
      text.replace("lianpiao-disclosure", "lianpiao-other"),
      text.replace('"version":1', '"version":2'),
      text.replace('"0x010203"', "1"),
      text.replace('"fields":', '"more":1,"fields":'),
      text.replace(/"fields":\[.*$/, '"fields":[]}'),
    ];
    for (const each of cases) expect(refusal(each), each.slice(0, 60)).to.equal("disclosure_malformed");
    expect(refusal(text.replace('"0x010203"', '"0x0102ZZ"'))).to.equal("hex_malformed");
    expect(refusalOf(() => parseDisclosureFile(Uint8Array.of(0x7b, 0xff)))).to.equal("text_malformed");
  });

  it("throws nothing but AppError for bent copies, and never reads two files as one", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bent = bytes.slice();
        bent[at] = (bent[at] ?? 0) ^ flip;
        try {
          expect(encodeDisclosureFile(parseDisclosureFile(bent))).to.deep.equal(bent);
        } catch (error) {
          expect(error).to.be.instanceOf(AppError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(refusalOf(() => parseDisclosureFile(concatBytes(bytes, bytes)))).to.equal("disclosure_malformed");
  });

  it("is told from a PDF by its first byte", () => {
    expect(looksLikeDisclosure(bytes)).to.equal(true);
    expect(looksLikeDisclosure(utf8("%PDF-1.7\n"))).to.equal(false);
    expect(looksLikeDisclosure(new Uint8Array(0))).to.equal(false);
  });
});
