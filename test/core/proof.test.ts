import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import fc from "fast-check";
import vectors from "../vectors/ledger.json" with { type: "json" };
import { bytesOfHex, equalBytes, hexOf, u32 } from "../../service/core/bytes.ts";
import { leafOf, type Leaf } from "../../service/core/leaf.ts";
import { buildTree, RECEIPT_INNER } from "../../service/core/merkle.ts";
import {
  climbProof,
  encodeProof,
  MAX_BATCH_DEPTH,
  MAX_LEAF_DEPTH,
  parseProof,
  proofFromJson,
  proofToJson,
  type Proof,
} from "../../service/core/proof.ts";
import { batchPath, batchRoot, segmentHash } from "../../service/core/segment.ts";
import { refusalOf } from "./refusal.ts";

const CONTRACT = new Uint8Array(20).fill(9);

/** The proof of receipt `index` of a segment of `size`, which is segment `at` of `count`. */
function proofAt(index: number, size: number, at: number, count: number): { proof: Proof; root: Uint8Array } {
  const header = { bookId: 7, from: 500, count: size };
  const leafFor = (number: number): Leaf => ({
    code: 44060126,
    number,
    dataDigest: sha256(u32(number)),
    documentDigest: sha256(u32(number + 1)),
    issuedFen: number,
    reversedFen: 0,
  });
  const tree = buildTree(
    Array.from({ length: size }, (_, position) => leafOf(leafFor(500 + position))),
    RECEIPT_INNER,
  );
  const hashes = Array.from({ length: count }, (_, position) =>
    position === at ? segmentHash(header, tree.root) : sha256(u32(position)),
  );
  const proof = {
    ...leafFor(500 + index),
    chainId: 31337,
    contract: CONTRACT,
    batch: 3,
    header,
    leafPath: tree.path(index),
    segmentIndex: at,
    segmentCount: count,
    batchPath: batchPath(hashes, at),
  };
  return { proof, root: batchRoot(hashes) };
}

const shape = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .chain(([size, count]) => fc.tuple(fc.nat(size - 1), fc.constant(size), fc.nat(count - 1), fc.constant(count)));

/** True if the bytes are read and lead to this root. */
function leadsTo(bytes: Uint8Array, root: Uint8Array): boolean {
  let reached: Uint8Array = new Uint8Array(0);
  const refusal = refusalOf(() => (reached = climbProof(parseProof(bytes)).batchRoot));
  if (refusal !== "none") expect(refusal).to.equal("proof_malformed");
  return refusal === "none" && equalBytes(reached, root);
}

describe("core/proof", () => {
  it("proves any receipt of any segment, and is read back as it was written", () => {
    fc.assert(
      fc.property(shape, ([index, size, at, count]) => {
        const { proof, root } = proofAt(index, size, at, count);
        const bytes = encodeProof(proof);
        expect(parseProof(bytes)).to.deep.equal(proof);
        expect(climbProof(proof).batchRoot).to.deep.equal(root);
        expect(proofFromJson(JSON.parse(JSON.stringify(proofToJson(proof))))).to.deep.equal(proof);
        expect(bytes).to.have.length(144 + 32 * (proof.leafPath.length + proof.batchPath.length));
      }),
    );
  });

  it("proves nothing with any one bit flipped, but names another chain, contract or batch", () => {
    const bytes = bytesOfHex(vectors.proof.bytes);
    const root = bytesOfHex(vectors.batch.batchRoot);
    let count = 0;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const bent = bytes.slice();
      bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const isUnderRoot = bit >> 3 < 1 || bit >> 3 >= 37;
      if (isUnderRoot) expect(leadsTo(bent, root), `bit ${bit}`).to.equal(false);
      else if (leadsTo(bent, root)) {
        expect(proofToJson(parseProof(bent))).not.to.deep.equal(proofToJson(parseProof(bytes)));
      }
      count += 1;
    }
    expect(count).to.equal(bytes.length * 8);
  });

  it("is refused cut off at every length, and with anything after it", () => {
    const bytes = bytesOfHex(vectors.proof.bytes);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(
        refusalOf(() => parseProof(bytes.subarray(0, length))),
        String(length),
      ).to.equal("proof_malformed");
    }
    for (const more of [1, 31, 32, 64]) {
      const longer = new Uint8Array(bytes.length + more);
      longer.set(bytes);
      expect(refusalOf(() => parseProof(longer))).to.equal("proof_malformed");
    }
  });

  it("is refused in hundreds of bent shapes", () => {
    const bends: [string, (proof: Proof) => Proof][] = [
      ["a leaf sibling more", (p) => ({ ...p, leafPath: [...p.leafPath, p.dataDigest] })],
      ["a leaf sibling less", (p) => ({ ...p, leafPath: p.leafPath.slice(1) })],
      ["a batch sibling more", (p) => ({ ...p, batchPath: [...p.batchPath, p.dataDigest] })],
      ["a batch sibling less", (p) => ({ ...p, batchPath: p.batchPath.slice(0, -1) })],
      ["leaf siblings turned round", (p) => ({ ...p, leafPath: [...p.leafPath].reverse() })],
      ["batch siblings turned round", (p) => ({ ...p, batchPath: [...p.batchPath].reverse() })],
      [
        "a sibling moved up",
        (p) => ({ ...p, leafPath: p.leafPath.slice(1), batchPath: [...p.leafPath.slice(0, 1), ...p.batchPath] }),
      ],
      ["the next number", (p) => ({ ...p, number: p.number + 1 })],
      ["the number before", (p) => ({ ...p, number: p.number - 1 })],
      ["a longer segment", (p) => ({ ...p, header: { ...p.header, count: p.header.count + 1 } })],
      ["a shorter segment", (p) => ({ ...p, header: { ...p.header, count: p.header.count - 1 } })],
      ["a segment that begins later", (p) => ({ ...p, header: { ...p.header, from: p.header.from + 1 } })],
      ["a segment that begins before", (p) => ({ ...p, header: { ...p.header, from: p.header.from - 1 } })],
      ["another book", (p) => ({ ...p, header: { ...p.header, bookId: 8 } })],
      ["the next segment", (p) => ({ ...p, segmentIndex: p.segmentIndex + 1 })],
      ["the segment before", (p) => ({ ...p, segmentIndex: p.segmentIndex - 1 })],
      ["another code", (p) => ({ ...p, code: p.code + 1 })],
      ["a fen more", (p) => ({ ...p, issuedFen: p.issuedFen + 1 })],
      ["issued as reversed", (p) => ({ ...p, issuedFen: 0, reversedFen: p.issuedFen })],
      ["another document", (p) => ({ ...p, documentDigest: p.dataDigest })],
      ["other data", (p) => ({ ...p, dataDigest: p.documentDigest })],
    ];
    let count = 0;
    for (const [index, size] of [
      [0, 1],
      [0, 2],
      [1, 2],
      [2, 3],
      [3, 5],
      [4, 5],
      [6, 7],
      [8, 16],
    ] as const) {
      for (const [at, segments] of [
        [0, 1],
        [1, 2],
        [2, 3],
        [5, 7],
      ] as const) {
        const { proof, root } = proofAt(index, size, at, segments);
        expect(leadsTo(encodeProof(proof), root)).to.equal(true);
        for (const [title, bend] of bends) {
          const bent = bend(proof);
          if (JSON.stringify(bent) === JSON.stringify(proof)) continue;
          let reached: Uint8Array = new Uint8Array(0);
          refusalOf(() => (reached = climbProof(parseProof(encodeProof(bent))).batchRoot));
          expect(equalBytes(reached, root), `${title}, ${index} of ${size}, ${at} of ${segments}`).to.equal(false);
          count += 1;
        }
      }
    }
    expect(count).to.be.greaterThan(500);
  });

  it("takes the deepest paths that room is reserved for, and none deeper", () => {
    const sibling = new Uint8Array(32);
    const base = proofAt(0, 1, 0, 1).proof;
    const deepest: Proof = {
      ...base,
      number: 500,
      header: { ...base.header, count: 2 ** 24 - 1 },
      leafPath: Array.from({ length: MAX_LEAF_DEPTH }, () => sibling),
      segmentCount: 2 ** MAX_BATCH_DEPTH,
      batchPath: Array.from({ length: MAX_BATCH_DEPTH }, () => sibling),
    };
    expect(encodeProof(deepest)).to.have.length(144 + 32 * 36);
    const deeper = { ...deepest, segmentCount: 2 ** MAX_BATCH_DEPTH + 1, batchPath: [...deepest.batchPath, sibling] };
    expect(refusalOf(() => encodeProof(deeper))).to.equal("proof_malformed");
  });

  it("refuses widths, versions and numbers that are not its own", () => {
    const { proof } = proofAt(1, 3, 1, 3);
    const wrong: [Partial<Proof>, string][] = [
      [{ contract: new Uint8Array(19) }, "proof_malformed"],
      [{ dataDigest: new Uint8Array(31) }, "proof_malformed"],
      [{ documentDigest: new Uint8Array(33) }, "proof_malformed"],
      [{ batch: 0 }, "proof_malformed"],
      [{ batch: 2 ** 53 }, "integer_out_of_range"],
      [{ chainId: -1 }, "integer_out_of_range"],
      [{ issuedFen: 1.5 }, "integer_out_of_range"],
      [{ issuedFen: 1, reversedFen: 1 }, "proof_malformed"],
      [{ leafPath: [new Uint8Array(31), new Uint8Array(32)] }, "proof_malformed"],
    ];
    for (const [change, code] of wrong) {
      expect(
        refusalOf(() => encodeProof({ ...proof, ...change })),
        JSON.stringify(change),
      ).to.equal(code);
    }
    const bytes = encodeProof(proof);
    for (const version of [0, 2, 255]) {
      expect(refusalOf(() => parseProof(Uint8Array.of(version, ...bytes.subarray(1))))).to.equal("proof_malformed");
    }
    const huge = bytes.slice();
    huge[2] = 0x20;
    expect(refusalOf(() => parseProof(huge))).to.equal("proof_malformed");
  });

  it("refuses JSON with a key more or less, another type, or other hexadecimal", () => {
    const json = proofToJson(proofAt(1, 3, 1, 3).proof);
    expect(refusalOf(() => proofFromJson(json))).to.equal("none");
    for (const key of Object.keys(json)) {
      const { [key as keyof typeof json]: _, ...rest } = json;
      expect(
        refusalOf(() => proofFromJson(rest)),
        key,
      ).to.equal("proof_malformed");
      for (const value of [null, "1", -1, 0.5, [], {}, true, hexOf(new Uint8Array(31))]) {
        expect(
          refusalOf(() => proofFromJson({ ...json, [key]: value })),
          key,
        ).to.equal("proof_malformed");
      }
    }
    for (const value of [null, undefined, 1, "x", [], { ...json, more: 1 }]) {
      expect(refusalOf(() => proofFromJson(value))).to.equal("proof_malformed");
    }
    const upper = json.dataDigest.toUpperCase().replace("0X", "0x");
    expect(refusalOf(() => proofFromJson({ ...json, dataDigest: upper }))).to.equal("proof_malformed");
    expect(refusalOf(() => proofFromJson({ ...json, header: { ...json.header, more: 1 } }))).to.equal(
      "proof_malformed",
    );
  });
});
