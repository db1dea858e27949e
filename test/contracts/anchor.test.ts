import { expect } from "chai";
import { AbiCoder, Signature, concat, id, sha256, toBeHex } from "ethers";
import type { ContractTransactionResponse } from "ethers";
import hre, { network } from "hardhat";
import {
  BOOK_SIZE,
  CODE,
  SEGMENT_TYPES,
  ZERO_ADDRESS,
  ZERO_HASH,
  anchor,
  creditCode,
  deployLedger,
  expectRefusal,
  latestTime,
  segmentOf,
  setPaper,
  signSegment,
  unitKey,
} from "./ledgerFixture.ts";
import type { Segment } from "./ledgerFixture.ts";
import { asBaseline } from "./typedContract.ts";
import { rootOf, segmentHash } from "./referenceTree.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

async function threeUnits() {
  return deployLedger(connection, { unitCount: 3 });
}

describe("anchor", () => {
  it("stores root, head, time and count, advances each book and says all of it", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const segments = [segmentOf(1, 1, 7), segmentOf(2, BOOK_SIZE + 1), segmentOf(3, 2 * BOOK_SIZE + 1, 3)];
    const sent = await anchor(f, ...segments);
    const time = await latestTime(f);
    const root = rootOf(segments.map(segmentHash), "0x05");
    const head = sha256(concat(["0x06", ZERO_HASH, toBeHex(1, 8), root, toBeHex(time, 8)]));
    await expect(sent).to.emit(f.ledger, "BatchAnchored").withArgs(1n, root, head, time, 3n);
    for (const { bookId, from, count, root: segmentRoot } of segments) {
      await expect(sent).to.emit(f.ledger, "SegmentAnchored").withArgs(bookId, 1n, from, count, segmentRoot);
      expect((await f.ledger.book(bookId)).next).to.equal(BigInt(from + count));
    }
    expect(await f.ledger.batch(1)).to.deep.equal([root, head, time, 3n]);
    expect(await f.ledger.head()).to.deep.equal([1n, head]);
  });

  it("chains heads and answers the batch number", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    await anchor(f, segmentOf(1, 1));
    const signed = await signSegment(f, segmentOf(1, 2));
    expect(await f.asAnchorer.anchor.staticCall([signed])).to.equal(2n);
    await f.asAnchorer.anchor([signed]);
    const [first, second] = [await f.ledger.batch(1), await f.ledger.batch(2)];
    const bytes = concat(["0x06", first.head, toBeHex(2, 8), second.root, toBeHex(second.time, 8)]);
    expect(second.head).to.equal(sha256(bytes));
    expect(second.root).to.equal(segmentHash(segmentOf(1, 2)));
  });

  it("takes segments of one book that follow each other, and no segment twice", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    await anchor(f, segmentOf(1, 1, 5), segmentOf(2, BOOK_SIZE + 1), segmentOf(1, 6, 5));
    const again = segmentOf(1, 11);
    await expectRefusal(anchor(f, again, again), f, "LedgerNumberNotNext", 1n, 12n, 11n);
    await anchor(f, again);
    await expectRefusal(anchor(f, again), f, "LedgerNumberNotNext", 1n, 12n, 11n);
  });

  it("refuses an unknown book, no numbers, a gap and a step back", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const refuse = (segment: Segment, error: string, ...args: unknown[]) =>
      expectRefusal(
        signSegment(f, segment, unitKey(f, 1)).then((s) => f.asAnchorer.anchor([s])),
        f,
        error,
        ...args,
      );
    await refuse(segmentOf(0, 1), "LedgerBookUnknown", 0n);
    await refuse(segmentOf(4, 1), "LedgerBookUnknown", 4n);
    await refuse(segmentOf(1, 1, 0), "LedgerSegmentEmpty", 1n);
    await refuse(segmentOf(1, 2), "LedgerNumberNotNext", 1n, 1n, 2n);
    await refuse(segmentOf(1, 0), "LedgerNumberNotNext", 1n, 1n, 0n);
    await refuse(segmentOf(1, 2 ** 40 - 1, 2 ** 24 - 1), "LedgerNumberNotNext", 1n, 1n, 2n ** 40n - 1n);
  });

  it("fills a book to its last number and not past it", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const past = BOOK_SIZE + 1;
    await expectRefusal(anchor(f, segmentOf(1, 1, past)), f, "LedgerBookExceeded", 1n, BOOK_SIZE, past);
    await anchor(f, segmentOf(1, 1, BOOK_SIZE));
    expect((await f.ledger.book(1)).next).to.equal(BigInt(past));
    await expectRefusal(anchor(f, segmentOf(1, past)), f, "LedgerBookExceeded", 1n, BOOK_SIZE, past);
  });

  it("takes the largest count at the largest numbers", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const count = 2 ** 24 - 1;
    const last = 9_999_999_999;
    await f.ledger.grantBook(1, CODE + 1, last - count + 1, last);
    const signed = await signSegment(f, segmentOf(4, last - count + 1, count), unitKey(f, 1));
    await f.asAnchorer.anchor([signed]);
    expect((await f.ledger.book(4)).next).to.equal(10_000_000_000n);
    const more = await signSegment(f, segmentOf(4, last + 1, count), unitKey(f, 1));
    await expectRefusal(f.asAnchorer.anchor([more]), f, "LedgerBookExceeded", 4n, last, last + count);
  });

  it("undoes the whole batch if its last segment is wrong", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    await expectRefusal(
      anchor(f, segmentOf(1, 1), segmentOf(2, BOOK_SIZE + 2)),
      f,
      "LedgerNumberNotNext",
      2n,
      BOOK_SIZE + 1,
      BOOK_SIZE + 2,
    );
    expect((await f.ledger.book(1)).next).to.equal(1n);
    expect(await f.ledger.head()).to.deep.equal([0n, ZERO_HASH]);
  });
});

describe("a segment's signature", () => {
  it("is refused by another unit's key, and over any other field", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const signer = unitKey(f, 1).address;
    const segment = segmentOf(1, 1, 5, [{ leaf: id("original"), by: 3 }]);
    const foreign = await signSegment(f, segment, unitKey(f, 2));
    await expectRefusal(f.asAnchorer.anchor([foreign]), f, "LedgerSignatureInvalid", 1n, signer, unitKey(f, 2).address);
    const signed = await signSegment(f, segment);
    const changed = [
      { ...signed, count: 4 },
      { ...signed, root: id("other") },
      { ...signed, reversals: [] },
      { ...signed, reversals: [{ leaf: id("other"), by: 3 }] },
      { ...signed, reversals: [{ leaf: id("original"), by: 4 }] },
      { ...signed, reversals: [...signed.reversals, { leaf: id("other"), by: 4 }] },
    ];
    for (const wrong of changed) {
      await expect(f.asAnchorer.anchor([wrong])).to.be.revertedWithCustomError(f.ledger, "LedgerSignatureInvalid");
    }
    await f.asAnchorer.anchor([signed]);
  });

  it("is refused with an s in the upper half, another v, another length or zeros", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const signed = await signSegment(f, segmentOf(1, 1));
    const { r, s, v } = Signature.from(signed.signature);
    const flipped = concat([r, toBeHex(CURVE_ORDER - BigInt(s), 32), v === 27 ? "0x1c" : "0x1b"]);
    const forms = [
      flipped,
      concat([r, s, v === 27 ? "0x00" : "0x01"]),
      concat([r, s]),
      concat([signed.signature, "0x00"]),
      "0x",
      "0x" + "00".repeat(65),
      concat([ZERO_HASH, ZERO_HASH, "0x1b"]),
    ];
    for (const signature of forms) {
      const call = f.asAnchorer.anchor([{ ...signed, signature }]);
      await expectRefusal(call, f, "LedgerSignatureInvalid", 1n, unitKey(f, 1).address, ZERO_ADDRESS);
    }
  });

  it("is refused on another contract and from another chain", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const segment = segmentOf(1, 1);
    for (const change of [{ verifyingContract: f.signers.stranger.address }, { chainId: 1n }, { version: "2" }]) {
      const signature = await unitKey(f, 1).signTypedData({ ...f.domain, ...change }, SEGMENT_TYPES, segment);
      const call = f.asAnchorer.anchor([{ ...segment, signature }]);
      await expect(call).to.be.revertedWithCustomError(f.ledger, "LedgerSignatureInvalid");
    }
  });
});

describe("a batch's size", () => {
  it("is at least one", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    await expectRefusal(f.asAnchorer.anchor([]), f, "LedgerBatchSize", 0n, 4096n);
  });

  it("is at most 4,096", async function () {
    this.timeout(180_000);
    const limits = { blockGasLimit: 200_000_000, transactionGasCap: false, hardfork: "cancun" } as const;
    const wide = await deployLedger(await network.create({ override: limits }), { unitCount: 1 });
    const signed = [];
    for (let from = 1; from <= 4097; from++) signed.push(await signSegment(wide, segmentOf(1, from)));
    const gas = { gasLimit: 190_000_000 };
    await expectRefusal(wide.asAnchorer.anchor(signed, gas), wide, "LedgerBatchSize", 4097n, 4096n);
    await wide.asAnchorer.anchor(signed.slice(0, 4096), gas);
    const { root, segmentCount } = await wide.ledger.batch(1);
    expect(segmentCount).to.equal(4096n);
    expect(root).to.equal(rootOf(signed.slice(0, 4096).map(segmentHash), "0x05"));
    await wide.connection.close();
  });

  it("of 500 segments fits 15 million gas, and half of what one transaction a receipt costs", async function () {
    this.timeout(180_000);
    const unitCount = 500;
    const f = await deployLedger(connection, { unitCount });
    await anchor(f, segmentOf(1, 1)); // sets the slot of the batch counter
    const segments = Array.from({ length: unitCount }, (_, i) => segmentOf(i + 1, i * BOOK_SIZE + 1));
    const gas = await gasOf(anchor(f, ...segments.with(0, segmentOf(1, 2))));
    const plain = asBaseline(await f.ethers.deployContract("HashPerReceipt"));
    const baseline = await gasOf(plain.store(id("receipt")));
    expect(await plain.isKnown(id("receipt"))).to.equal(true);
    if (hre.globalOptions.coverage) this.skip(); // instrumented code costs more
    expect(gas <= 15_000_000n, `${gas} gas`).to.equal(true);
    expect(gas * 2n <= baseline * BigInt(unitCount), `${gas} gas beside ${baseline} a receipt`).to.equal(true);
  });

  it("costs the same however many receipts a segment holds", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    await anchor(f, segmentOf(1, 1));
    const one = await gasOf(anchor(f, segmentOf(1, 2, 1)));
    const many = await gasOf(anchor(f, segmentOf(1, 3, 900_000)));
    expect(Number(many - one)).to.be.within(-200, 200); // calldata: a zero byte costs less than another
  });
});

async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<bigint> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("no receipt");
  return receipt.gasUsed;
}

describe("reversals", () => {
  const leaf = id("original");

  it("mark the original with the red-letter receipt", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const sent = await anchor(f, segmentOf(1, 1, 3, [{ leaf, by: 2 }]));
    await expect(sent).to.emit(f.ledger, "ReceiptReversed").withArgs(leaf, 1n, 2n);
    await expect(sent).not.to.emit(f.ledger, "ReversedInUse");
    expect(await f.ledger.status(leaf)).to.deep.equal([true, false, BigInt(CODE), 2n, 0n, 0n, 0n]);
  });

  it("name a number inside their segment", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    await anchor(f, segmentOf(1, 1, 9));
    for (const by of [9, 15, 2 ** 40 - 1]) {
      const call = anchor(f, segmentOf(1, 10, 5, [{ leaf, by }]));
      await expectRefusal(call, f, "LedgerReversalOutside", 1n, by, 10n, 5n);
    }
    await anchor(
      f,
      segmentOf(1, 10, 5, [
        { leaf, by: 10 },
        { leaf: id("other"), by: 14 },
      ]),
    );
  });

  it("come in strictly ascending order: one red-letter receipt reverses one original", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const pair = (first: number, second: number) =>
      segmentOf(1, 1, 5, [
        { leaf, by: first },
        { leaf: id("other"), by: second },
      ]);
    await expectRefusal(anchor(f, pair(2, 2)), f, "LedgerReversalOrder", 1n, 2n, 2n);
    await expectRefusal(anchor(f, pair(3, 2)), f, "LedgerReversalOrder", 1n, 3n, 2n);
    await anchor(f, pair(2, 3));
  });

  it("are refused of what is reversed or on paper", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const twice = segmentOf(1, 1, 5, [
      { leaf, by: 1 },
      { leaf, by: 2 },
    ]);
    await expectRefusal(anchor(f, twice), f, "LedgerOriginalReversed", 1n, leaf);
    await anchor(f, segmentOf(1, 1, 1, [{ leaf, by: 1 }]));
    const from = BOOK_SIZE + 1;
    const again = segmentOf(2, from, 1, [{ leaf, by: from }]);
    await expectRefusal(anchor(f, again), f, "LedgerOriginalReversed", 2n, leaf);

    await setPaper(f, 2, id("paper"), true);
    const paper = segmentOf(2, from, 1, [{ leaf: id("paper"), by: from }]);
    await expectRefusal(anchor(f, paper), f, "LedgerOriginalOnPaper", 2n, id("paper"));
    await setPaper(f, 2, id("paper"), false);
    await anchor(f, paper);
  });

  it("of a receipt in use are recorded, name what is to be paid back, and end its use", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const { insurer, employer } = f.signers;
    await f.ledger.admitClaimant(creditCode(1), insurer.address);
    await f.ledger.admitClaimant(creditCode(2), employer.address);
    await f.by(insurer).claim(leaf, 100, 60);
    await f.by(employer).lock(leaf, 100, 30);
    const sent = await anchor(f, segmentOf(1, 1, 1, [{ leaf, by: 1 }]));
    await expect(sent).to.emit(f.ledger, "ReversedInUse").withArgs(leaf, 1n, 60n, 30n);
    await expectRefusal(f.by(employer).claim(leaf, 100, 30), f, "LedgerReceiptReversed", leaf);
    await expectRefusal(f.by(insurer).lock(leaf, 100, 1), f, "LedgerReceiptReversed", leaf);
    await f.by(employer).releaseLock(leaf, 2);
    await f.by(insurer).release(leaf, 60, 2);
    expect(await f.ledger.status(leaf)).to.deep.equal([true, false, BigInt(CODE), 1n, 0n, 0n, 0n]);
    const held = segmentOf(1, 2, 1, [{ leaf: id("held"), by: 2 }]);
    await f.by(employer).lock(id("held"), 10, 4);
    await expect(anchor(f, held)).to.emit(f.ledger, "ReversedInUse").withArgs(id("held"), 1n, 0n, 4n);
    const paid = segmentOf(1, 3, 1, [{ leaf: id("paid"), by: 3 }]);
    await f.by(insurer).claim(id("paid"), 10, 5);
    await expect(anchor(f, paid)).to.emit(f.ledger, "ReversedInUse").withArgs(id("paid"), 1n, 5n, 0n);
  });
});

describe("every refusal of a segment", () => {
  it("carries the book's id as its first word", async () => {
    const f = await networkHelpers.loadFixture(threeUnits);
    const names = [
      "LedgerBookUnknown",
      "LedgerSegmentEmpty",
      "LedgerNumberNotNext",
      "LedgerBookExceeded",
      "LedgerBookFrozen",
      "LedgerSignatureInvalid",
      "LedgerReversalOutside",
      "LedgerReversalOrder",
      "LedgerOriginalReversed",
      "LedgerOriginalOnPaper",
    ];
    for (const name of names) {
      const first = f.ledger.interface.getError(name)?.inputs[0];
      expect([first?.name, first?.type], name).to.deep.equal(["bookId", "uint32"]);
    }
    const data = f.ledger.interface.encodeErrorResult("LedgerBookFrozen", [7, 3]);
    expect(AbiCoder.defaultAbiCoder().decode(["uint32"], "0x" + data.slice(10))[0]).to.equal(7n);
  });
});
