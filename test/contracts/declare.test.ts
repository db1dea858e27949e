import { expect } from "chai";
import { network } from "hardhat";
import {
  BOOK_SIZE,
  DECLARATION_TYPES,
  DECLARE_MIN,
  ZERO_ADDRESS,
  anchor,
  declare,
  deployLedger,
  expectRefusal,
  latestTime,
  segmentOf,
  unitKey,
} from "./ledgerFixture.ts";
import type { Declaration } from "./ledgerFixture.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const MAX_FEN = 2n ** 53n - 1n;
const none = { issuedFen: 0, reversedFen: 0, voidCount: 0 };

/** Book 1 with 100 numbers anchored, book 2 with 20. */
async function anchored() {
  const fixture = await deployLedger(connection);
  await anchor(fixture, segmentOf(1, 1, 100), segmentOf(2, BOOK_SIZE + 1, 20));
  return fixture;
}

describe("declare", () => {
  it("stores cumulative totals with their time, whoever sends them", async () => {
    const f = await networkHelpers.loadFixture(anchored);
    expect(await f.ledger.declared(1)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
    const totals = { bookId: 1, through: 50, issuedFen: 1234, reversedFen: 56, voidCount: 7 };
    const sent = await declare(f, totals);
    const time = await latestTime(f);
    await expect(sent).to.emit(f.ledger, "TotalsDeclared").withArgs(1n, 50n, 1234n, 56n, 7n, time);
    expect(await f.ledger.declared(1)).to.deep.equal([50n, 1234n, 56n, 7n, time]);
    await declare(f, { ...totals, through: 100 }); // nothing need grow but the numbers covered
  });

  it("covers anchored numbers only, and more than the last one", async () => {
    const f = await networkHelpers.loadFixture(anchored);
    const refuse = (bookId: number, through: number, ...bounds: number[]) =>
      expectRefusal(
        declare(f, { ...none, bookId, through }),
        f,
        "LedgerDeclarationOutside",
        bookId,
        through,
        ...bounds,
      );
    await refuse(1, 101, 0, 100);
    await refuse(1, 0, 0, 100);
    await refuse(2, BOOK_SIZE, BOOK_SIZE, BOOK_SIZE + 20);
    await refuse(2, BOOK_SIZE + 21, BOOK_SIZE, BOOK_SIZE + 20);
    await declare(f, { ...none, bookId: 1, through: 60 });
    await refuse(1, 60, 60, 100);
    await refuse(1, 59, 60, 100);
    await declare(f, { ...none, bookId: 1, through: 100 });
    await declare(f, { ...none, bookId: 2, through: BOOK_SIZE + 20 });
    await expectRefusal(declare(f, { ...none, bookId: 9, through: 1 }, unitKey(f, 1)), f, "LedgerBookUnknown", 9n);
  });

  it("adds at least the least number of receipts, voids not counted", async () => {
    const f = await networkHelpers.loadFixture(anchored);
    const refuse = (totals: Partial<Declaration>, receipts: number) =>
      expectRefusal(
        declare(f, { ...none, bookId: 1, through: 0, ...totals }),
        f,
        "LedgerDeclarationTooSmall",
        1n,
        receipts,
        DECLARE_MIN,
      );
    await refuse({ through: 19 }, 19);
    await refuse({ through: 20, voidCount: 1 }, 19);
    await refuse({ through: 20, voidCount: 20 }, 0);
    await declare(f, { ...none, bookId: 1, through: 21, voidCount: 1 });
    await refuse({ through: 40, voidCount: 1 }, 19);
    await refuse({ through: 41, voidCount: 2 }, 19);
    await declare(f, { ...none, bookId: 1, through: 42, voidCount: 2 });
    await declare(f, { ...none, bookId: 2, through: BOOK_SIZE + 20 });
  });

  it("never shrinks a total and keeps it within 2^53 - 1 fen", async () => {
    const f = await networkHelpers.loadFixture(anchored);
    const first = { bookId: 1, through: 20, issuedFen: 500n, reversedFen: 30n, voidCount: 0 };
    const tooMuch = MAX_FEN + 1n;
    await expectRefusal(declare(f, { ...first, issuedFen: tooMuch }), f, "LedgerTotalInvalid", 1n, tooMuch, 0n);
    await expectRefusal(declare(f, { ...first, reversedFen: tooMuch }), f, "LedgerTotalInvalid", 1n, tooMuch, 0n);
    await declare(f, first);
    const next = { ...first, through: 50 };
    await expectRefusal(declare(f, { ...next, issuedFen: 499n }), f, "LedgerTotalInvalid", 1n, 499n, 500n);
    await expectRefusal(declare(f, { ...next, reversedFen: 29n }), f, "LedgerTotalInvalid", 1n, 29n, 30n);
    await declare(f, { ...next, issuedFen: MAX_FEN, reversedFen: MAX_FEN });
  });

  it("never shrinks the count of voids nor lets it outrun the numbers", async () => {
    const f = await networkHelpers.loadFixture(anchored);
    const totals = { ...none, bookId: 1 };
    await expectRefusal(
      declare(f, { ...totals, through: 40, voidCount: 41 }),
      f,
      "LedgerVoidCountInvalid",
      1n,
      41n,
      0n,
      40n,
    );
    await declare(f, { ...totals, through: 40, voidCount: 5 });
    await expectRefusal(
      declare(f, { ...totals, through: 80, voidCount: 4 }),
      f,
      "LedgerVoidCountInvalid",
      1n,
      4n,
      5n,
      40n,
    );
    await expectRefusal(
      declare(f, { ...totals, through: 80, voidCount: 46 }),
      f,
      "LedgerVoidCountInvalid",
      1n,
      46n,
      5n,
      40n,
    );
    const all = declare(f, { ...totals, through: 80, voidCount: 45 });
    await expectRefusal(all, f, "LedgerDeclarationTooSmall", 1n, 0n, DECLARE_MIN);
    await declare(f, { ...totals, through: 80, voidCount: 5 });
  });

  it("is signed by the book's unit over every field", async () => {
    const f = await networkHelpers.loadFixture(anchored);
    const totals = { bookId: 1, through: 50, issuedFen: 10, reversedFen: 5, voidCount: 1 };
    const signer = unitKey(f, 1).address;
    const foreign = unitKey(f, 2);
    await expectRefusal(declare(f, totals, foreign), f, "LedgerSignatureInvalid", 1n, signer, foreign.address);
    const signature = await unitKey(f, 1).signTypedData(f.domain, DECLARATION_TYPES, totals);
    const changes = [
      [1, 51, 10, 5, 1],
      [1, 50, 11, 5, 1],
      [1, 50, 10, 6, 1],
      [1, 50, 10, 5, 2],
    ];
    for (const changed of changes) {
      const call = f.ledger.declare(...changed, signature);
      await expect(call).to.be.revertedWithCustomError(f.ledger, "LedgerSignatureInvalid");
    }
    await expectRefusal(f.ledger.declare(1, 50, 10, 5, 1, "0x"), f, "LedgerSignatureInvalid", 1n, signer, ZERO_ADDRESS);
    await f.ledger.declare(1, 50, 10, 5, 1, signature);
    await expectRefusal(
      f.ledger.declare(1, 50, 10, 5, 1, signature),
      f,
      "LedgerDeclarationOutside",
      1n,
      50n,
      50n,
      100n,
    );
  });

  it("is still taken of a suspended unit and a closed book", async () => {
    const f = await networkHelpers.loadFixture(anchored);
    await f.ledger.suspendUnit(1, [1], [100]);
    await declare(f, { ...none, bookId: 1, through: 100 });
  });

  it("follows the least number that the ledger was opened with", async () => {
    const f = await deployLedger(connection, { unitCount: 1, declareMinReceipts: 1 });
    await anchor(f, segmentOf(1, 1, 2));
    const call = declare(f, { ...none, bookId: 1, through: 1, voidCount: 1 });
    await expectRefusal(call, f, "LedgerDeclarationTooSmall", 1n, 0n, 1n);
    await declare(f, { ...none, bookId: 1, through: 1 });
    await declare(f, { ...none, bookId: 1, through: 2 });
  });
});
