import { expect } from "chai";
import fc from "fast-check";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { PROOF_ATTRIBUTE } from "../../service/core/cms.ts";
import {
  childAt,
  childrenOf,
  der,
  derLength,
  INTEGER,
  isPositiveInteger,
  OCTET_STRING,
  oid,
  readDer,
  SEQUENCE,
} from "../../service/core/der.ts";
import { refusalOf } from "./refusal.ts";

const read = (hex: string): string => refusalOf(() => readDer(bytesOfHex(`0x${hex}`)));

describe("core/der", () => {
  it("writes lengths in their shortest form, and reads them back", () => {
    for (const [length, head] of [
      [0, "0400"],
      [127, "047f"],
      [128, "048180"],
      [255, "0481ff"],
      [256, "04820100"],
      [65535, "0482ffff"],
      [65536, "0483010000"],
    ] as const) {
      const bytes = der(OCTET_STRING, new Uint8Array(length));
      expect(hexOf(bytes.subarray(0, head.length / 2))).to.equal(`0x${head}`);
      expect(readDer(bytes, OCTET_STRING).body).to.have.length(length);
      expect(derLength(bytes)).to.equal(bytes.length);
    }
  });

  it("refuses lengths that are longer than they need, indefinite, or past the end", () => {
    expect(read("040100")).to.equal("none");
    for (const hex of ["", "04", "0402", "040200", "04810100", `04817f${"00".repeat(127)}`, "0480", "04800000"]) {
      expect(read(hex), hex).to.equal("der_malformed");
    }
    expect(read(`0482007f${"00".repeat(127)}`)).to.equal("der_malformed");
    expect(read(`048200ff${"00".repeat(255)}`)).to.equal("der_malformed");
    expect(read("048401000000")).to.equal("der_malformed");
    expect(read("0482ff")).to.equal("der_malformed");
  });

  it("refuses tags of many octets, a second element, and another tag than asked for", () => {
    expect(read("1f0100")).to.equal("der_malformed");
    expect(read("bf8100")).to.equal("der_malformed");
    expect(read("04000400")).to.equal("der_malformed");
    expect(refusalOf(() => readDer(bytesOfHex("0x0400"), SEQUENCE))).to.equal("der_malformed");
    expect(refusalOf(() => childAt([], 0))).to.equal("der_malformed");
  });

  it("writes object identifiers, arcs of a UUID among them", () => {
    expect(hexOf(oid("1.2.840.113549.1.7.2"))).to.equal("0x06092a864886f70d010702");
    expect(hexOf(oid("2.5.4.97"))).to.equal("0x0603550461");
    expect(hexOf(oid("2.999.3"))).to.equal("0x0603883703");
    const bytes = oid(PROOF_ATTRIBUTE);
    expect(arcsOf(bytes)).to.equal(PROOF_ATTRIBUTE);
  });

  it("knows a minimal number above zero", () => {
    const cases: [string, boolean][] = [
      ["020101", true],
      ["02017f", true],
      ["02020080", true],
      ["020200ff", true],
      ["0200", false],
      ["020100", false],
      ["020180", false],
      ["0202007f", false],
      ["0203000080", false],
      ["040101", false],
    ];
    for (const [hex, expected] of cases) {
      expect(isPositiveInteger(readDer(bytesOfHex(`0x${hex}`))), hex).to.equal(expected);
    }
  });

  it("reads back what it writes, whatever is nested in what", () => {
    const tag = fc.constantFrom(INTEGER, OCTET_STRING, SEQUENCE, 0xa0);
    fc.assert(
      fc.property(fc.array(fc.tuple(tag, fc.uint8Array({ maxLength: 300 })), { maxLength: 6 }), (list) => {
        const nodes = childrenOf(readDer(der(SEQUENCE, ...list.map(([each, body]) => der(each, body)))));
        expect(nodes.map(({ tag: each, body }): [number, Uint8Array] => [each, body.slice()])).to.deep.equal(list);
      }),
    );
  });
});

/** The dotted form of an object identifier whose first arc is 2. */
function arcsOf(bytes: Uint8Array): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of bytes.subarray(2)) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [first = 0n, ...rest] = arcs;
  return ["2", first - 80n, ...rest].join(".");
}
