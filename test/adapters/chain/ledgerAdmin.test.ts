import { expect } from "chai";
import { sha256 } from "ethers";
import { ledgerAdmin } from "../../../service/adapters/chain/ledgerAdmin.ts";
import { loadLedgerArtifact } from "../../../service/adapters/chain/ledgerArtifact.ts";
import { readBook, readUnit } from "../../../service/adapters/chain/ledgerContract.ts";
import { failure, newWallet } from "./chainFixture.ts";
import { artifactFile, hospital, openLedgerFixture, type LedgerFixture } from "./ledgerFixture.ts";

describe("ledgerAdmin", () => {
  let at: LedgerFixture;
  const code = 44060126;

  before(async () => {
    at = await openLedgerFixture();
  });
  after(() => at.stop());

  /** Does it twice: the second time nothing is sent. */
  async function twice<T extends { isNew: boolean }>(act: () => Promise<T>): Promise<T> {
    const first = await act();
    expect(first.isNew).to.equal(true);
    const blockNumber = await at.ledger.blockNumber();
    expect(await act()).to.deep.equal({ ...first, isNew: false });
    expect(await at.ledger.blockNumber()).to.equal(blockNumber);
    return first;
  }

  it("does each act once, however often it is asked", async () => {
    const signer = newWallet().address;
    const { unitId } = await twice(() => at.admin.admitUnit("11440000MB2C12345X", signer));
    expect(unitId).to.equal(2);
    const grant = { unitId, code, first: 5001, last: 6000 };
    const { bookId } = await twice(() => at.admin.grantBook(grant));
    expect(await readBook(at.ledger.onNode, bookId)).to.deep.equal({
      unitId,
      code,
      first: 5001,
      last: 6000,
      next: 5001,
    });
    await twice(() => at.admin.closeBook(bookId, 5500));
    await twice(() => at.admin.closeBook(bookId, 5499));
    expect((await readBook(at.ledger.onNode, bookId))?.last).to.equal(5499);
    expect(await at.admin.grantBook(grant), "a closed book is the one that was granted").to.deep.equal({
      isNew: false,
      bookId,
    });
    const rekeyed = newWallet().address;
    await twice(() => at.admin.rekeyUnit(unitId, rekeyed));
    expect((await readUnit(at.ledger.onNode, unitId))?.signer).to.equal(rekeyed.toLowerCase());
    await twice(() => at.admin.suspendUnit(unitId, [{ bookId, last: 5300 }]));
    expect((await readBook(at.ledger.onNode, bookId))?.last).to.equal(5300);
    await twice(() => at.admin.resumeUnit(unitId));
    const digest = sha256("0x0102");
    await twice(() => at.admin.addRoot(digest));
    const fromS = Math.floor(Date.now() / 1000) + 100_000;
    await twice(() => at.admin.revokeRoot(digest, fromS));
    await twice(() => at.admin.revokeRoot(digest, fromS - 1));
    expect((await failure(at.admin.revokeRoot(digest, fromS))).code).to.equal("revocation_differs");
    const account = newWallet().address;
    expect((await twice(() => at.admin.admitClaimant("91310000MA1FL1234A", account))).claimantId).to.equal(1);
    await twice(() => at.admin.pause());
    await twice(() => at.admin.unpause());
  });

  it("gives what the contract refuses with its arguments", async () => {
    const overlapping = await at.admin.grantBook({ unitId: at.unitId, code, first: 7001, last: 8000 });
    const error = await failure(at.admin.grantBook({ unitId: at.unitId, code, first: 8000, last: 9000 }));
    expect(error.code).to.equal("ledger_refused");
    expect(error.details).to.deep.equal({
      error: "LedgerRangeOverlaps",
      bookId: String(overlapping.bookId),
      first: "7001",
      last: "8000",
    });
    const others = await failure(at.admin.grantBook({ unitId: 2, code, first: 7001, last: 8000 }));
    expect(others.details, "the same range of another unit").to.include({ error: "LedgerRangeOverlaps" });
    expect((await failure(at.admin.grantBook({ unitId: 99, code, first: 1, last: 2 }))).details).to.deep.equal({
      error: "LedgerUnitUnknown",
      unitId: "99",
    });
    const outside = await failure(at.admin.closeBook(overlapping.bookId, 8001));
    expect(outside.details).to.include({ error: "LedgerCloseOutside", least: "7000", most: "8000" });
    expect((await failure(at.admin.suspendUnit(99, []))).details).to.include({ error: "LedgerUnitUnknown" });
  });

  it("never takes a unit with another key for the one that is to be admitted", async () => {
    expect(await at.admin.admitUnit(hospital, at.keys.unit.address.toLowerCase())).to.deep.equal({
      isNew: false,
      unitId: 1,
    });
    const error = await failure(at.admin.admitUnit(hospital, newWallet().address));
    expect(error.code).to.equal("unit_signer_differs");
    expect(error.details).to.deep.equal({ unitId: 1, signer: at.keys.unit.address.toLowerCase() });
  });

  it("refuses codes and addresses that are none before anything is sent", async () => {
    expect((await failure(at.admin.admitUnit("1244000045578692", newWallet().address))).code).to.equal(
      "credit_code_malformed",
    );
    expect((await failure(at.admin.admitUnit("医院", newWallet().address))).code).to.equal("credit_code_malformed");
    const lowerCase = await failure(at.admin.admitUnit("12440000455786921x", newWallet().address));
    expect(lowerCase.details).to.include({ error: "LedgerCreditCodeMalformed" });
    expect((await failure(at.admin.rekeyUnit(1, "0x12"))).code).to.equal("address_malformed");
  });

  it("sends acts that are asked for at once one after the other", async () => {
    const grants = Array.from({ length: 12 }, (_, index) => ({
      unitId: at.unitId,
      code,
      first: 100_001 + index * 100,
      last: 100_100 + index * 100,
    }));
    const books = await Promise.all(grants.map((grant) => at.admin.grantBook(grant)));
    expect(new Set(books.map((book) => book.bookId)).size).to.equal(12);
    expect(books.every((book) => book.isNew)).to.equal(true);
  });

  it("says when its transaction is not mined in time, and does it at the next try", async () => {
    const slow = ledgerAdmin({
      rpcUrl: at.proxy.url,
      chainId: 31337,
      contract: at.deployment.contract,
      artifact: loadLedgerArtifact(artifactFile),
      bureauKey: at.keys.bureau.privateKey,
      timeoutMs: 200,
    });
    const digest = sha256("0x0304");
    at.proxy.fault = { kind: "drop" };
    expect((await failure(slow.addRoot(digest))).code).to.equal("transaction_not_mined");
    at.proxy.fault = { kind: "down" };
    expect((await failure(slow.addRoot(digest))).code).to.equal("chain_unreachable");
    at.proxy.fault = { kind: "none" };
    expect(await slow.addRoot(digest)).to.deep.equal({ isNew: true });
    slow.stop();
  });

  it("lets nobody but the bureau act", async () => {
    const stranger = ledgerAdmin({
      rpcUrl: at.chain.url,
      chainId: 31337,
      contract: at.deployment.contract,
      artifact: loadLedgerArtifact(artifactFile),
      bureauKey: at.keys.anchorer.privateKey,
    });
    const error = await failure(stranger.addRoot(sha256("0x05")));
    expect(error.details).to.include({ error: "AccessControlUnauthorizedAccount" });
    stranger.stop();
  });
});
