import { expect } from "chai";
import fc from "fast-check";
import { dataDigestOf, fieldDigestsOf, valueDigestOf } from "../../service/core/dataDigest.ts";
import { ALWAYS_SHOWN, checkDisclosure, disclose, type Disclosure } from "../../service/core/disclosure.ts";
import { flatten } from "../../service/core/canonical.ts";
import { hexOf } from "../../service/core/bytes.ts";
import { refusalOf } from "./refusal.ts";
import { SAMPLE_DATA, SAMPLE_SECRET } from "./sampleReceipt.ts";

const DIGEST = dataDigestOf(SAMPLE_DATA, SAMPLE_SECRET);
const PATHS = flatten(SAMPLE_DATA).map(({ path }) => path);
const overTheWire = (disclosure: Disclosure): unknown => JSON.parse(JSON.stringify(disclosure));
const check = (disclosure: unknown): string => refusalOf(() => checkDisclosure(disclosure, DIGEST));

describe("core/disclosure", () => {
  it("shows what was chosen and what cannot be withheld, and names all the rest", () => {
    fc.assert(
      fc.property(fc.subarray(PATHS), (chosen) => {
        const { shown, withheld } = checkDisclosure(overTheWire(disclose(SAMPLE_DATA, SAMPLE_SECRET, chosen)), DIGEST);
        const expected = PATHS.filter((path) => chosen.includes(path) || ALWAYS_SHOWN.includes(path));
        expect(shown).to.deep.equal(flatten(SAMPLE_DATA).filter(({ path }) => expected.includes(path)));
        expect(withheld).to.deep.equal(PATHS.filter((path) => !expected.includes(path)));
      }),
    );
  });

  it("shows all that is in a chosen object or array", () => {
    const { shown } = checkDisclosure(disclose(SAMPLE_DATA, SAMPLE_SECRET, ["/items"]), DIGEST);
    expect(shown.map(({ path }) => path)).to.include.members(["/items/0/itemAmount", "/items/0/itemName"]);
    expect(refusalOf(() => disclose(SAMPLE_DATA, SAMPLE_SECRET, ["/item"]))).to.equal("path_unknown");
    expect(refusalOf(() => disclose(SAMPLE_DATA, SAMPLE_SECRET, ["/items/1"]))).to.equal("path_unknown");
  });

  it("hands over no salt and no secret of a withheld field", () => {
    const text = JSON.stringify(disclose(SAMPLE_DATA, SAMPLE_SECRET, []));
    expect(text).not.to.include(hexOf(SAMPLE_SECRET).slice(2));
    for (const { path, salt, valueDigest } of fieldDigestsOf(SAMPLE_DATA, SAMPLE_SECRET)) {
      const isShown = ALWAYS_SHOWN.includes(path);
      expect(text.includes(hexOf(salt)), path).to.equal(isShown);
      expect(text.includes(hexOf(valueDigest)), path).to.equal(!isShown);
    }
    expect(text).not.to.include("欧阳𠮷");
  });

  it("is refused with any shown value, salt or withheld digest changed", () => {
    const good = disclose(SAMPLE_DATA, SAMPLE_SECRET, ["/payerPartyName"]);
    expect(check(good)).to.equal("none");
    good.fields.forEach((field, index) => {
      const bends =
        "value" in field
          ? [
              { ...field, value: 12345 },
              { ...field, salt: hexOf(new Uint8Array(16)) },
            ]
          : [{ ...field, valueDigest: hexOf(new Uint8Array(32)) }];
      for (const bend of [...bends, { ...field, path: `${field.path}x` }]) {
        const bent = { ...good, fields: good.fields.map((each, at) => (at === index ? bend : each)) };
        expect(check(bent), field.path).to.be.oneOf(["data_differs", "disclosure_malformed"]);
      }
    });
  });

  it("is refused with a field left out, added, doubled or moved: nobody can hide that something was hidden", () => {
    const good = disclose(SAMPLE_DATA, SAMPLE_SECRET, []);
    good.fields.forEach((field, index) => {
      const without = good.fields.filter((_, at) => at !== index);
      expect(check({ ...good, fields: without }), field.path).to.equal("data_differs");
      const twice = [...good.fields.slice(0, index + 1), ...good.fields.slice(index)];
      expect(check({ ...good, fields: twice }), field.path).to.equal("disclosure_malformed");
    });
    expect(check({ ...good, fields: [...good.fields].reverse() })).to.equal("disclosure_malformed");
  });

  it("is refused with code, number, amount or issuer withheld, although the digests fit", () => {
    const fields = fieldDigestsOf(SAMPLE_DATA, SAMPLE_SECRET).map(({ path, valueDigest }) => ({
      path,
      valueDigest: hexOf(valueDigest),
    }));
    expect(check({ version: 1, fields })).to.equal("field_cannot_be_withheld");
  });

  it("is refused if one path leads into another, whatever the digest", () => {
    const salt = hexOf(new Uint8Array(16));
    const fields = [
      { path: "/a", value: [], salt },
      { path: "/a/b", value: 1, salt },
    ];
    expect(check({ version: 1, fields })).to.equal("disclosure_malformed");
  });

  it("is refused in another form", () => {
    const good = disclose(SAMPLE_DATA, SAMPLE_SECRET, []);
    const salt = hexOf(new Uint8Array(16));
    const field = (change: object): object => ({ version: 1, fields: [{ path: "/a", value: 1, salt, ...change }] });
    const bad: unknown[] = [
      null,
      1,
      [],
      { ...good, version: 2 },
      { ...good, more: 1 },
      { version: 1, fields: [] },
      { version: 1, fields: {} },
      { version: 1, fields: [null] },
      field({ path: "" }),
      field({ path: "a" }),
      field({ path: "/~2" }),
      field({ path: "/\ud800" }),
      field({ path: 1 }),
      field({ value: [1] }),
      field({ value: { a: 1 } }),
      field({ salt: 1 }),
      field({ more: 1 }),
      { version: 1, fields: [{ path: "/a", valueDigest: 1 }] },
    ];
    for (const each of bad) expect(check(each), JSON.stringify(each)).to.equal("disclosure_malformed");
    expect(check(field({ value: 0.5 }))).to.equal("data_not_canonical");
    expect(check(field({ salt: "0x00" }))).to.equal("hex_malformed");
  });

  it("lets nobody confirm a guess at a withheld value without its salt", () => {
    const [withheld] = disclose(SAMPLE_DATA, SAMPLE_SECRET, []).fields.filter(({ path }) => path === "/randomNumber");
    if (withheld === undefined || !("valueDigest" in withheld)) throw new Error("it is shown");
    const salts = fieldDigestsOf(SAMPLE_DATA, SAMPLE_SECRET)
      .filter(({ path }) => path !== "/randomNumber")
      .map(({ salt }) => salt);
    for (const salt of [...salts, new Uint8Array(16)]) {
      expect(hexOf(valueDigestOf("3f7404", salt))).not.to.equal(withheld.valueDigest);
    }
  });
});
