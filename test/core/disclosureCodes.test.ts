import { expect } from "chai";
import { streamDeflate } from "../../service/web/shared/deflate.ts";
import { concatBytes, equalBytes, u16, u8, utf8 } from "../../service/core/bytes.ts";
import { codesOf, joinCodes, looksLikeCode, MAX_CODES, parseCode } from "../../service/core/disclosureCodes.ts";
import { packDisclosure, unpackDisclosure } from "../../service/core/disclosurePack.ts";
import { DISCLOSURE_PRESETS } from "../../service/core/disclosurePresets.ts";
import { discloseSample, makeMedicalReceipt } from "./disclosureSample.ts";
import { refusalOf, refusalOfPromise } from "./refusal.ts";
import type { SampleReceipt } from "./sampleReceipt.ts";

const unpack = (packed: Uint8Array): Promise<string> => refusalOfPromise(() => unpackDisclosure(packed, streamDeflate));

/** A packed disclosure of these rows and hashes; its proof one byte. */
const packedOf = async (rows: unknown, hashes: Uint8Array, version = 1): Promise<Uint8Array> => {
  const text = await streamDeflate.deflate(utf8(JSON.stringify(rows)));
  return concatBytes(u8(version), u16(1), u16(text.length), Uint8Array.of(7), text, hashes);
};

describe("core: a disclosure in QR codes", () => {
  let receipt: SampleReceipt;
  let file: Uint8Array;
  let packed: Uint8Array;
  before(async () => {
    receipt = await makeMedicalReceipt();
    file = discloseSample(receipt, { preset: "amounts_and_insurance" });
    packed = await packDisclosure(file, streamDeflate);
  });

  it("packs to less than half, and unpacks to the same bytes, for every preset", async () => {
    for (const preset of DISCLOSURE_PRESETS) {
      const each = discloseSample(receipt, { preset });
      const small = await packDisclosure(each, streamDeflate);
      expect(small.length).to.be.below(each.length / 2);
      expect(equalBytes(await unpackDisclosure(small, streamDeflate), each)).to.equal(true);
    }
  });

  it("keeps names that share half a character's units", async () => {
    const odd = await makeMedicalReceipt({ data: { "𠮷": 1, "𠮸": 2 } });
    const each = discloseSample(odd, { paths: ["/𠮸"] });
    expect(await unpackDisclosure(await packDisclosure(each, streamDeflate), streamDeflate)).to.deep.equal(each);
  });

  it("refuses a pack with a hash too few or too many, of another version, cut off, or that is no DEFLATE", async () => {
    const rows = [
      [0, "/a", 1],
      [1, "b"],
    ];
    const hashes = new Uint8Array(48);
    expect(await unpack(await packedOf(rows, hashes))).to.equal("none");
    expect(await unpack(await packedOf(rows, hashes.slice(1)))).to.equal("disclosure_malformed");
    expect(await unpack(await packedOf(rows, new Uint8Array(49)))).to.equal("disclosure_malformed");
    expect(await unpack(await packedOf(rows, hashes, 2))).to.equal("disclosure_malformed");
    for (const other of [1, { a: 1 }, [1], [[0]], [["0", "/a"]], [[0, "/a", 1, 2]], [[0, "/a", [1]]], []]) {
      expect(await unpack(await packedOf(other, new Uint8Array(16))), JSON.stringify(other)).to.equal(
        "disclosure_malformed",
      );
    }
    for (const cut of [0, 4, 5, 20, packed.length - 1]) {
      expect(await unpack(packed.slice(0, cut)), String(cut)).to.equal("disclosure_malformed");
    }
    expect(await unpack(concatBytes(u8(1), u16(0), u16(3), utf8("abc")))).to.equal("disclosure_malformed");
  });

  it("is not filled up by a small pack: neither by its text nor by paths that name one another", async () => {
    const large = await packedOf([[0, `/${"a".repeat(2 ** 20)}`]], new Uint8Array(32));
    expect(large.length).to.be.below(2_000);
    expect(await unpack(large)).to.equal("disclosure_malformed");
    const many = [
      [0, `/${"a".repeat(200_000)}`],
      ...Array.from({ length: 60 }, (_, index) => [200_001, String(index)]),
    ];
    expect(await unpack(await packedOf(many, new Uint8Array(32 * 61)))).to.equal("disclosure_malformed");
  });

  it("reads the codes in any order, with white space around them, and says when one is missing", () => {
    const long = concatBytes(packed, new Uint8Array(3_000));
    const texts = codesOf(long);
    expect(texts.length).to.equal(Math.ceil(long.length / 1_222));
    for (const text of texts) {
      expect(looksLikeCode(` ${text}`)).to.equal(true);
      expect(text).to.match(/^[0-9A-Z$*+./:-]{1,1853}$/);
    }
    const codes = texts.map((text) => parseCode(`\n${text} `)).reverse();
    expect(joinCodes(codes)).to.deep.equal(long);
    expect(joinCodes(codes.slice(1))).to.equal(undefined);
    expect(joinCodes([])).to.equal(undefined);
  });

  it("takes 12 codes and no more", () => {
    expect(codesOf(new Uint8Array(1_222))).to.have.length(1);
    expect(codesOf(new Uint8Array(1_223))).to.have.length(2);
    const last = codesOf(new Uint8Array(1_222 * MAX_CODES));
    expect(last).to.have.length(MAX_CODES);
    expect(Math.max(...last.map(({ length }) => length))).to.be.at.most(1_853);
    expect(codesOf(new Uint8Array(1_222 * MAX_CODES + 1))).to.deep.equal([]);
  });

  it("keeps the codes of two disclosures apart, and refuses codes that were bent", () => {
    const [one = "", two = ""] = codesOf(new Uint8Array(2_000).fill(1));
    const [, other = ""] = codesOf(new Uint8Array(2_000).fill(2));
    expect(joinCodes([one, other].map(parseCode))).to.equal(undefined);
    expect(joinCodes([one, other, two].map(parseCode))).to.deep.equal(new Uint8Array(2_000).fill(1));
    const bent = `${two.slice(0, -3)}000`;
    expect(refusalOf(() => joinCodes([one, bent].map(parseCode)))).to.equal("code_malformed");
    for (const text of [
      "",
      "LPD1:",
      one.toLowerCase(),
      one.replace("1/2", "3/2"),
      one.replace("1/2", "0/2"),
      one.replace("1/2", "1/13"),
      one.replace("LPD1", "LPD2"),
      `${one}0`,
      `${one}%`,
    ]) {
      expect(
        refusalOf(() => parseCode(text)),
        text.slice(0, 30),
      ).to.equal("code_malformed");
    }
  });
});
