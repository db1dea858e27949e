import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect } from "chai";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import type { StoredAct } from "../../service/app/actPorts.ts";
import type { Deps } from "../../service/app/deps.ts";
import { exchangeReceipt, returnPaper } from "../../service/app/exchangeReceipt.ts";
import { loadEntryDate } from "../../service/app/entryDate.ts";
import { followLedger } from "../../service/app/followLedger.ts";
import { reverseReceipt } from "../../service/app/reverseReceipt.ts";
import { entryLeaf } from "../../service/app/segmentTrees.ts";
import type { Lease, Receipt, Unit } from "../../service/app/storePorts.ts";
import type { ReceiptEvent } from "../../service/app/webhookPorts.ts";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { domainSeparator, paperSigningDigest, segmentSigningDigest } from "../../service/core/segment.ts";
import { admitTestClaimant, type TestClaimant } from "../support/claimant.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

const PAPER = { placeCode: "", operator: "李四", paperCode: undefined, paperNumber: undefined };
const REFUND = { reasonCode: "refund", reason: "", documentNo: "" } as const;
const CHANGED = { kind: "interlocked", interlock: "changed_elsewhere" } as const;

describe("followLedger", function () {
  this.timeout(60_000);
  let platform: Platform;
  let deps: Deps;
  let hospital: Unit;
  let police: Unit;
  let claimant: TestClaimant;
  before(async () => {
    platform = await startPlatform();
    ({ deps } = platform);
    hospital = await platform.unitOf("demo-hospital");
    police = await platform.unitOf("demo-police");
    claimant = await admitTestClaimant(platform);
    const endpoint = { endpointId: "hook", unitId: hospital.unitId, url: "https://hospital.example/hook" };
    const types = ["receipt.claimed", "receipt.reversed"] as const;
    await deps.store.addEndpoint({ ...endpoint, types, createdAtMs: 0, sealedSecret: new Uint8Array(1) }, 5);
    await deps.store.savePaperBook({
      ...{ unitId: hospital.unitId, paperCode: "44060126", placeCode: "", first: 1, last: 99, next: 1 },
      ...{ digits: 8, grantedAtMs: 0 },
    });
  });
  after(async () => {
    claimant.stop();
    await platform.stop();
  });

  const leaseOf = async (): Promise<Lease> => (await deps.store.lease("follow", "test", 60_000))!;
  const follow = async (own = deps): Promise<void> => {
    const lease = await leaseOf();
    while ((await followLedger(own, lease)) > 0);
  };
  const anchored = async (busNo: string): Promise<Receipt> => {
    const receipt = await platform.issue("outpatient", busNo);
    await platform.renderAll();
    await platform.anchorAll();
    return platform.current(receipt);
  };
  const leafOf = (receipt: Receipt): Uint8Array => entryLeaf({ ...receipt, isVoid: false });
  const actsOf = async (receipt: Receipt): Promise<readonly StoredAct[]> => {
    const all = await deps.store.actsBetween({ fromBlock: 0, toBlock: 1_000_000 });
    return all.filter(({ leaf }) => leaf === hexOf(leafOf(receipt)));
  };
  const eventsOf = async ({ code, number }: Receipt): Promise<readonly ReceiptEvent[]> => {
    const events = await deps.store.events(hospital.unitId, {}, undefined, 100);
    if (events === "no_event") throw new Error("there are events");
    return events.filter((event) => event.code === code && event.number === number);
  };
  const entryDate = async (receipt: Receipt): Promise<string> => {
    const status = await platform.ledger.status(hexOf(leafOf(receipt)));
    return loadEntryDate(deps.store, receipt, status, await platform.ledger.blockNumber());
  };
  const subjectOf = ({ data }: Receipt): string => `receipt ${data.eInvoiceCode} ${data.eInvoiceNumber}`;
  const domain = (): Uint8Array =>
    domainSeparator({ chainId: deps.ledger.chainId, contract: bytesOfHex(deps.ledger.contract) });
  /** The police know the leaf, and put the hospital's receipt on paper, or take it back. */
  const changePaper = async (receipt: Receipt, onPaper: boolean, unit = police): Promise<void> => {
    const nonce = await deps.unitLedger.paperNonce(unit.unitId);
    const claim = { unitId: unit.unitId, leaf: leafOf(receipt), onPaper, nonce };
    await deps.unitLedger.setPaper(
      claim,
      await platform.keystore.signDigest(unit.keyId, paperSigningDigest(domain(), claim)),
    );
  };

  it("keeps what a claimant does, with the block's time, once", async () => {
    const receipt = await anchored("KEEP-1");
    await claimant.lock(receipt, 300);
    await claimant.claim(receipt, 200);
    await claimant.release(receipt, 50);
    await follow();
    const acts = await actsOf(receipt);
    expect(acts.map(({ details }) => details)).to.deep.equal([
      {
        ...{ kind: "locked", claimantId: 1, capFen: receipt.issuedFen, amountFen: 300 },
        lapsesAtS: acts[0]!.timeS + 30 * 86_400,
      },
      { kind: "claimed", claimantId: 1, capFen: receipt.issuedFen, amountFen: 200 },
      { kind: "claim_released", claimantId: 1, amountFen: 50, reason: 1 },
    ]);
    const { code, number } = receipt;
    for (const act of acts) expect(act).to.deep.include({ receipt: { code, number }, isForeign: false });
    expect(await deps.store.actCursor()).to.equal((await platform.ledger.blockNumber()) + 1);
    await follow();
    expect(await actsOf(receipt)).to.deep.equal(acts);
  });

  it("tells the unit of each claim once, with amount and claimant alone", async () => {
    const receipt = await anchored("TELL-1");
    await claimant.claim(receipt, 200);
    await claimant.claim(receipt, 100);
    await claimant.release(receipt, 100);
    await follow();
    await follow();
    const acts = await actsOf(receipt);
    expect((await eventsOf(receipt)).map(({ type, atMs, details }) => ({ type, atMs, details }))).to.deep.equal([
      { type: "receipt.claimed", atMs: acts[0]!.timeS * 1000, details: { claimantId: 1, amountFen: 200 } },
      { type: "receipt.claimed", atMs: acts[1]!.timeS * 1000, details: { claimantId: 1, amountFen: 100 } },
    ]);
  });

  it("reads confirmed blocks alone, and says how many are left", async () => {
    const receipt = await anchored("DEEP-1");
    await follow();
    await claimant.claim(receipt, 1);
    await claimant.claim(receipt, 2);
    const lease = await leaseOf();
    const deep = platform.with({}, { confirmations: 1 });
    expect(await followLedger(deep, lease)).to.equal(0);
    expect((await actsOf(receipt)).map(({ details }) => details)).to.have.length(1);
    await claimant.claim(receipt, 3);
    expect(await followLedger(deps, lease, 1)).to.equal(1);
    expect(await followLedger(deps, lease, 1)).to.equal(0);
    expect(await actsOf(receipt)).to.have.length(3);
    // A node that is behind would answer that there is nothing in blocks which it does not have.
    const ahead = { fromBlock: 0, toBlock: (await platform.ledger.blockNumber()) + 1 };
    const refusal: unknown = await platform.ledger.acts(ahead).catch((error: unknown) => error);
    expect(refusal).to.have.property("code", "chain_unreachable");
  });

  it("keeps nothing for who has lost the lease, or reads from where another has read", async () => {
    const span = { fromBlock: (await deps.store.actCursor())!, toBlock: 1_000_000 };
    const lost = { ...(await leaseOf()), fence: 0 };
    const refusalOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
    expect(await refusalOf(deps.store.recordActs(lost, span, [], 0))).to.have.property("code", "lease_lost");
    const behind = deps.store.recordActs(await leaseOf(), { ...span, fromBlock: span.fromBlock - 1 }, [], 0);
    expect(await refusalOf(behind)).to.have.property("code", "cursor_moved");
    expect(await deps.store.actCursor()).to.equal(span.fromBlock);
  });

  it("goes on after kill -9, before and after its commit: nothing is missed, nothing told twice", async () => {
    const receipt = await anchored("KILL-1");
    for (let amountFen = 1; amountFen <= 4; amountFen++) await claimant.claim(receipt, amountFen);
    // As if the program had died just now: nobody holds the lease.
    await platform.database.dataSource.query("update lease set until_ms = 0 where name = 'follow'");
    for (const failpoint of ["acts_read:2", "acts_kept:2"]) {
      const args = [platform.database.url, platform.rpcUrl, String(deps.ledger.chainId), deps.ledger.contract];
      const program = path.join(import.meta.dirname, "followChild.ts");
      const env = { ...process.env, FAILPOINT: failpoint };
      const child = spawn(process.execPath, [program, ...args], { env, stdio: ["ignore", "inherit", "inherit"] });
      expect((await once(child, "exit"))[1]).to.equal("SIGKILL");
    }
    const before = (await actsOf(receipt)).length;
    expect(before).to.be.greaterThan(0).and.lessThan(4);
    await platform.database.dataSource.query("update lease set until_ms = 0 where name = 'follow'");
    await follow();
    const amounts = (await actsOf(receipt)).map(({ details }) => "amountFen" in details && details.amountFen);
    expect(amounts).to.deep.equal([1, 2, 3, 4]);
    expect((await eventsOf(receipt)).map(({ details }) => details["amountFen"])).to.deep.equal([1, 2, 3, 4]);
  });

  it("does not take our own reversal, exchange and return for another's", async () => {
    const receipt = await anchored("OWN-1");
    expect((await exchangeReceipt(deps, receipt, PAPER)).kind).to.equal("requested");
    await returnPaper(deps, receipt, "退回");
    expect((await reverseReceipt(deps, hospital, await platform.current(receipt), REFUND)).kind).to.equal("issued");
    await platform.renderAll();
    await platform.anchorAll();
    await follow();
    const acts = await actsOf(receipt);
    expect(acts.map(({ details, isForeign }) => `${details.kind} ${String(isForeign)}`)).to.deep.equal([
      "paper_changed false",
      "paper_changed false",
      "reversed false",
    ]);
    expect(await platform.alarms()).to.deep.equal([]);
  });

  it("raises an alarm for what is to be paid back after a reversal", async () => {
    const receipt = await anchored("BACK-1");
    expect((await reverseReceipt(deps, hospital, receipt, REFUND)).kind).to.equal("issued");
    await claimant.claim(receipt, 7);
    await platform.renderAll();
    await platform.anchorAll();
    await follow();
    const alarm = (await deps.store.openAlarms()).find(({ kind }) => kind === "reversed_in_use");
    expect(alarm).to.include({ subject: subjectOf(receipt), details: "claimed 7 fen, held 0 fen" });
  });

  it("refuses what another unit has put on paper, by the chain and by what is kept, until it is taken back", async () => {
    const receipt = await anchored("PAPER-1");
    const lastBook = async (): Promise<unknown> => (await deps.store.books(hospital.unitId)).map(({ next }) => next);
    const before = await lastBook();
    await changePaper(receipt, true);
    expect(await reverseReceipt(deps, hospital, receipt, REFUND)).to.deep.equal(CHANGED);
    expect(await exchangeReceipt(deps, receipt, PAPER)).to.deep.equal(CHANGED);
    await follow();
    expect(await platform.alarms()).to.include(`paper_elsewhere ${subjectOf(receipt)}`);
    // A chain that says nothing of it: what is kept counts.
    const silent = platform.with({
      ledger: {
        ...platform.ledger,
        status: async (leaf) => ({ ...(await platform.ledger.status(leaf)), onPaper: false }),
      },
    });
    expect(await reverseReceipt(silent, hospital, receipt, REFUND)).to.deep.equal(CHANGED);
    expect(await exchangeReceipt(silent, receipt, PAPER)).to.deep.equal(CHANGED);
    expect(await lastBook()).to.deep.equal(before);
    await changePaper(receipt, false);
    await follow();
    expect((await exchangeReceipt(deps, receipt, PAPER)).kind).to.equal("requested");
    await returnPaper(deps, receipt, "退回");
    await follow();
    // That there was a paper of ours makes another's none of ours.
    await changePaper(receipt, true);
    await changePaper(receipt, false);
    await follow();
    const flags = (await actsOf(receipt)).map(({ isForeign }) => isForeign);
    expect(flags).to.deep.equal([true, true, false, false, true, true]);
  });

  it("knows what the unit's own key did past the database", async () => {
    const receipt = await anchored("PAPER-2");
    await changePaper(receipt, true, hospital);
    await follow();
    expect(await platform.alarms()).to.include(`paper_elsewhere ${subjectOf(receipt)}`);
    await changePaper(receipt, false, hospital);
    await follow();
    expect((await actsOf(receipt)).map(({ isForeign }) => isForeign)).to.deep.equal([true, true]);
  });

  const findings = async (): Promise<readonly string[]> => {
    const report = await auditLedger({ ...deps, examine: examineHere(deps.hash), onProgress: () => undefined });
    return report.findings.map(({ code, subject }) => `${code} ${subject}`);
  };

  it("is held against the chain by the audit: altered, missing and invented events are named", async () => {
    expect(await findings()).to.deep.equal([]);
    const { query } = platform.database.dataSource;
    const sql = query.bind(platform.database.dataSource);
    const [first, second] = await deps.store.actsBetween({ fromBlock: 0, toBlock: 1_000_000 });
    const key = [first!.txHash, first!.logIndex];
    await sql("create table kept_act as select * from ledger_act");
    await sql("update ledger_act set time_s = time_s + 1 where tx_hash = $1 and log_index = $2", key);
    await sql("update ledger_act set tx_hash = '0x00' where tx_hash = $1 and log_index = $2", [
      second!.txHash,
      second!.logIndex,
    ]);
    expect(await findings()).to.have.members([
      `event_differs event ${first!.txHash} ${first!.logIndex}`,
      `event_differs event ${second!.txHash} ${second!.logIndex}`,
      `event_differs event 0x00 ${second!.logIndex}`,
    ]);
    await sql("delete from ledger_act");
    await sql("insert into ledger_act select * from kept_act");
    expect(await findings()).to.deep.equal([]);
  });

  it("dates an entry by its block in Shanghai, while it stands and once all of it is known", async () => {
    const receipt = await anchored("DATE-1");
    await claimant.claim(receipt, 100);
    expect(await entryDate(receipt)).to.equal("");
    const lastSecondS = Date.parse("2026-03-06T15:59:59Z") / 1000;
    /** The chain as if its claims had been at that time. */
    const at = (timeS: number): Deps => {
      const acts: Deps["ledger"]["acts"] = async (span) =>
        (await platform.ledger.acts(span)).map((act) => ({ ...act, timeS }));
      return platform.with({ ledger: { ...platform.ledger, acts } });
    };
    await follow(at(lastSecondS));
    expect(await entryDate(receipt)).to.equal("20260306");
    const [status, blockNumber] = [
      await platform.ledger.status(hexOf(leafOf(receipt))),
      await deps.ledger.blockNumber(),
    ];
    await claimant.claim(receipt, 50);
    expect(await entryDate(receipt)).to.equal("");
    await follow(at(lastSecondS + 1));
    expect(await entryDate(receipt)).to.equal("20260307");
    expect(await loadEntryDate(deps.store, receipt, status, blockNumber), "of an older block").to.equal("20260306");
    await claimant.release(receipt, 50);
    await follow();
    expect(await entryDate(receipt)).to.equal("20260306");
    await claimant.release(receipt, 100);
    await follow();
    expect(await entryDate(receipt)).to.equal("");
  });

  // The last: the anchorer's key was used past the database.
  it("refuses what another's red-letter receipt has reversed, before a number is taken and a segment set aside", async () => {
    const [receipt, raced] = [await anchored("RED-1"), await anchored("RED-2")];
    // Ours is issued, and drawn, when the other's reaches the chain first.
    expect((await reverseReceipt(deps, hospital, raced, REFUND)).kind).to.equal("issued");
    await platform.renderAll();
    await reverseElsewhere([receipt, raced]);
    const books = async (): Promise<unknown> => (await deps.store.books(hospital.unitId)).map(({ next }) => next);
    const before = await books();
    expect(await reverseReceipt(deps, hospital, receipt, REFUND)).to.deep.equal(CHANGED);
    expect(await exchangeReceipt(deps, receipt, PAPER)).to.deep.equal(CHANGED);
    await follow();
    expect(await platform.alarms()).to.include.members([
      `reversed_elsewhere ${subjectOf(receipt)}`,
      `reversed_elsewhere ${subjectOf(raced)}`,
    ]);
    const silent = platform.with({
      ledger: {
        ...platform.ledger,
        status: async (leaf) => ({ ...(await platform.ledger.status(leaf)), reversed: false }),
      },
    });
    expect(await reverseReceipt(silent, hospital, receipt, REFUND)).to.deep.equal(CHANGED);
    expect(await books()).to.deep.equal(before);
    expect(await findings()).to.include(`changed_elsewhere ${subjectOf(receipt)}`);
    // The red-letter receipt that came too late is anchored without its reversal, instead of barring its book.
    await deps.store.advanceRendered();
    const candidates = await deps.store.segmentCandidates(100);
    expect(candidates.flatMap(({ entries }) => entries).map(({ original }) => original)).to.deep.equal([undefined]);
  });

  async function reverseElsewhere(receipts: readonly Receipt[]): Promise<void> {
    const { ledger } = platform;
    const book = (await deps.store.books(police.unitId))[0]!;
    const base = { bookId: book.bookId, from: book.next, count: receipts.length };
    const reversals = receipts.map((receipt, index) => ({ leaf: leafOf(receipt), by: book.next + index }));
    const root = new Uint8Array(32).fill(7);
    const digest = segmentSigningDigest(domain(), { ...base, root, reversals });
    const segment = {
      ...{ ...base, root: hexOf(root), signature: hexOf(await platform.keystore.signDigest(police.keyId, digest)) },
      reversals: reversals.map(({ leaf, by }) => ({ leaf: hexOf(leaf), by })),
    };
    const { raw } = await ledger.prepare([segment], await ledger.minedNonce(), await ledger.fee(), 2_000_000n);
    await ledger.send(raw);
  }
});
