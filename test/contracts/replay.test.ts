import { expect } from "chai";
import { id } from "ethers";
import { network } from "hardhat";
import {
  BOOK_SIZE,
  CODE,
  LOCK_TTL,
  anchor,
  creditCode,
  declare,
  deployLedger,
  latestTime,
  segmentOf,
  setPaper,
  signSegment,
  unitKey,
} from "./ledgerFixture.ts";
import type { Ledger } from "./ledgerFixture.ts";
import { replayLogs, statusAt } from "./replayLogs.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const LEAVES = ["a", "b", "c", "d", "e"].map((name) => id(name));

/** Uses every function that changes state at least once. */
async function liveALife(): Promise<Ledger> {
  const f = await deployLedger(connection, { unitCount: 3 });
  const { insurer, employer, stranger } = f.signers;
  const [a, b, c, d] = LEAVES as [string, string, string, string];
  await f.ledger.admitClaimant(creditCode(101), insurer.address);
  await f.ledger.admitClaimant(creditCode(102), employer.address);
  await f.ledger.grantRole(await f.ledger.ANCHORER_ROLE(), stranger.address);
  await f.ledger.revokeRole(await f.ledger.ANCHORER_ROLE(), stranger.address);
  await f.ledger.addRoot(id("root"));
  await f.ledger.addRoot(id("old root"));
  await f.ledger.revokeRoot(id("old root"), (await latestTime(f)) + 9n);
  await anchor(f, segmentOf(1, 1, 40), segmentOf(2, BOOK_SIZE + 1, 3));
  await declare(f, { bookId: 1, through: 25, issuedFen: 900, reversedFen: 0, voidCount: 2 });
  await f.by(insurer).claim(a, 100, 60);
  await f.by(employer).lock(a, 100, 40);
  await f.by(insurer).lock(b, 50, 50);
  await f.by(insurer).claim(b, 50, 20);
  await f.by(employer).lock(b, 50, 30);
  await f.by(employer).releaseLock(b, 1);
  await f.by(insurer).release(a, 10, 2);
  await setPaper(f, 2, c, true);
  await setPaper(f, 2, d, true);
  await setPaper(f, 2, d, false);
  await anchor(
    f,
    segmentOf(1, 41, 5, [
      { leaf: a, by: 42 },
      { leaf: d, by: 44 },
    ]),
  );
  await declare(f, { bookId: 1, through: 45, issuedFen: 1900, reversedFen: 70, voidCount: 2 });
  await f.by(insurer).release(a, 50, 3);
  await f.ledger.suspendUnit(2, [2], [BOOK_SIZE + 9]);
  await anchor(f, segmentOf(2, BOOK_SIZE + 4, 2));
  await f.ledger.closeBook(3, 2 * BOOK_SIZE);
  await f.ledger.grantBook(3, CODE, 90_000_000, 90_000_009);
  await f.ledger.rekeyUnit(3, unitKey(f, 1).address);
  await f.asAnchorer.anchor([await signSegment(f, segmentOf(4, 90_000_000, 10), unitKey(f, 1))]);
  await f.ledger.suspendUnit(1, [], []);
  await f.ledger.resumeUnit(1);
  await f.ledger.suspendClaimant(1);
  await f.ledger.resumeClaimant(1);
  await f.ledger.suspendClaimant(2);
  await f.ledger.rekeyClaimant(1, stranger.address);
  await f.ledger.pause();
  return f;
}

describe("an auditor with the logs alone", () => {
  it("knows what every view answers", async () => {
    const f = await liveALife();
    const state = await replayLogs(f.ledger);
    const { unitCount, bookCount, claimantCount } = await f.ledger.counts();
    expect([state.units.size, state.books.size, state.claimants.size].map(BigInt)).to.deep.equal([
      unitCount,
      bookCount,
      claimantCount,
    ]);
    for (const [unitId, unit] of state.units) {
      expect(await f.ledger.unit(unitId)).to.deep.equal(unit);
      expect(await f.ledger.unitOf(unit[0])).to.equal(unitId);
    }
    for (const [claimantId, record] of state.claimants)
      expect(await f.ledger.claimant(claimantId)).to.deep.equal(record);
    for (const [account, claimantId] of state.accounts) expect(await f.ledger.claimantOf(account)).to.equal(claimantId);
    for (const [bookId, book] of state.books) {
      expect(await f.ledger.book(bookId)).to.deep.equal(book);
      expect(await f.ledger.isClosed(bookId)).to.equal(state.closed.has(bookId));
      expect(await f.ledger.declared(bookId)).to.deep.equal(state.declared.get(bookId) ?? [0n, 0n, 0n, 0n, 0n]);
    }
    for (const [digest, root] of state.roots) expect(await f.ledger.root(digest)).to.deep.equal(root);
    for (const [batchNo, batch] of state.batches) expect(await f.ledger.batch(batchNo)).to.deep.equal(batch);
    expect(await f.ledger.head()).to.deep.equal([BigInt(state.batches.size), state.headHash]);
    expect(await f.ledger.paused()).to.equal(state.paused);
    const { predecessor, declareMinReceipts, lockTtlSeconds } = f.ledger;
    expect([await predecessor(), await declareMinReceipts(), await lockTtlSeconds()]).to.deep.equal(state.parameters);
    for (const role of [
      await f.ledger.BUREAU_ROLE(),
      await f.ledger.ANCHORER_ROLE(),
      await f.ledger.DEFAULT_ADMIN_ROLE(),
    ]) {
      for (const { address } of Object.values(f.signers).flat()) {
        expect(await f.ledger.hasRole(role, address)).to.equal(state.roles.has(`${role} ${address}`));
      }
    }
  });

  it("knows every receipt's status and each claimant's part, before and after locks lapse", async () => {
    const f = await liveALife();
    const state = await replayLogs(f.ledger);
    for (const wait of [0, LOCK_TTL + 1]) {
      await networkHelpers.time.increase(wait + 1);
      const now = await latestTime(f);
      for (const leaf of LEAVES) {
        expect(await f.ledger.status(leaf)).to.deep.equal(statusAt(state, leaf, now));
        const receipt = state.receipts.get(leaf);
        for (const claimantId of [1n, 2n]) {
          const lock = receipt?.locks.get(claimantId);
          const held = lock !== undefined && lock.lapsesAt > now ? [lock.amountFen, lock.lapsesAt] : [0n, 0n];
          const part = [receipt?.claimedFen.get(claimantId) ?? 0n, ...held];
          expect(await f.ledger.claimed(leaf, claimantId)).to.deep.equal(part);
        }
      }
    }
  });

  it("sees every event that the ledger has", async () => {
    const f = await liveALife();
    const seen = new Set((await f.ledger.queryFilter("*")).map((log) => f.ledger.interface.parseLog(log)?.name));
    await f.ledger.unpause();
    seen.add("Unpaused");
    const known = f.ledger.interface.fragments.flatMap((part) => (part.type === "event" ? [part] : []));
    const names = known.map((event) => ("name" in event ? String(event.name) : ""));
    const silent = ["RoleAdminChanged", "EIP712DomainChanged"]; // of libraries, for what this ledger never does
    expect([...seen].sort()).to.deep.equal(names.filter((name) => !silent.includes(name)).sort());
  });
});
