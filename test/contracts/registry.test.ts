import { expect } from "chai";
import { id } from "ethers";
import hre, { network } from "hardhat";
import {
  CODE,
  DECLARE_MIN,
  LOCK_TTL,
  ZERO_ADDRESS,
  ZERO_HASH,
  anchor,
  asciiCode,
  creditCode,
  deployLedger,
  expectRefusal,
  latestTime,
  segmentOf,
  setPaper,
  signSegment,
  unitKey,
} from "./ledgerFixture.ts";
import { asLedger } from "./typedContract.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const MAX_U64 = 2n ** 64n - 1n;

async function twoUnits() {
  return deployLedger(connection);
}

describe("deployment", () => {
  it("opens with its parameters, an empty head and no records", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const args = [f.signers.bureau.address, f.signers.anchorer.address, DECLARE_MIN, LOCK_TTL, f.address];
    const next = asLedger(await f.ethers.deployContract("ReceiptLedger", args));
    await expect(next.deploymentTransaction()).to.emit(next, "LedgerOpened").withArgs(f.address, DECLARE_MIN, LOCK_TTL);
    expect(await next.predecessor()).to.equal(f.address);
    expect(await next.declareMinReceipts()).to.equal(DECLARE_MIN);
    expect(await next.lockTtlSeconds()).to.equal(LOCK_TTL);
    expect(await next.head()).to.deep.equal([0n, ZERO_HASH]);
    expect(await next.counts()).to.deep.equal([0n, 0n, 0n]);
    expect(await next.unit(0)).to.deep.equal(["0x" + "00".repeat(18), ZERO_ADDRESS, 0n, 0n, 0n]);
    const domain = await next.eip712Domain();
    expect([domain.name, domain.version]).to.deep.equal(["Lianpiao", "1"]);
  });

  it("refuses each zero argument by name", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const good = [f.signers.bureau.address, f.signers.anchorer.address, 1, 1, ZERO_ADDRESS];
    await f.ethers.deployContract("ReceiptLedger", good);
    const bad: [number, unknown, string][] = [
      [0, ZERO_ADDRESS, "bureau"],
      [1, ZERO_ADDRESS, "anchorer"],
      [2, 0, "declareMinReceipts"],
      [3, 0, "lockTtlSeconds"],
    ];
    for (const [index, value, name] of bad) {
      const args = good.with(index, value as string);
      await expectRefusal(f.ethers.deployContract("ReceiptLedger", args), f, "LedgerArgumentZero", name);
    }
  });

  it("fits EIP-170", async function () {
    if (hre.globalOptions.coverage) this.skip(); // the code is instrumented then
    const f = await networkHelpers.loadFixture(twoUnits);
    const code = await f.ethers.provider.getCode(f.address);
    expect((code.length - 2) / 2).to.be.at.most(24_576);
  });
});

describe("units", () => {
  it("admits units in order with their codes, signers and times", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const code = creditCode(77);
    const sent = f.ledger.admitUnit(code, f.signers.stranger.address);
    await expect(sent).to.emit(f.ledger, "UnitAdmitted");
    const at = await latestTime(f);
    await expect(sent).to.emit(f.ledger, "UnitAdmitted").withArgs(3n, code, f.signers.stranger.address, at);
    expect(await f.ledger.unit(3)).to.deep.equal([code, f.signers.stranger.address, at, 0n, 0n]);
    expect(await f.ledger.unitOf(code)).to.equal(3n);
    expect((await f.ledger.counts()).unitCount).to.equal(3n);
  });

  it("refuses a malformed code, a code twice and a zero signer", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const signer = f.signers.stranger.address;
    const good = "12440600000000099X";
    for (const [index, char] of [
      [0, "/"],
      [0, ":"],
      [17, "@"],
      [17, "["],
      [9, "a"],
      [17, "\0"],
    ] as const) {
      const code = asciiCode(good.slice(0, index) + char + good.slice(index + 1));
      await expectRefusal(f.ledger.admitUnit(code, signer), f, "LedgerCreditCodeMalformed", code);
    }
    await f.ledger.admitUnit(asciiCode("09AZ09AZ09AZ09AZ09"), signer);
    await expectRefusal(f.ledger.admitUnit(creditCode(1), signer), f, "LedgerCreditCodeTaken", creditCode(1), 1n);
    await expectRefusal(f.ledger.admitUnit(asciiCode(good), ZERO_ADDRESS), f, "LedgerAddressZero");
  });

  it("suspends a unit, bars grants to it, and resumes it", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const sent = f.ledger.suspendUnit(1, [], []);
    await expect(sent).to.emit(f.ledger, "UnitSuspended");
    const at = await latestTime(f);
    await expect(sent).to.emit(f.ledger, "UnitSuspended").withArgs(1n, at);
    expect((await f.ledger.unit(1)).suspendedAt).to.equal(at);
    await expectRefusal(f.ledger.suspendUnit(1, [], []), f, "LedgerUnitIsSuspended", 1n, at);
    await expectRefusal(f.ledger.grantBook(1, CODE + 1, 1, 9), f, "LedgerUnitIsSuspended", 1n, at);
    await expect(f.ledger.resumeUnit(1)).to.emit(f.ledger, "UnitResumed").withArgs(1n);
    expect((await f.ledger.unit(1)).suspendedAt).to.equal(0n);
    await f.ledger.grantBook(1, CODE + 1, 1, 9);
    await expectRefusal(f.ledger.resumeUnit(1), f, "LedgerUnitNotSuspended", 1n);
  });

  it("refuses unknown units everywhere", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    for (const unitId of [0, 3]) {
      await expectRefusal(f.ledger.suspendUnit(unitId, [], []), f, "LedgerUnitUnknown", unitId);
      await expectRefusal(f.ledger.resumeUnit(unitId), f, "LedgerUnitUnknown", unitId);
      await expectRefusal(f.ledger.rekeyUnit(unitId, f.address), f, "LedgerUnitUnknown", unitId);
      await expectRefusal(f.ledger.grantBook(unitId, CODE + 1, 1, 9), f, "LedgerUnitUnknown", unitId);
      await expectRefusal(f.ledger.setPaper(unitId, id("leaf"), true, "0x"), f, "LedgerUnitUnknown", unitId);
    }
  });

  it("re-keys a unit: only the new key signs, and the nonce goes on", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await setPaper(f, 1, id("leaf"), true);
    const [old, fresh] = [unitKey(f, 1), unitKey(f, 2)];
    await expect(f.ledger.rekeyUnit(1, fresh.address)).to.emit(f.ledger, "UnitRekeyed").withArgs(1n, fresh.address);
    await expectRefusal(f.ledger.rekeyUnit(1, ZERO_ADDRESS), f, "LedgerAddressZero");
    expect((await f.ledger.unit(1)).nonce).to.equal(1n);
    const segment = segmentOf(1, 1);
    await expectRefusal(anchor(f, segment), f, "LedgerSignatureInvalid", 1n, fresh.address, old.address);
    await f.asAnchorer.anchor([await signSegment(f, segment, fresh)]);
  });
});

describe("roots", () => {
  it("adds a root once, with its time", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const sent = f.ledger.addRoot(id("root"));
    await expect(sent).to.emit(f.ledger, "RootAdded");
    const at = await latestTime(f);
    await expect(sent).to.emit(f.ledger, "RootAdded").withArgs(id("root"), at);
    expect(await f.ledger.root(id("root"))).to.deep.equal([at, 0n]);
    await expectRefusal(f.ledger.addRoot(id("root")), f, "LedgerRootKnown", id("root"), at);
    await expectRefusal(f.ledger.addRoot(ZERO_HASH), f, "LedgerRootZero");
  });

  it("revokes from the addition on, and again only earlier", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await f.ledger.addRoot(id("root"));
    const at = await latestTime(f);
    const refuse = (from: bigint, latest: bigint) =>
      expectRefusal(f.ledger.revokeRoot(id("root"), from), f, "LedgerRevocationOutside", id("root"), from, at, latest);
    await refuse(at - 1n, MAX_U64);
    await f.ledger.revokeRoot(id("root"), MAX_U64);
    await refuse(MAX_U64, MAX_U64 - 1n);
    await expect(f.ledger.revokeRoot(id("root"), at + 5n))
      .to.emit(f.ledger, "RootRevoked")
      .withArgs(id("root"), at + 5n);
    await refuse(at + 5n, at + 4n);
    await refuse(at + 6n, at + 4n);
    await f.ledger.revokeRoot(id("root"), at + 4n);
    await f.ledger.revokeRoot(id("root"), at);
    await refuse(at, at - 1n);
    expect(await f.ledger.root(id("root"))).to.deep.equal([at, at]);
    await expectRefusal(f.ledger.revokeRoot(id("other"), at), f, "LedgerRootUnknown", id("other"));
  });
});

describe("claimants", () => {
  it("admits, suspends, resumes", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const account = f.signers.insurer.address;
    const sent = f.ledger.admitClaimant(creditCode(1), account); // a unit may be a claimant, too
    await expect(sent).to.emit(f.ledger, "ClaimantAdmitted");
    const at = await latestTime(f);
    await expect(sent).to.emit(f.ledger, "ClaimantAdmitted").withArgs(1n, creditCode(1), account, at);
    expect(await f.ledger.claimant(1)).to.deep.equal([creditCode(1), account, at, 0n]);
    expect(await f.ledger.claimantOf(account)).to.equal(1n);

    const suspended = f.ledger.suspendClaimant(1);
    await expect(suspended).to.emit(f.ledger, "ClaimantSuspended");
    const since = await latestTime(f);
    await expect(suspended).to.emit(f.ledger, "ClaimantSuspended").withArgs(1n, since);
    const insurer = f.by(f.signers.insurer);
    const acts = [
      () => insurer.lock(id("leaf"), 10, 10),
      () => insurer.claim(id("leaf"), 10, 10),
      () => insurer.release(id("leaf"), 10, 1),
      () => insurer.releaseLock(id("leaf"), 1),
    ];
    for (const act of acts) await expectRefusal(act(), f, "LedgerClaimantIsSuspended", 1n, since);
    await expectRefusal(f.ledger.suspendClaimant(1), f, "LedgerClaimantIsSuspended", 1n, since);
    await expect(f.ledger.resumeClaimant(1)).to.emit(f.ledger, "ClaimantResumed").withArgs(1n);
    await insurer.claim(id("leaf"), 10, 10);
    await expectRefusal(f.ledger.resumeClaimant(1), f, "LedgerClaimantNotSuspended", 1n);
  });

  it("refuses bad codes, zero and taken accounts, unknown ids", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const { insurer, employer } = f.signers;
    await f.ledger.admitClaimant(creditCode(1), insurer.address);
    const low = asciiCode("12440600000000099x");
    await expectRefusal(f.ledger.admitClaimant(low, employer.address), f, "LedgerCreditCodeMalformed", low);
    const [one, two] = [creditCode(1), creditCode(2)];
    await expectRefusal(f.ledger.admitClaimant(one, employer.address), f, "LedgerCreditCodeTaken", one, 1n);
    await expectRefusal(f.ledger.admitClaimant(two, insurer.address), f, "LedgerAccountTaken", insurer.address, 1n);
    await expectRefusal(f.ledger.admitClaimant(two, ZERO_ADDRESS), f, "LedgerAddressZero");
    for (const claimantId of [0, 2]) {
      await expectRefusal(f.ledger.suspendClaimant(claimantId), f, "LedgerClaimantIdUnknown", claimantId);
      await expectRefusal(f.ledger.resumeClaimant(claimantId), f, "LedgerClaimantIdUnknown", claimantId);
      const rekey = f.ledger.rekeyClaimant(claimantId, employer.address);
      await expectRefusal(rekey, f, "LedgerClaimantIdUnknown", claimantId);
    }
  });

  it("moves a claimant to a new account with its claims; the old one is done for", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const { insurer, employer } = f.signers;
    await f.ledger.admitClaimant(creditCode(1), insurer.address);
    await f.by(insurer).claim(id("leaf"), 10, 7);
    await expect(f.ledger.rekeyClaimant(1, employer.address))
      .to.emit(f.ledger, "ClaimantRekeyed")
      .withArgs(1n, employer.address);
    await expectRefusal(f.by(insurer).claim(id("leaf"), 10, 1), f, "LedgerClaimantUnknown", insurer.address);
    await f.by(employer).release(id("leaf"), 7, 1);
    await expectRefusal(f.ledger.rekeyClaimant(1, ZERO_ADDRESS), f, "LedgerAddressZero");
    await expectRefusal(f.ledger.rekeyClaimant(1, insurer.address), f, "LedgerAccountTaken", insurer.address, 1n);
  });
});

describe("roles", () => {
  it("refuses everybody else each act of the bureau and of the anchorer", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const [bureauRole, anchorerRole] = [await f.ledger.BUREAU_ROLE(), await f.ledger.ANCHORER_ROLE()];
    const signed = await signSegment(f, segmentOf(1, 1));
    for (const signer of [f.signers.stranger, f.signers.anchorer]) {
      const other = f.by(signer);
      const acts = [
        () => other.admitUnit(creditCode(9), f.address),
        () => other.suspendUnit(1, [], []),
        () => other.resumeUnit(1),
        () => other.rekeyUnit(1, f.address),
        () => other.addRoot(id("x")),
        () => other.revokeRoot(id("x"), 1),
        () => other.admitClaimant(creditCode(9), f.address),
        () => other.suspendClaimant(1),
        () => other.resumeClaimant(1),
        () => other.rekeyClaimant(1, f.address),
        () => other.grantBook(1, 1, 1, 1),
        () => other.closeBook(1, 5),
        () => other.pause(),
        () => other.unpause(),
      ];
      for (const act of acts) {
        await expectRefusal(act(), f, "AccessControlUnauthorizedAccount", signer.address, bureauRole);
      }
    }
    for (const signer of [f.signers.stranger, f.signers.bureau]) {
      const act = f.by(signer).anchor([signed]);
      await expectRefusal(act, f, "AccessControlUnauthorizedAccount", signer.address, anchorerRole);
    }
  });

  it("lets the admin alone name bureaus and anchorers", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const role = await f.ledger.ANCHORER_ROLE();
    const { stranger, anchorer } = f.signers;
    const act = f.asAnchorer.grantRole(role, stranger.address);
    await expectRefusal(act, f, "AccessControlUnauthorizedAccount", anchorer.address, ZERO_HASH);
    await f.ledger.grantRole(role, stranger.address);
    await f.by(stranger).anchor([await signSegment(f, segmentOf(1, 1))]);
  });
});

describe("pause", () => {
  it("stops what adds or takes back facts; views and what contains damage go on", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    const { insurer, employer } = f.signers;
    await f.ledger.admitClaimant(creditCode(1), insurer.address);
    await f.by(insurer).claim(id("leaf"), 10, 5);
    await f.ledger.addRoot(id("root"));
    await f.ledger.pause();
    const signed = await signSegment(f, segmentOf(1, 1));
    const claims = f.by(insurer);
    const stopped = [
      () => f.asAnchorer.anchor([signed]),
      () => f.ledger.declare(1, 1, 0, 0, 0, "0x"),
      () => f.ledger.setPaper(1, id("x"), true, "0x"),
      () => claims.lock(id("x"), 1, 1),
      () => claims.claim(id("x"), 1, 1),
      () => claims.release(id("leaf"), 5, 1),
      () => claims.releaseLock(id("x"), 1),
      () => f.ledger.admitUnit(creditCode(9), f.address),
      () => f.ledger.resumeUnit(1),
      () => f.ledger.addRoot(id("x")),
      () => f.ledger.admitClaimant(creditCode(9), f.address),
      () => f.ledger.resumeClaimant(1),
      () => f.ledger.grantBook(1, 1, 1, 1),
      () => f.ledger.pause(),
    ];
    for (const act of stopped) await expectRefusal(act(), f, "EnforcedPause");

    expect((await f.ledger.status(id("leaf"))).usedFen).to.equal(5n);
    expect((await f.ledger.evidence(1, 1, id("root"), id("leaf"))).unit.creditCode).to.equal(creditCode(1));
    await f.ledger.suspendUnit(2, [2], [1_000_500]);
    await f.ledger.closeBook(1, 500);
    await f.ledger.rekeyUnit(1, unitKey(f, 1).address);
    await f.ledger.revokeRoot(id("root"), await latestTime(f));
    await f.ledger.suspendClaimant(1);
    await f.ledger.rekeyClaimant(1, employer.address);

    await f.ledger.unpause();
    await expectRefusal(f.ledger.unpause(), f, "ExpectedPause");
    await f.asAnchorer.anchor([signed]);
  });

  it("loses nothing of what waited, however long", async () => {
    const f = await networkHelpers.loadFixture(twoUnits);
    await anchor(f, segmentOf(1, 1, 5));
    await f.ledger.pause();
    await networkHelpers.time.increase(365 * 86_400);
    await f.ledger.unpause();
    await anchor(f, segmentOf(1, 6, 5), segmentOf(2, 1_000_001));
    expect((await f.ledger.book(1)).next).to.equal(11n);
  });
});
