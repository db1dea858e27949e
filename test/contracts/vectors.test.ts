import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { id } from "ethers";
import { network } from "hardhat";
import { CODE, ZERO_HASH, creditCode, deployLedger, signSegment, unitKeys } from "./ledgerFixture.ts";
import { readProof } from "./proofBytes.ts";
import type { Proof } from "./proofBytes.ts";
import { asHashes } from "./typedContract.ts";
import { pathOf, rootOf, segmentHash } from "./referenceTree.ts";

interface Vectors {
  readonly leaves: readonly {
    readonly code: number;
    readonly number: number;
    readonly dataDigest: string;
    readonly documentDigest: string;
    readonly issuedFen: number;
    readonly reversedFen: number;
    readonly void?: boolean;
    readonly leaf: string;
  }[];
  readonly trees: readonly { readonly leaves: string[]; readonly root: string; readonly paths: string[][] }[];
  readonly batch: {
    readonly segments: readonly {
      readonly bookId: number;
      readonly from: number;
      readonly count: number;
      readonly root: string;
      readonly segmentHash: string;
    }[];
    readonly batchRoot: string;
    readonly paths: readonly string[][];
    readonly heads: readonly { n: number; batchRoot: string; time: number; head: string }[];
  };
  readonly proof: { readonly chainId: number; readonly contract: string; readonly bytes: string };
}

const file = new URL("../vectors/ledger.json", import.meta.url);
const vectors = JSON.parse(await readFile(file, "utf8")) as Vectors;
const connection = await network.create({ override: { initialDate: new Date("2026-03-05T00:00:00Z") } });
const { networkHelpers } = connection;

/** The vectors' ledger: the chain's first contract, nine books of one unit, and the batch at the vectors' time. */
async function vectorLedger() {
  const fixture = await deployLedger(connection, { unitCount: 0 });
  const [wallet] = unitKeys(1);
  if (wallet === undefined) throw new Error("no key");
  await fixture.ledger.admitUnit(creditCode(1), wallet.address);
  await fixture.ledger.grantBook(1, CODE, 1001, 2000);
  for (let code = 2; code <= 8; code++) await fixture.ledger.grantBook(1, code, 1, 100);
  await fixture.ledger.grantBook(1, 9, 5_000_000_000, 5_000_000_999);
  const signed = await Promise.all(
    vectors.batch.segments.map(({ bookId, from, count, root }) =>
      signSegment(fixture, { bookId, from, count, root, reversals: [] }, wallet),
    ),
  );
  await networkHelpers.time.setNextBlockTimestamp(vectors.batch.heads[0]?.time ?? 0);
  await fixture.asAnchorer.anchor(signed);
  return fixture;
}

/** Not from the first account: its first contract has to be the vectors' ledger. */
async function hashes() {
  const signers = await connection.ethers.getSigners();
  return asHashes(await connection.ethers.deployContract("LedgerHashes", [], signers[5]));
}

const FAULTS = [
  "None",
  "Version",
  "Chain",
  "Ledger",
  "Batch",
  "SegmentCount",
  "Code",
  "Number",
  "LeafPath",
  "BatchPath",
  "Root",
];

describe("the shared vectors", () => {
  it("give the contract's leaves", async () => {
    const lib = await networkHelpers.loadFixture(hashes);
    const receipts = vectors.leaves.filter((leaf) => leaf.void !== true);
    expect(receipts).to.have.length(6);
    for (const { code, number, dataDigest, documentDigest, issuedFen, reversedFen, leaf } of receipts) {
      expect(await lib.leaf(code, number, dataDigest, documentDigest, issuedFen, reversedFen)).to.equal(leaf);
    }
  });

  it("give the contract's trees, and each path leads to the root", async () => {
    const lib = await networkHelpers.loadFixture(hashes);
    for (const { leaves, root, paths } of vectors.trees) {
      expect(await lib.root(leaves, "0x01")).to.equal(root);
      expect(rootOf(leaves, "0x01")).to.equal(root);
      for (const [index, leaf] of leaves.entries()) {
        expect(await lib.walk(leaf, index, leaves.length, paths[index], "0x01")).to.deep.equal([true, root]);
        expect(pathOf(leaves, index, "0x01")).to.deep.equal(paths[index]);
      }
    }
  });

  it("give the contract's segment hashes, batch root, paths and heads", async () => {
    const lib = await networkHelpers.loadFixture(hashes);
    const { segments, batchRoot, paths, heads } = vectors.batch;
    const leaves = segments.map((segment) => segment.segmentHash);
    for (const segment of segments) {
      expect(segmentHash(segment)).to.equal(segment.segmentHash);
      const { bookId, from, count, root } = segment;
      expect(await lib.segment(bookId, from, count, root)).to.equal(segment.segmentHash);
    }
    expect(await lib.root(leaves, "0x05")).to.equal(batchRoot);
    for (const [index, leaf] of leaves.entries()) {
      expect(await lib.walk(leaf, index, leaves.length, paths[index], "0x05")).to.deep.equal([true, batchRoot]);
    }
    let previous = ZERO_HASH;
    for (const { n, batchRoot: root, time, head } of heads) {
      expect(await lib.head(previous, n, root, time)).to.equal(head);
      previous = head;
    }
  });

  it("are what the ledger itself stores when it anchors their batch at their time", async () => {
    const f = await networkHelpers.loadFixture(vectorLedger);
    const [first] = vectors.batch.heads;
    expect(await f.ledger.head()).to.deep.equal([1n, first?.head]);
    expect(await f.ledger.batch(1)).to.deep.equal([vectors.batch.batchRoot, first?.head, BigInt(first?.time ?? 0), 3n]);
    expect(f.address.toLowerCase()).to.equal(vectors.proof.contract);
  });
});

describe("verifyProof", () => {
  const proof = readProof(vectors.proof.bytes);
  const verdict = async (changes: Partial<Proof>) => {
    const f = await networkHelpers.loadFixture(vectorLedger);
    const { holds, fault } = await f.ledger.verifyProof({ ...proof, ...changes });
    expect(holds).to.equal(fault === 0n);
    return FAULTS[Number(fault)];
  };

  it("holds of the vectors' proof", async () => {
    expect(await verdict({})).to.equal("None");
  });

  it("names the first fault", async () => {
    const cases: [Partial<Proof>, string][] = [
      [{ version: 0n }, "Version"],
      [{ version: 2n }, "Version"],
      [{ chainId: 1n }, "Chain"],
      [{ ledger: "0x0000000000000000000000000000000000000001" }, "Ledger"],
      [{ batch: 0n }, "Batch"],
      [{ batch: 2n }, "Batch"],
      [{ segmentCount: 2n }, "SegmentCount"],
      [{ segmentCount: 4n }, "SegmentCount"],
      [{ code: proof.code + 1n }, "Code"],
      [{ bookId: 2n }, "Code"],
      [{ bookId: 10n }, "Code"],
      [{ bookId: 0n, code: 0n }, "Root"],
      [{ number: 1000n }, "Number"],
      [{ number: 1008n }, "Number"],
      [{ count: 0n }, "Number"],
      [{ leafPath: proof.leafPath.slice(1) }, "LeafPath"],
      [{ leafPath: [...proof.leafPath, id("more")] }, "LeafPath"],
      [{ leafPath: [] }, "LeafPath"],
      [{ count: 2n ** 24n - 1n }, "LeafPath"],
      [{ segmentIndex: 3n }, "BatchPath"],
      [{ segmentIndex: 2n }, "BatchPath"],
      [{ batchPath: [] }, "BatchPath"],
      [{ batchPath: [...proof.batchPath, id("more")] }, "BatchPath"],
      [{ number: 1001n }, "Root"],
      [{ number: 1007n, leafPath: proof.leafPath.slice(1) }, "Root"],
      [{ segmentIndex: 1n }, "Root"],
      [{ count: 8n }, "Root"],
      [{ from: 1002n }, "Root"],
      [{ dataDigest: id("x") }, "Root"],
      [{ documentDigest: id("x") }, "Root"],
      [{ issuedFen: proof.issuedFen + 1n }, "Root"],
      [{ reversedFen: 1n }, "Root"],
      [{ leafPath: proof.leafPath.with(2, id("x")) }, "Root"],
      [{ batchPath: proof.batchPath.with(1, id("x")) }, "Root"],
    ];
    for (const [changes, fault] of cases) {
      expect(await verdict(changes), JSON.stringify(Object.keys(changes)) + fault).to.equal(fault);
    }
  });

  it("refuses a receipt of another code in the book of its own unit", async () => {
    const lib = await networkHelpers.loadFixture(hashes);
    const g = await deployLedger(connection, { unitCount: 1 });
    const args = [CODE + 1, 1, id("data"), id("document"), 100, 0];
    const root: string = await lib.leaf(...args);
    const signed = await signSegment(g, { bookId: 1, from: 1, count: 1, root, reversals: [] });
    await g.asAnchorer.anchor([signed]);
    const forged = {
      ...proof,
      ledger: g.address,
      code: CODE + 1,
      number: 1,
      dataDigest: id("data"),
      documentDigest: id("document"),
      issuedFen: 100,
      reversedFen: 0,
      from: 1,
      count: 1,
      leafPath: [],
      segmentIndex: 0,
      segmentCount: 1,
      batchPath: [],
    };
    expect((await g.ledger.verifyProof(forged)).fault).to.equal(BigInt(FAULTS.indexOf("Code")));
  });

  it("does not take an inner node of a tree for a leaf", async () => {
    const lib = await networkHelpers.loadFixture(hashes);
    const leaves = ["a", "b", "c", "d"].map((name) => id(name));
    const [left, right] = [rootOf(leaves.slice(0, 2), "0x01"), rootOf(leaves.slice(2), "0x01")];
    const root = rootOf(leaves, "0x01");
    expect(await lib.walk(left, 0, 4, [right], "0x01")).to.deep.equal([false, root]); // the root, and still no proof
    expect(await lib.walk(left, 0, 2, [right], "0x01")).to.deep.equal([true, root]); // a count that nobody signed
    expect(await lib.walk(leaves[0], 4, 4, pathOf(leaves, 0, "0x01"), "0x01")).to.deep.equal([false, ZERO_HASH]);
  });
});
