import { expect } from "chai";
import vectors from "../vectors/ledger.json" with { type: "json" };
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { dataDigestOf, dataDigestOfFields, fieldDigestsOf, saltOf } from "../../service/core/dataDigest.ts";
import { leafOf, voidLeafOf } from "../../service/core/leaf.ts";
import {
  buildTree,
  RECEIPT_INNER,
  rootFromPath,
  SEGMENT_INNER,
  treePath,
  treeRoot,
} from "../../service/core/merkle.ts";
import { climbProof, encodeProof, parseProof, proofFromJson, proofToJson } from "../../service/core/proof.ts";
import { batchPath, batchRoot, nextHead, segmentHash, segmentHeader } from "../../service/core/segment.ts";

const bytes = (texts: readonly string[]): Uint8Array[] => texts.map((text) => bytesOfHex(text));

describe("core: the vectors of an independent implementation", () => {
  vectors.dataDigests.forEach(({ data, secret, fields, dataDigest }, index) => {
    it(`gives data digest ${index} with every field's salt and digests, in order`, () => {
      const own = fieldDigestsOf(data, bytesOfHex(secret));
      const shown = own.map(({ path, value, salt, valueDigest, fieldDigest }) => ({
        path,
        value,
        salt: hexOf(salt),
        valueDigest: hexOf(valueDigest),
        fieldDigest: hexOf(fieldDigest),
      }));
      expect(shown).to.deep.equal(fields);
      expect(hexOf(dataDigestOf(data, bytesOfHex(secret)))).to.equal(dataDigest);
      expect(hexOf(dataDigestOfFields(own.map((field) => field.fieldDigest)))).to.equal(dataDigest);
      for (const { path, salt } of fields) expect(hexOf(saltOf(bytesOfHex(secret), path))).to.equal(salt);
    });
  });

  it("gives the leaves of receipts and of a void number", () => {
    for (const leaf of vectors.leaves) {
      const own =
        "void" in leaf
          ? voidLeafOf(leaf.code, leaf.number)
          : leafOf({
              code: leaf.code,
              number: leaf.number,
              dataDigest: bytesOfHex(leaf.dataDigest),
              documentDigest: bytesOfHex(leaf.documentDigest),
              issuedFen: leaf.issuedFen,
              reversedFen: leaf.reversedFen,
            });
      expect(hexOf(own)).to.equal(leaf.leaf);
    }
    expect(vectors.leaves.filter((leaf) => "void" in leaf)).to.have.length(1);
    expect(vectors.leaves.some((leaf) => !("void" in leaf) && leaf.reversedFen > 0)).to.equal(true);
  });

  for (const tree of vectors.trees) {
    it(`gives root and all paths of a tree of ${tree.leaves.length}`, () => {
      const leaves = bytes(tree.leaves);
      expect(hexOf(treeRoot(leaves, RECEIPT_INNER))).to.equal(tree.root);
      expect(hexOf(buildTree(leaves, RECEIPT_INNER).root)).to.equal(tree.root);
      tree.paths.forEach((path, index) => {
        expect(treePath(leaves, index, RECEIPT_INNER).map(hexOf)).to.deep.equal(path);
        const leaf = leaves[index] ?? new Uint8Array();
        expect(hexOf(rootFromPath(leaf, index, leaves.length, bytes(path), RECEIPT_INNER))).to.equal(tree.root);
      });
      expect(tree.paths).to.have.length(leaves.length);
    });
  }

  it("gives headers, segment hashes, batch root, paths and heads", () => {
    const { segments, paths, heads } = vectors.batch;
    const hashes = segments.map((segment) => {
      expect(hexOf(segmentHeader(segment))).to.equal(segment.header);
      const hash = segmentHash(segment, bytesOfHex(segment.root));
      expect(hexOf(hash)).to.equal(segment.segmentHash);
      return hash;
    });
    expect(hexOf(batchRoot(hashes))).to.equal(vectors.batch.batchRoot);
    paths.forEach((path, index) => {
      expect(batchPath(hashes, index).map(hexOf)).to.deep.equal(path);
      const hash = hashes[index] ?? new Uint8Array();
      expect(hexOf(rootFromPath(hash, index, hashes.length, bytes(path), SEGMENT_INNER))).to.equal(
        vectors.batch.batchRoot,
      );
    });
    let head = new Uint8Array(32);
    for (const { n, batchRoot: root, time, head: expected } of heads) {
      head = new Uint8Array(nextHead(head, n, bytesOfHex(root), time));
      expect(hexOf(head)).to.equal(expected);
    }
  });

  it("reads and writes the proof, and climbs to the batch root", () => {
    const proof = parseProof(bytesOfHex(vectors.proof.bytes));
    expect(hexOf(encodeProof(proof))).to.equal(vectors.proof.bytes);
    expect(encodeProof(proofFromJson(JSON.parse(JSON.stringify(proofToJson(proof)))))).to.deep.equal(
      bytesOfHex(vectors.proof.bytes),
    );
    expect(proofToJson(proof)).to.include({
      chainId: vectors.proof.chainId,
      contract: vectors.proof.contract,
      batch: vectors.proof.batch,
      segmentIndex: 0,
      segmentCount: 3,
    });
    const climbed = climbProof(proof);
    expect(hexOf(climbed.leaf)).to.equal(vectors.leaves[2]?.leaf);
    expect(hexOf(climbed.segmentHash)).to.equal(vectors.batch.segments[0]?.segmentHash);
    expect(hexOf(climbed.batchRoot)).to.equal(vectors.batch.batchRoot);
  });
});
