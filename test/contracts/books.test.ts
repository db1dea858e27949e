import { expect } from "chai";
import { network } from "hardhat";
import {
  BOOK_SIZE,
  CODE,
  anchor,
  deployLedger,
  expectRefusal,
  latestTime,
  segmentOf,
  signSegment,
} from "./ledgerFixture.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const MAX_NUMBER = 9_999_999_999;

async function twoUnits() {
  return deployLedger(connection);
}

describe("grantBook", () => {
  it("grants books in order of their ids", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await expect(f.ledger.grantBook(2, CODE + 1, 7, 9))
      .to.emit(f.ledger, "BookGranted")
      .withArgs(3n, 2n, CODE + 1, 7n, 9n);
    expect(await f.ledger.book(3)).to.deep.equal([2n, BigInt(CODE + 1), 7n, 9n, 7n]);
    expect((await f.ledger.counts()).bookCount).to.equal(3n);
    expect(await f.ledger.isClosed(3)).to.equal(false);
    expect(await f.ledger.book(4)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
  });

  it("takes the last valid and refuses the first invalid code and number", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await f.ledger.grantBook(1, 1, 1, MAX_NUMBER);
    await f.ledger.grantBook(1, 99_999_999, MAX_NUMBER, MAX_NUMBER);
    const bad = [
      [0, 1, 1],
      [100_000_000, 1, 1],
      [2, 0, 1],
      [2, 2, 1],
      [2, 1, MAX_NUMBER + 1],
    ];
    for (const range of bad) {
      await expectRefusal(f.ledger.grantBook(1, ...range), f, "LedgerRangeMalformed", ...range);
    }
  });

  it("keeps the ranges of a code apart, in whatever order they come", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const grant = (first: number, last: number) => f.ledger.grantBook(1, 7, first, last);
    await grant(100, 199); // 3
    await grant(300, 399); // 4, above
    await grant(10, 19); // 5, below all
    await grant(200, 299); // 6, between
    const refused: [number, number, number, number, number][] = [
      [199, 199, 3, 100, 199],
      [100, 100, 3, 100, 199],
      [99, 100, 3, 100, 199],
      [150, 160, 3, 100, 199],
      [50, 500, 4, 300, 399],
      [399, 400, 4, 300, 399],
      [299, 299, 6, 200, 299],
      [19, 20, 5, 10, 19],
      [1, 10, 5, 10, 19],
    ];
    for (const [first, last, bookId, bookFirst, bookLast] of refused) {
      await expectRefusal(grant(first, last), f, "LedgerRangeOverlaps", bookId, bookFirst, bookLast);
    }
    await grant(20, 99); // fills the gap exactly
    await grant(1, 9);
    await grant(400, 400);
    await f.ledger.grantBook(2, 8, 100, 199); // another code is another line of numbers
  });

  it("never grants again what a closed book returned", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await f.ledger.grantBook(1, 7, 100, 199);
    await f.ledger.closeBook(3, 99);
    await expectRefusal(f.ledger.grantBook(2, 7, 150, 150), f, "LedgerRangeOverlaps", 3n, 100n, 199n);
    await expectRefusal(f.ledger.grantBook(2, 7, 199, 300), f, "LedgerRangeOverlaps", 3n, 100n, 199n);
    await f.ledger.grantBook(2, 7, 200, 300);
    await f.ledger.grantBook(2, 7, 1, 99);
  });
});

describe("closeBook", () => {
  it("ends a book between the last anchored number and its end", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await anchor(f, segmentOf(1, 1, 10));
    await expectRefusal(f.ledger.closeBook(1, 9), f, "LedgerCloseOutside", 1n, 9n, 10n, BOOK_SIZE);
    await expectRefusal(
      f.ledger.closeBook(1, BOOK_SIZE + 1),
      f,
      "LedgerCloseOutside",
      1n,
      BOOK_SIZE + 1,
      10n,
      BOOK_SIZE,
    );
    await expect(f.ledger.closeBook(1, BOOK_SIZE)).to.emit(f.ledger, "BookClosed").withArgs(1n, BOOK_SIZE);
    expect(await f.ledger.isClosed(1)).to.equal(true);
    await f.ledger.closeBook(1, 12);
    await anchor(f, segmentOf(1, 11, 2));
    await expectRefusal(anchor(f, segmentOf(1, 13)), f, "LedgerBookExceeded", 1n, 12n, 13n);
    await expectRefusal(f.ledger.closeBook(1, 13), f, "LedgerCloseOutside", 1n, 13n, 12n, 12n);
    await f.ledger.closeBook(1, 12);
  });

  it("ends a book empty at the number before its first", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await expectRefusal(
      f.ledger.closeBook(2, BOOK_SIZE - 1),
      f,
      "LedgerCloseOutside",
      2n,
      BOOK_SIZE - 1,
      BOOK_SIZE,
      2 * BOOK_SIZE,
    );
    await f.ledger.closeBook(2, BOOK_SIZE);
    const from = BOOK_SIZE + 1;
    await expectRefusal(anchor(f, segmentOf(2, from)), f, "LedgerBookExceeded", 2n, BOOK_SIZE, from);
    await f.ledger.closeBook(1, 0);
    expect((await f.ledger.book(1)).last).to.equal(0n);
  });

  it("refuses an unknown book", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await expectRefusal(f.ledger.closeBook(0, 1), f, "LedgerBookUnknown", 0n);
    await expectRefusal(f.ledger.closeBook(3, 1), f, "LedgerBookUnknown", 3n);
  });
});

describe("suspendUnit", () => {
  it("closes the books given; what was given out is still anchored", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await anchor(f, segmentOf(1, 1, 5));
    const sent = f.ledger.suspendUnit(1, [1], [8]);
    await expect(sent).to.emit(f.ledger, "UnitSuspended");
    await expect(sent).to.emit(f.ledger, "BookClosed").withArgs(1n, 8n);
    await anchor(f, segmentOf(1, 6, 3));
    await expectRefusal(anchor(f, segmentOf(1, 9)), f, "LedgerBookExceeded", 1n, 8n, 9n);
  });

  it("freezes the books that it does not name until their end is known or the unit goes on", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await f.ledger.grantBook(1, CODE + 1, 1, 100); // book 3
    await f.ledger.suspendUnit(1, [1], [5]);
    const segment = segmentOf(3, 1, 10);
    const wallet = f.units[0];
    const signed = await signSegment(f, segment, wallet);
    await expectRefusal(f.asAnchorer.anchor([signed]), f, "LedgerBookFrozen", 3n, 1n);
    const before = await connection.networkHelpers.takeSnapshot();
    await f.ledger.closeBook(3, 10);
    await f.asAnchorer.anchor([signed]);
    await before.restore();
    await f.ledger.resumeUnit(1);
    await f.asAnchorer.anchor([signed]);
    await expectRefusal(anchor(f, segmentOf(1, 1, 6)), f, "LedgerBookExceeded", 1n, 5n, 6n);
  });

  it("refuses lists that do not fit, other units' books and wrong ends, and then suspends nothing", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await expectRefusal(f.ledger.suspendUnit(1, [1], []), f, "LedgerLengthsDiffer", 1n, 0n);
    await expectRefusal(f.ledger.suspendUnit(1, [], [1]), f, "LedgerLengthsDiffer", 0n, 1n);
    await expectRefusal(f.ledger.suspendUnit(1, [1, 2], [5, 6]), f, "LedgerBookOfOther", 2n, 1n);
    await expectRefusal(f.ledger.suspendUnit(1, [9], [5]), f, "LedgerBookUnknown", 9n);
    const past = BOOK_SIZE + 1;
    await expectRefusal(f.ledger.suspendUnit(1, [1], [past]), f, "LedgerCloseOutside", 1n, past, 0n, BOOK_SIZE);
    expect((await f.ledger.unit(1)).suspendedAt).to.equal(0n);
    await f.ledger.suspendUnit(1, [], []);
    expect((await f.ledger.unit(1)).suspendedAt).to.equal(await latestTime(f));
  });
});
