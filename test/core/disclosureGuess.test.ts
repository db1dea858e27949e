import { expect } from "chai";
import { equalBytes, hexOf, textOfUtf8, utf8 } from "../../service/core/bytes.ts";
import { jcs, type JsonValue } from "../../service/core/canonical.ts";
import { dataDigestOf, fieldDigestsOf, valueDigestOf, type FieldDigest } from "../../service/core/dataDigest.ts";
import { hashOf, keyedHash } from "../../service/core/hash.ts";
import { parseDisclosureFile } from "../../service/core/disclosureFile.ts";
import { discloseSample, makeMedicalReceipt, MEDICAL_DATA } from "./disclosureSample.ts";
import { SAMPLE_SECRET, type SampleReceipt } from "./sampleReceipt.ts";

/*
 * An attacker who holds a disclosure, knows everything that is shown in it, and can enumerate what a field may hold. It never
 * has a withheld field's salt: 16 bytes of HMAC under 32 random bytes, so to confirm a guess is to find 2^128 salts or the secret.
 */
const SURNAMES = "欧王李张刘陈杨赵黄周吴".split("");
const GIVEN = "阳伟芳娜敏静丽强磊军洋".split("");
const NAMES = ["欧阳𠮷", ...SURNAMES.flatMap((first) => GIVEN.map((second) => first + second))];
const AMOUNTS = Array.from({ length: 25_000 }, (_, fen) => fen);
const DAY_MS = 86_400_000;
const DATES = Array.from({ length: 800 }, (_, day) =>
  new Date(Date.UTC(2025, 0, 1) + day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", ""),
);
const TARGETS: readonly (readonly [path: string, guesses: readonly JsonValue[]])[] = [
  ["/payerPartyName", NAMES],
  ["/mainExt/ownPayAmount", AMOUNTS],
  ["/issueDate", DATES],
  ["/mainExt/gender", ["男", "女", "未说明", ""]],
];

describe("core: guessing at a withheld field", () => {
  let receipt: SampleReceipt;
  let file: Uint8Array;
  let fields: ReadonlyMap<string, FieldDigest>;
  let withheld: ReadonlyMap<string, string>;
  let knownSalts: readonly Uint8Array[];
  before(async () => {
    receipt = await makeMedicalReceipt();
    file = discloseSample(receipt, { paths: ["/mainExt/fundPayAmount", "/payChannels"] });
    const all = fieldDigestsOf(MEDICAL_DATA, SAMPLE_SECRET);
    fields = new Map(all.map((field) => [field.path, field]));
    const read = parseDisclosureFile(file).disclosure.fields;
    withheld = new Map(read.flatMap((field) => ("value" in field ? [] : [[field.path, field.valueDigest]])));
    const shown = all.filter(({ path }) => !withheld.has(path));
    knownSalts = [...shown.map(({ salt }) => salt), new Uint8Array(16), receipt.proof.dataDigest.slice(0, 16)];
  });

  for (const [path, guesses] of TARGETS) {
    it(`${path}: none of ${guesses.length} guesses is confirmed by any salt or key that the disclosure shows`, () => {
      const target = withheld.get(path);
      // The truth is among the guesses, and the right salt finds it: so the search would see a hit.
      const salt = fields.get(path)?.salt ?? new Uint8Array(16);
      expect(guesses.filter((guess) => hexOf(valueDigestOf(guess, salt)) === target)).to.have.length(1);
      for (const known of [...saltsFrom(path), ...knownSalts]) {
        const hits = guesses.filter((guess) => hexOf(valueDigestOf(guess, known)) === target);
        expect(hits).to.deep.equal([]);
      }
      const plain = guesses.filter((guess) => hexOf(hashOf(Uint8Array.of(0x0c), utf8(jcs(guess)))) === target);
      expect(plain).to.deep.equal([]);
    });
  }

  it("a salt tells nothing of another's: each differs, also from the same path of another receipt", () => {
    const other = fieldDigestsOf(
      MEDICAL_DATA,
      SAMPLE_SECRET.map((byte) => byte ^ 0xff),
    );
    const salts = [...fields.values(), ...other].map(({ salt }) => hexOf(salt));
    expect(new Set(salts).size).to.equal(salts.length);
    for (const { salt } of fields.values()) expect(salt).to.have.length(16);
  });

  it("equal values have different digests, in two fields and in two receipts", () => {
    const own = fields.get("/mainExt/ownPayAmount");
    const self = fields.get("/mainExt/selfpaymentAmount");
    expect(own?.value).to.equal(self?.value);
    expect(own?.valueDigest).not.to.deep.equal(self?.valueDigest);
    const secret = SAMPLE_SECRET.map((byte) => byte ^ 1);
    for (const other of fieldDigestsOf(MEDICAL_DATA, secret)) {
      expect(equalBytes(other.valueDigest, fields.get(other.path)?.valueDigest ?? new Uint8Array(0))).to.equal(false);
    }
    expect(dataDigestOf(MEDICAL_DATA, secret)).not.to.deep.equal(receipt.proof.dataDigest);
  });

  it("the secret and the salts of withheld fields stand in no disclosure, in hexadecimal or otherwise", () => {
    for (const shown of fields.keys()) {
      const text = textOfUtf8(discloseSample(receipt, { paths: [shown] }));
      const known = new Set([...text.matchAll(/"salt":"(0x[0-9a-f]{32})"/g)].map(([, salt]) => salt));
      expect(text).not.to.include(hexOf(SAMPLE_SECRET).slice(2, 34));
      expect(text).not.to.include(hexOf(SAMPLE_SECRET).slice(34));
      expect(text).not.to.include(btoa(String.fromCharCode(...SAMPLE_SECRET)).slice(0, 40));
      for (const { path, salt } of fields.values()) {
        if (!known.has(hexOf(salt))) expect(text.includes(hexOf(salt).slice(2)), path).to.equal(false);
      }
    }
  });

  it("two disclosures of one receipt together show what either shows, and no more", () => {
    const shownBy = (paths: readonly string[]): readonly string[] =>
      parseDisclosureFile(discloseSample(receipt, { paths })).disclosure.fields.flatMap((field) =>
        "value" in field ? [field.path] : [],
      );
    const both = new Set([...shownBy(["/payerPartyName"]), ...shownBy(["/issueDate"])]);
    expect([...both].sort()).to.deep.equal([...shownBy(["/payerPartyName", "/issueDate"])].sort());
  });

  /** What an attacker might take for the secret: each gives a salt for the path. */
  function saltsFrom(path: string): readonly Uint8Array[] {
    const { dataDigest, documentDigest } = receipt.proof;
    const shown = [...knownSalts.map((salt) => hashOf(salt)), dataDigest, documentDigest];
    return [...shown, hashOf(utf8("440601260000001004")), new Uint8Array(32)].map((key) =>
      keyedHash(key)(utf8(path)).slice(0, 16),
    );
  }
});
