import { expect } from "chai";
import { id } from "ethers";
import { network } from "hardhat";
import {
  CODE,
  LOCK_TTL,
  PAPER_TYPES,
  ZERO_ADDRESS,
  anchor,
  creditCode,
  deployLedger,
  expectRefusal,
  latestTime,
  segmentOf,
  setPaper,
  unitKey,
} from "./ledgerFixture.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const MAX_FEN = 2n ** 53n - 1n;
const leaf = id("leaf");

/** Claimant 1 is the insurer, claimant 2 the employer. */
async function twoClaimants() {
  const fixture = await deployLedger(connection);
  const { insurer, employer } = fixture.signers;
  await fixture.ledger.admitClaimant(creditCode(101), insurer.address);
  await fixture.ledger.admitClaimant(creditCode(102), employer.address);
  return { ...fixture, insurer: fixture.by(insurer), employer: fixture.by(employer) };
}

describe("status", () => {
  it("is all zero of a receipt that nothing happened to", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 0n, 0n, 0n]);
    expect(await f.ledger.claimed(leaf, 1)).to.deep.equal([0n, 0n, 0n]);
  });

  it("stands beside batch, book, unit and root in the evidence", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await anchor(f, segmentOf(1, 1, 5));
    await f.ledger.addRoot(id("root"));
    await f.insurer.claim(leaf, 10, 4);
    const evidence = await f.ledger.evidence(1, 1, id("root"), leaf);
    expect(evidence.batch).to.deep.equal(await f.ledger.batch(1));
    expect(evidence.book).to.deep.equal(await f.ledger.book(1));
    expect(evidence.unit).to.deep.equal(await f.ledger.unit(1));
    expect(evidence.root).to.deep.equal(await f.ledger.root(id("root")));
    expect(evidence.status).to.deep.equal(await f.ledger.status(leaf));
    const nothing = await f.ledger.evidence(9, 9, id("other"), id("other"));
    const flat = nothing.map((record: (bigint | boolean | string)[]) =>
      [...record].every((value) => BigInt(value) === 0n),
    );
    expect(flat).to.deep.equal([true, true, true, true, true]);
  });
});

describe("setPaper", () => {
  it("marks and takes back, and uses up a nonce each time", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await expect(setPaper(f, 1, leaf, true))
      .to.emit(f.ledger, "PaperChanged")
      .withArgs(leaf, 1n, true, 0n);
    expect((await f.ledger.status(leaf)).onPaper).to.equal(true);
    await expect(setPaper(f, 1, leaf, false))
      .to.emit(f.ledger, "PaperChanged")
      .withArgs(leaf, 1n, false, 1n);
    expect((await f.ledger.status(leaf)).onPaper).to.equal(false);
    expect((await f.ledger.unit(1)).nonce).to.equal(2n);
  });

  it("refuses no change, a reversed receipt and one in use", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await expectRefusal(setPaper(f, 1, leaf, false), f, "LedgerPaperUnchanged", leaf, false);
    await setPaper(f, 1, leaf, true);
    await expectRefusal(setPaper(f, 1, leaf, true), f, "LedgerPaperUnchanged", leaf, true);
    await anchor(f, segmentOf(1, 1, 1, [{ leaf: id("reversed"), by: 1 }]));
    await expectRefusal(setPaper(f, 1, id("reversed"), true), f, "LedgerReceiptReversed", id("reversed"));
    await f.insurer.claim(id("used"), 10, 4);
    await expectRefusal(setPaper(f, 1, id("used"), true), f, "LedgerReceiptInUse", id("used"), 4n, 0n);
    await f.employer.lock(id("used"), 10, 5);
    await expectRefusal(setPaper(f, 1, id("used"), true), f, "LedgerReceiptInUse", id("used"), 4n, 5n);
    await f.insurer.release(id("used"), 4, 1);
    await expectRefusal(setPaper(f, 1, id("used"), true), f, "LedgerReceiptInUse", id("used"), 0n, 5n);
    await networkHelpers.time.increase(LOCK_TTL);
    await setPaper(f, 1, id("used"), true);
    await expectRefusal(f.insurer.claim(id("used"), 10, 1), f, "LedgerReceiptOnPaper", id("used"));
    await expectRefusal(f.insurer.lock(id("used"), 10, 1), f, "LedgerReceiptOnPaper", id("used"));
  });

  it("is signed by the unit with its current nonce, once", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    const signer = unitKey(f, 1);
    const value = { unitId: 1, leaf, onPaper: true, nonce: 0 };
    const foreign = await unitKey(f, 2).signTypedData(f.domain, PAPER_TYPES, value);
    await expectRefusal(
      f.ledger.setPaper(1, leaf, true, foreign),
      f,
      "LedgerPaperSignatureInvalid",
      1n,
      signer.address,
      unitKey(f, 2).address,
    );
    await expectRefusal(
      f.ledger.setPaper(1, leaf, true, "0x"),
      f,
      "LedgerPaperSignatureInvalid",
      1n,
      signer.address,
      ZERO_ADDRESS,
    );
    await expect(setPaper(f, 1, leaf, true, 1n)).to.be.revertedWithCustomError(f.ledger, "LedgerPaperSignatureInvalid");
    const signature = await signer.signTypedData(f.domain, PAPER_TYPES, value);
    const changed = f.ledger.setPaper(1, id("other"), true, signature);
    await expect(changed).to.be.revertedWithCustomError(f.ledger, "LedgerPaperSignatureInvalid");
    await f.ledger.setPaper(1, leaf, true, signature);
    await setPaper(f, 1, leaf, false);
    const replayed = f.ledger.setPaper(1, leaf, true, signature);
    await expect(replayed).to.be.revertedWithCustomError(f.ledger, "LedgerPaperSignatureInvalid");
  });
});

describe("claim", () => {
  it("adds up to the cap and not past it, by organisation", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    const sent = f.insurer.claim(leaf, 100, 60);
    await expect(sent).to.emit(f.ledger, "ReceiptClaimed").withArgs(leaf, 1n, 100n, 60n);
    await expectRefusal(f.employer.claim(leaf, 100, 41), f, "LedgerCapExceeded", leaf, 100n, 60n, 41n);
    await f.employer.claim(leaf, 100, 30);
    await f.insurer.claim(leaf, 100, 10);
    await expectRefusal(f.insurer.claim(leaf, 100, 1), f, "LedgerCapExceeded", leaf, 100n, 100n, 1n);
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 100n, 100n, 0n]);
    expect((await f.ledger.claimed(leaf, 1)).claimedFen).to.equal(70n);
    expect((await f.ledger.claimed(leaf, 2)).claimedFen).to.equal(30n);
  });

  it("keeps one cap while the receipt is in use", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await f.insurer.claim(leaf, 100, 60);
    await expectRefusal(f.employer.claim(leaf, 101, 1), f, "LedgerCapDiffers", leaf, 100n, 101n);
    await expectRefusal(f.employer.lock(leaf, 99, 1), f, "LedgerCapDiffers", leaf, 100n, 99n);
    await f.insurer.release(leaf, 60, 1);
    expect((await f.ledger.status(leaf)).capFen).to.equal(0n);
    await f.employer.claim(leaf, 101, 101); // a cap that was mistyped is undone with the last claim
    await f.employer.lock(id("held"), 7, 7);
    await expectRefusal(f.insurer.claim(id("held"), 8, 1), f, "LedgerCapDiffers", id("held"), 7n, 8n);
    await networkHelpers.time.increase(LOCK_TTL);
    await f.insurer.claim(id("held"), 8, 8);
  });

  it("takes 1 to 2^53 - 1 fen", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    const wrong: [bigint, bigint, bigint][] = [
      [10n, 0n, 0n],
      [0n, 1n, 0n],
      [MAX_FEN + 1n, 1n, MAX_FEN + 1n],
      [MAX_FEN, MAX_FEN + 1n, MAX_FEN + 1n],
    ];
    for (const [cap, amount, refused] of wrong) {
      await expectRefusal(f.insurer.claim(leaf, cap, amount), f, "LedgerAmountOutOfRange", refused);
      await expectRefusal(f.insurer.lock(leaf, cap, amount), f, "LedgerAmountOutOfRange", refused);
    }
    await expectRefusal(f.insurer.release(leaf, 0, 1), f, "LedgerAmountOutOfRange", 0n);
    await f.insurer.claim(leaf, MAX_FEN, 1);
    await f.insurer.claim(leaf, MAX_FEN, MAX_FEN - 1n);
    await expectRefusal(
      f.insurer.claim(leaf, MAX_FEN, MAX_FEN),
      f,
      "LedgerCapExceeded",
      leaf,
      MAX_FEN,
      MAX_FEN,
      MAX_FEN,
    );
    await f.insurer.claim(id("small"), 1, 1);
  });

  it("is refused to everybody who is no claimant", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    for (const signer of [f.signers.stranger, f.signers.bureau]) {
      const other = f.by(signer);
      const acts = [
        () => other.lock(leaf, 1, 1),
        () => other.claim(leaf, 1, 1),
        () => other.release(leaf, 1, 1),
        () => other.releaseLock(leaf, 1),
      ];
      for (const act of acts) await expectRefusal(act(), f, "LedgerClaimantUnknown", signer.address);
    }
  });
});

describe("release", () => {
  it("gives back one's own claims, all or a part, with a reason", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await f.insurer.claim(leaf, 100, 60);
    await f.employer.claim(leaf, 100, 40);
    await expectRefusal(f.insurer.release(leaf, 61, 3), f, "LedgerReleaseExceeded", leaf, 1n, 60n, 61n);
    await expectRefusal(f.insurer.release(leaf, 60, 0), f, "LedgerReasonZero");
    await expect(f.insurer.release(leaf, 20, 3))
      .to.emit(f.ledger, "ClaimReleased")
      .withArgs(leaf, 1n, 20n, 3n);
    await f.employer.claim(leaf, 100, 20);
    await f.insurer.release(leaf, 40, 65535);
    await expectRefusal(f.insurer.release(leaf, 1, 1), f, "LedgerReleaseExceeded", leaf, 1n, 0n, 1n);
    expect((await f.ledger.status(leaf)).usedFen).to.equal(60n);
  });
});

describe("lock", () => {
  it("holds an amount against others until it is claimed", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    const sent = await f.insurer.lock(leaf, 100, 70);
    const lapsesAt = (await latestTime(f)) + BigInt(LOCK_TTL);
    await expect(sent).to.emit(f.ledger, "ReceiptLocked").withArgs(leaf, 1n, 100n, 70n, lapsesAt);
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 100n, 0n, 70n]);
    expect(await f.ledger.claimed(leaf, 1)).to.deep.equal([0n, 70n, lapsesAt]);
    await expectRefusal(f.employer.claim(leaf, 100, 31), f, "LedgerCapExceeded", leaf, 100n, 70n, 31n);
    await expectRefusal(f.employer.lock(leaf, 100, 31), f, "LedgerCapExceeded", leaf, 100n, 70n, 31n);
    await f.employer.lock(leaf, 100, 30);
    await expectRefusal(f.insurer.lock(leaf, 100, 1), f, "LedgerLockHeld", leaf, 1n, lapsesAt);
    await expectRefusal(f.insurer.claim(leaf, 100, 71), f, "LedgerCapExceeded", leaf, 100n, 30n, 71n);
    await f.insurer.claim(leaf, 100, 50); // less than held: the rest is free again
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 100n, 50n, 30n]);
    expect(await f.ledger.claimed(leaf, 1)).to.deep.equal([50n, 0n, 0n]);
    await f.insurer.lock(leaf, 100, 20);
    await f.employer.claim(leaf, 100, 30);
    await f.insurer.claim(leaf, 100, 20);
    expect((await f.ledger.status(leaf)).usedFen).to.equal(100n);
  });

  it("holds to its last second and no longer", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await f.insurer.lock(leaf, 100, 70);
    const lapsesAt = (await latestTime(f)) + BigInt(LOCK_TTL);
    await networkHelpers.time.setNextBlockTimestamp(lapsesAt - 1n);
    const early = await f.employer.claim.populateTransaction(leaf, 100, 31);
    await expectRefusal(
      f.signers.employer.sendTransaction({ ...early, gasLimit: 500_000 }),
      f,
      "LedgerCapExceeded",
      leaf,
      100n,
      70n,
      31n,
    );
    expect((await f.ledger.status(leaf)).lockedFen).to.equal(70n);
    expect(await f.ledger.claimed(leaf, 1)).to.deep.equal([0n, 70n, lapsesAt]);
    const before = await networkHelpers.takeSnapshot();
    await networkHelpers.time.increaseTo(lapsesAt); // what has lapsed is not seen, though nothing has swept it yet
    expect((await f.ledger.status(leaf)).lockedFen).to.equal(0n);
    expect(await f.ledger.claimed(leaf, 1)).to.deep.equal([0n, 0n, 0n]);
    await before.restore();
    await networkHelpers.time.setNextBlockTimestamp(lapsesAt);
    await f.signers.employer.sendTransaction({ ...early, gasLimit: 500_000 });
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 100n, 31n, 0n]);
    expect(await f.ledger.claimed(leaf, 1)).to.deep.equal([0n, 0n, 0n]);
    await expectRefusal(f.insurer.releaseLock(leaf, 1), f, "LedgerLockNone", leaf, 1n);
    await f.insurer.lock(leaf, 100, 69);
  });

  it("is given up with a reason", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await expectRefusal(f.insurer.releaseLock(leaf, 1), f, "LedgerLockNone", leaf, 1n);
    await f.insurer.lock(leaf, 100, 70);
    await expectRefusal(f.employer.releaseLock(leaf, 1), f, "LedgerLockNone", leaf, 2n);
    await expectRefusal(f.insurer.releaseLock(leaf, 0), f, "LedgerReasonZero");
    await expect(f.insurer.releaseLock(leaf, 4)).to.emit(f.ledger, "LockReleased").withArgs(leaf, 1n, 70n, 4n);
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 0n, 0n, 0n]);
    await f.employer.claim(leaf, 101, 101);
  });

  it("is held by eight organisations at once, and by a ninth once one has lapsed", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    const nine = f.signers.others.slice(0, 9);
    for (const [index, signer] of nine.entries()) await f.ledger.admitClaimant(creditCode(200 + index), signer.address);
    const ninth = nine[8];
    if (ninth === undefined) throw new Error("too few signers");
    for (const signer of nine.slice(0, 8)) {
      await f.by(signer).lock(leaf, 100, 10);
      await networkHelpers.time.increase(100);
    }
    await expectRefusal(f.by(ninth).lock(leaf, 100, 10), f, "LedgerLocksFull", leaf, 8n);
    await f.by(ninth).claim(leaf, 100, 20); // a claim needs no place
    await expectRefusal(f.by(ninth).claim(leaf, 100, 1), f, "LedgerCapExceeded", leaf, 100n, 100n, 1n);
    await networkHelpers.time.increase(LOCK_TTL - 800); // the first lock has lapsed, the second not
    await f.by(ninth).lock(leaf, 100, 10);
    expect((await f.ledger.status(leaf)).lockedFen).to.equal(80n);
    const second = nine[1];
    if (second === undefined) throw new Error("too few signers");
    await f.by(second).claim(leaf, 100, 10);
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 100n, 30n, 70n]);
  });

  it("of one's own is found wherever sweeping lapsed ones has moved it", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    const [first, second, third] = f.signers.others;
    if (!first || !second || !third) throw new Error("too few signers");
    for (const [index, signer] of [first, second, third].entries()) {
      await f.ledger.admitClaimant(creditCode(200 + index), signer.address);
    }
    await f.by(first).lock(leaf, 100, 10);
    await networkHelpers.time.increase(LOCK_TTL / 2);
    await f.by(second).lock(leaf, 100, 20);
    await f.by(third).lock(leaf, 100, 30);
    await networkHelpers.time.increase(LOCK_TTL / 2);
    await expect(f.by(third).releaseLock(leaf, 1)).to.emit(f.ledger, "LockReleased").withArgs(leaf, 5n, 30n, 1n);
    expect(await f.ledger.status(leaf)).to.deep.equal([false, false, 0n, 0n, 100n, 0n, 20n]);
    expect((await f.ledger.claimed(leaf, 4)).lockedFen).to.equal(20n);
  });

  it("does not become a claim once the receipt is reversed", async () => {
    const f = await networkHelpers.loadFixture(twoClaimants);
    await f.insurer.lock(leaf, 100, 70);
    await anchor(f, segmentOf(1, 1, 1, [{ leaf, by: 1 }]));
    await expectRefusal(f.insurer.claim(leaf, 100, 70), f, "LedgerReceiptReversed", leaf);
    expect(await f.ledger.status(leaf)).to.deep.equal([true, false, BigInt(CODE), 1n, 100n, 0n, 70n]);
  });
});
