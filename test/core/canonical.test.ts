import { expect } from "chai";
import fc from "fast-check";
import { utf8 } from "../../service/core/bytes.ts";
import {
  compareUtf8,
  flatten,
  jcs,
  MAX_DEPTH,
  MAX_LEAVES,
  MAX_TEXT_LENGTH,
  type JsonValue,
} from "../../service/core/canonical.ts";
import { refusalOf } from "./refusal.ts";

const nested = (levels: number): JsonValue => (levels === 0 ? 1 : { a: nested(levels - 1) });

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

describe("core/canonical", () => {
  it("gives scalars and empty containers at their JSON Pointers", () => {
    expect(flatten({ b: [{ x: 1 }, []], "a~/": "值", n: null, t: true, e: {}, "": 0 })).to.deep.equal([
      { path: "/", value: 0 },
      { path: "/a~0~1", value: "值" },
      { path: "/b/0/x", value: 1 },
      { path: "/b/1", value: [] },
      { path: "/e", value: {} },
      { path: "/n", value: null },
      { path: "/t", value: true },
    ]);
    expect(flatten({})).to.deep.equal([{ path: "", value: {} }]);
  });

  it("orders paths by their UTF-8 bytes, not by UTF-16 units", () => {
    expect(flatten({ "\u{1f600}": 1, "\uffee": 2, é: 3, z: 4, "": 5 }).map(({ path }) => path)).to.deep.equal([
      "/",
      "/z",
      "/é",
      "/\uffee",
      "/\u{1f600}",
    ]);
    const text = fc.string({ unit: fc.constantFrom("a", "é", "值", "\ud7ff", "\ue000", "\uffff", "𠮷", "\u{10ffff}") });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).to.equal(Math.sign(compareBytes(utf8(a), utf8(b))));
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uniqueArray(text), (keys) => {
        const paths = flatten(Object.fromEntries(keys.map((key) => [key, 1]))).map(({ path }) => path);
        expect(paths).to.deep.equal(paths.toSorted((a, b) => compareBytes(utf8(a), utf8(b))));
      }),
    );
  });

  it("keeps a key named __proto__ as any other", () => {
    expect(flatten(JSON.parse('{"__proto__":{"x":1}}') as JsonValue)).to.deep.equal([
      { path: "/__proto__/x", value: 1 },
    ]);
  });

  it("takes integers up to 2^53 - 1 and refuses every other number", () => {
    expect(flatten({ a: 2 ** 53 - 1, b: -(2 ** 53 - 1), c: 0 })).to.have.length(3);
    for (const value of [2 ** 53, -(2 ** 53), 0.1, -0, Number.NaN, Infinity, -Infinity]) {
      expect(
        refusalOf(() => flatten({ a: value })),
        String(value),
      ).to.equal("data_not_canonical");
      expect(refusalOf(() => jcs(value))).to.equal("data_not_canonical");
    }
  });

  it("refuses what JSON does not know", () => {
    for (const value of [undefined, 1n, () => 1, Symbol("x"), new Date(0), new Map(), new Uint8Array(2)]) {
      expect(
        refusalOf(() => flatten({ a: value } as unknown as JsonValue)),
        typeof value,
      ).to.equal("data_not_canonical");
    }
    expect(refusalOf(() => flatten([1, , 2] as unknown as JsonValue))).to.equal("data_not_canonical");
  });

  it("refuses lone surrogates in values and in keys", () => {
    expect(refusalOf(() => flatten({ a: "x\ud800" }))).to.equal("data_not_canonical");
    expect(refusalOf(() => flatten({ "\udc00": 1 }))).to.equal("data_not_canonical");
    expect(refusalOf(() => jcs({ "\udc00": 1 }))).to.equal("data_not_canonical");
  });

  it("takes the deepest, most and longest that it may, and not one more", () => {
    expect(flatten(nested(MAX_DEPTH))).to.have.length(1);
    expect(refusalOf(() => flatten(nested(MAX_DEPTH + 1)))).to.equal("data_too_large");
    expect(refusalOf(() => flatten(nested(5000)))).to.equal("data_too_large");
    expect(flatten(new Array<number>(MAX_LEAVES).fill(0))).to.have.length(MAX_LEAVES);
    expect(refusalOf(() => flatten(new Array<number>(MAX_LEAVES + 1).fill(0)))).to.equal("data_too_large");
    const long = "x".repeat(MAX_TEXT_LENGTH - 2);
    expect(flatten({ a: long })).to.have.length(1);
    expect(refusalOf(() => flatten({ a: `${long}x` }))).to.equal("data_too_large");
  });

  it("writes canonical JSON as RFC 8785: keys by UTF-16 units, no space, its escapes", () => {
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, ö: 7 };
    expect(jcs(value)).to.equal('{"\\r":2,"1":4,"\u0080":6,"ö":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
    expect(jcs(['\u0000\u001f"\\/\b\f\n\r\t值', true, null, [], {}])).to.equal(
      '["\\u0000\\u001f\\"\\\\/\\b\\f\\n\\r\\t值",true,null,[],{}]',
    );
  });

  it("gives the same leaves whatever the order of keys", () => {
    const json = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.boolean(),
        fc.string(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        expect(flatten(reversed(value))).to.deep.equal(flatten(value));
        expect(jcs(reversed(value))).to.equal(jcs(value));
      }),
    );
  });
});

function reversed(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]): [string, JsonValue] => [key, reversed(item)]),
  );
}
