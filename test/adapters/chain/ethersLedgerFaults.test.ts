import { expect } from "chai";
import { Transaction } from "ethers";
import { failure } from "./chainFixture.ts";
import { openLedgerFixture, type LedgerFixture } from "./ledgerFixture.ts";

describe("ethersLedger with a node that fails", () => {
  let at: LedgerFixture;
  before(async () => {
    at = await openLedgerFixture();
  });
  after(() => at.stop());
  afterEach(() => {
    at.proxy.fault = { kind: "none" };
  });

  it("says chain_unreachable of every question when the node is down, hangs or answers nonsense", async () => {
    const { raw, hash } = await at.prepare([at.segmentOf(await at.newBook())]);
    const questions: [string, () => Promise<unknown>][] = [
      ["head", () => at.ledger.head()],
      ["batch", () => at.ledger.batch(1)],
      ["books", () => at.ledger.books([1])],
      ["simulate", () => at.ledger.simulate([])],
      ["fee", () => at.ledger.fee()],
      ["send", () => at.ledger.send(raw)],
      ["receipt", () => at.ledger.receipt(hash)],
      ["blockNumber", () => at.ledger.blockNumber()],
      ["minedNonce", () => at.ledger.minedNonce()],
      ["reader", () => at.ledger.reader.blockNumber()],
    ];
    at.proxy.fault = { kind: "hang" };
    const hung = await Promise.all(questions.map(([, ask_]) => failure(ask_())));
    expect(hung.map((error) => error.code)).to.deep.equal(questions.map(() => "chain_unreachable"));
    for (const fault of [{ kind: "down" }, { kind: "status", status: 502 }, { kind: "status", status: 200 }] as const) {
      at.proxy.fault = fault;
      for (const [name, ask_] of questions) {
        expect((await failure(ask_())).code, `${name} ${fault.kind}`).to.equal("chain_unreachable");
      }
    }
    at.proxy.fault = { kind: "error", code: -32005, message: "limit exceeded" };
    for (const [name, ask_] of questions.filter(([name]) => name !== "simulate" && name !== "send")) {
      expect((await failure(ask_())).code, name).to.equal("chain_unreachable");
    }
    at.proxy.fault = { kind: "none" };
    expect(await at.ledger.receipt(hash), "nothing was sent").to.equal(undefined);
    expect((await at.ledger.head()).batchCount).to.be.a("number");
  });

  it("finds a transaction mined though the answer to it was lost", async () => {
    const { raw, hash } = await at.prepare([at.segmentOf(await at.newBook())]);
    at.proxy.fault = { kind: "deaf" };
    expect((await failure(at.ledger.send(raw))).code).to.equal("chain_unreachable");
    at.proxy.fault = { kind: "none" };
    expect((await at.ledger.receipt(hash))?.isSuccess).to.equal(true);
    await at.ledger.send(raw);
  });

  it("sends a lost transaction again, or another in its place", async () => {
    const book = await at.newBook();
    const fee = await at.ledger.fee();
    const lost = await at.prepare([at.segmentOf(book)]);
    at.proxy.fault = { kind: "drop" };
    await at.ledger.send(lost.raw);
    expect(at.proxy.dropped).to.include(lost.raw);
    at.proxy.fault = { kind: "none" };
    expect(await at.ledger.receipt(lost.hash)).to.equal(undefined);
    await at.ledger.send(lost.raw);
    expect((await at.ledger.receipt(lost.hash))?.isSuccess).to.equal(true);

    const stuck = await at.prepare([at.segmentOf(book, 10)]);
    at.proxy.fault = { kind: "drop" };
    await at.ledger.send(stuck.raw);
    at.proxy.fault = { kind: "none" };
    const nonce = await at.ledger.minedNonce();
    const replacing = await at.prepare([at.segmentOf(book, 10)], nonce, await at.ledger.fee(fee));
    await at.ledger.send(replacing.raw);
    expect((await at.ledger.receipt(replacing.hash))?.isSuccess).to.equal(true);
    const late = await failure(at.ledger.send(stuck.raw));
    expect(late.details).to.include({ reason: "nonce_too_low" });
  });

  it("signs the older kind of transaction for a chain without a base fee", async () => {
    const segments = [at.segmentOf(await at.newBook())];
    at.proxy.fault = { kind: "legacy" };
    const fee = await at.ledger.fee();
    expect(fee).to.deep.equal({ maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
    const { raw, hash } = await at.prepare(segments);
    expect(Transaction.from(raw)).to.include({ type: 0, gasPrice: 0n, chainId: 31337n });
    await at.ledger.send(raw);
    expect((await at.ledger.receipt(hash))?.isSuccess).to.equal(true);
    expect(at.proxy.methods).to.include("eth_gasPrice");
  });
});
