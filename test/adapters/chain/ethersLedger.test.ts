import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import type { Fee, SignedSegment } from "../../../service/app/ports.ts";
import { decodeEvidence, encodeEvidenceCall } from "../../../service/core/ledgerCall.ts";
import { nextHead } from "../../../service/core/segment.ts";
import { readCounts, readUnit } from "../../../service/adapters/chain/ledgerContract.ts";
import { readLedgerEvents, type LedgerEvent } from "../../../service/adapters/chain/ledgerEvents.ts";
import { ethersLedger } from "../../../service/adapters/chain/ethersLedger.ts";
import { loadLedgerArtifact } from "../../../service/adapters/chain/ledgerArtifact.ts";
import { ask, failure, newWallet } from "./chainFixture.ts";
import {
  artifactFile,
  hashOf,
  hospital,
  openLedgerFixture,
  receiptCode,
  rootDigest,
  rootOf,
  signSegment,
  type LedgerFixture,
  type TestBook,
} from "./ledgerFixture.ts";

describe("ethersLedger", () => {
  let at: LedgerFixture;

  before(async () => {
    at = await openLedgerFixture();
  });
  after(() => at.stop());

  const newBook = () => at.newBook();
  const segmentOf = (book: TestBook, offset = 0, count = 10) => at.segmentOf(book, offset, count);
  const prepare = (segments: readonly SignedSegment[], nonce?: number, fee?: Fee) => at.prepare(segments, nonce, fee);

  it("anchors a batch, and reads head, batch, books and receipt back as core computes them", async () => {
    const [one, two] = [await newBook(), await newBook()];
    const before = await at.ledger.head();
    const segments = [segmentOf(one), segmentOf(two, 0, 1)];
    const { raw, hash } = await prepare(segments);
    expect(hash).to.equal(hashOf(raw));
    expect(await at.ledger.receipt(hash)).to.equal(undefined);
    await at.ledger.send(raw);
    const receipt = await at.ledger.receipt(hash);
    const batchNo = before.batchCount + 1;
    expect(receipt).to.include({ isSuccess: true, batchNo, blockNumber: await at.ledger.blockNumber() });
    const batch = await at.ledger.batch(batchNo);
    expect(batch?.root).to.equal(rootOf(segments));
    expect(batch?.segmentCount).to.equal(2);
    const head = nextHead(getBytes(before.headHash), batchNo, getBytes(batch?.root ?? ""), batch?.timeS ?? 0);
    expect(batch?.head).to.equal(hexlify(head));
    expect(await at.ledger.head()).to.deep.equal({ batchCount: batchNo, headHash: batch?.head });
    expect(await at.ledger.batch(batchNo + 1)).to.equal(undefined);
    expect(await at.ledger.books([two.bookId, one.bookId])).to.deep.equal([
      { next: two.first + 1, last: two.first + 999 },
      { next: one.first + 10, last: one.first + 999 },
    ]);
    expect((await failure(at.ledger.books([one.bookId, 9999]))).details).to.deep.equal({ bookId: 9999 });
    expect(await at.ledger.minedNonce()).to.equal(1);
    expect(at.ledger).to.include({ chainId: 31337, contract: at.deployment.contract });
    expect(at.ledger.anchorer).to.equal(at.keys.anchorer.address.toLowerCase());
  });

  it("gives enough gas, and little more than is used", async () => {
    const book = await newBook();
    const segments = [segmentOf(book)];
    const simulated = await at.ledger.simulate(segments);
    const gas = simulated.kind === "accepted" ? simulated.gas : 0n;
    const { raw, hash } = await prepare(segments);
    await at.ledger.send(raw);
    const { result } = await ask(at.chain.url, "eth_getTransactionReceipt", [hash]);
    const used = BigInt((result as { gasUsed: string }).gasUsed);
    expect(gas >= used).to.equal(true);
    expect(gas < used + used / 16n + 20_000n, `${gas} of ${used}`).to.equal(true);
  });

  it("names the error, its arguments and the book when a batch would be refused", async () => {
    const [good, bad] = [await newBook(), await newBook()];
    const refusals: [SignedSegment, string, string, number | undefined][] = [
      [
        segmentOf(bad, 1),
        "LedgerNumberNotNext",
        `bookId=${bad.bookId}, next=${bad.first}, from=${bad.first + 1}`,
        bad.bookId,
      ],
      [
        segmentOf(bad, 0, 1001),
        "LedgerBookExceeded",
        `bookId=${bad.bookId}, last=${bad.first + 999}, through=${bad.first + 1000}`,
        bad.bookId,
      ],
      [{ ...segmentOf(bad), count: 0 }, "LedgerSegmentEmpty", `bookId=${bad.bookId}`, bad.bookId],
      [segmentOf({ bookId: 888, first: 1 }), "LedgerBookUnknown", "bookId=888", 888],
    ];
    for (const [segment, error, details, bookId] of refusals) {
      const refused = await at.ledger.simulate([segmentOf(good), segment]);
      expect(refused).to.deep.equal({ kind: "refused", error, details, bookId });
    }
    const stranger = newWallet();
    const forged = signSegment(at.deployment, stranger, { bookId: bad.bookId, from: bad.first, count: 1 });
    const refused = await at.ledger.simulate([segmentOf(good), forged]);
    expect(refused).to.include({ kind: "refused", error: "LedgerSignatureInvalid", bookId: bad.bookId });
    expect((refused as { details: string }).details).to.include(`recovered=${stranger.address}`);
    expect(await at.ledger.simulate([])).to.deep.equal({
      kind: "refused",
      error: "LedgerBatchSize",
      details: "segmentCount=0, most=4096",
    });
    expect((await at.ledger.simulate([segmentOf(good)])).kind).to.equal("accepted");
  });

  it("says a refusal without a book when the ledger is paused or the sender has no role", async () => {
    const book = await newBook();
    await at.admin.pause();
    expect(await at.ledger.simulate([segmentOf(book)])).to.deep.include({ error: "EnforcedPause", details: "" });
    await at.admin.unpause();
    const stranger = ethersLedger({
      rpcUrl: at.chain.url,
      chainId: 31337,
      contract: at.deployment.contract,
      anchorerKey: newWallet().privateKey,
      artifact: loadLedgerArtifact(artifactFile),
    });
    const refused = await stranger.simulate([segmentOf(book)]);
    expect(refused).to.include({ kind: "refused", error: "AccessControlUnauthorizedAccount" });
    expect(refused).not.to.have.property("bookId");
    stranger.stop();
  });

  it("takes a transaction twice, before and after it is mined", async () => {
    const { raw, hash } = await prepare([segmentOf(await newBook())]);
    await at.ledger.send(raw);
    await at.ledger.send(raw);
    expect((await at.ledger.receipt(hash))?.isSuccess).to.equal(true);
    const { batchCount } = await at.ledger.head();
    await at.ledger.send(raw);
    expect((await at.ledger.head()).batchCount).to.equal(batchCount);
  });

  it("refuses another transaction of a nonce that is used, and one that nobody can pay", async () => {
    const book = await newBook();
    const nonce = await at.ledger.minedNonce();
    const first = await prepare([segmentOf(book)], nonce);
    const second = await prepare([segmentOf(book)], nonce, await at.ledger.fee(await at.ledger.fee()));
    expect(first.hash).not.to.equal(second.hash);
    await at.ledger.send(first.raw);
    const used = await failure(at.ledger.send(second.raw));
    expect(used.code).to.equal("transaction_refused");
    expect(used.details).to.deep.equal({ reason: "nonce_too_low", hash: second.hash });
    expect(await at.ledger.receipt(second.hash)).to.equal(undefined);
    const dear = { maxFeePerGas: 10n ** 24n, maxPriorityFeePerGas: 0n };
    const gas = 1_000_000n;
    const unpaid = await at.ledger.prepare([segmentOf(book)], nonce + 1, dear, gas);
    expect((await failure(at.ledger.send(unpaid.raw))).code).to.equal("transaction_refused");
  });

  it("reports a batch that reverts when it is mined", async () => {
    const { raw, hash } = await at.ledger.prepare(
      [segmentOf(await newBook(), 1)],
      await at.ledger.minedNonce(),
      await at.ledger.fee(),
      1_000_000n,
    );
    await at.ledger.send(raw);
    expect(await at.ledger.receipt(hash))
      .to.include({ isSuccess: false })
      .and.not.to.have.property("batchNo");
  });

  it("raises each price by an eighth at least, and by something always", async () => {
    const rises: [bigint, bigint][] = [
      [0n, 1n],
      [1n, 2n],
      [7n, 8n],
      [8n, 9n],
      [9n, 11n],
      [1_000_000_000n, 1_125_000_000n],
      [1_000_000_001n, 1_125_000_002n],
    ];
    for (const [price, raised] of rises) {
      const fee = await at.ledger.fee({ maxFeePerGas: price, maxPriorityFeePerGas: price });
      expect(fee, String(price)).to.deep.equal({ maxFeePerGas: raised, maxPriorityFeePerGas: raised });
    }
    expect(await at.ledger.fee()).to.deep.equal({ maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
  });

  it("reads evidence for core's verify at a block", async () => {
    const book = await newBook();
    await at.admin.addRoot(rootDigest);
    const { raw, hash } = await prepare([segmentOf(book)]);
    const beforeBlock = await at.ledger.reader.blockNumber();
    await at.ledger.send(raw);
    const batchNo = (await at.ledger.receipt(hash))?.batchNo ?? 0;
    const { reader } = at.ledger;
    const data = encodeEvidenceCall(batchNo, book.bookId, getBytes(rootDigest), new Uint8Array(32));
    const now = decodeEvidence(await reader.call(at.deployment.contract, data, await reader.blockNumber()));
    expect(now.unit).to.include({ creditCode: hospital, signer: at.keys.unit.address.toLowerCase() });
    expect(now.book).to.include({ code: receiptCode, first: book.first, next: book.first + 10 });
    expect(now.batch.segmentCount).to.equal(1);
    expect(now.root.addedAtS).to.be.greaterThan(0);
    const then = decodeEvidence(await reader.call(at.deployment.contract, data, beforeBlock));
    expect(then.batch.timeS).to.equal(0);
    expect(then.book.next).to.equal(book.first);
    expect(await reader.chainId()).to.equal(31337n);
  });

  it("rebuilds books, batches and head from the logs, whatever the page size", async () => {
    const contract = at.ledger.onNode;
    const toBlock = await at.ledger.blockNumber();
    const all = async (pageBlocks: number, names?: string[]): Promise<LedgerEvent[]> => {
      const events: LedgerEvent[] = [];
      let next = 0;
      const range =
        names === undefined ? { fromBlock: 0, toBlock, pageBlocks } : { fromBlock: 0, toBlock, pageBlocks, names };
      for await (const page of readLedgerEvents(contract, range)) {
        expect(page.fromBlock).to.equal(next);
        next = page.toBlock + 1;
        events.push(...page.events);
      }
      expect(next).to.equal(toBlock + 1);
      return events;
    };
    const events = await all(2000);
    expect(await all(1)).to.deep.equal(events);
    expect(await all(7)).to.deep.equal(events);
    const anchored = await all(5, ["SegmentAnchored", "BatchAnchored"]);
    expect(anchored).to.deep.equal(events.filter((e) => e.name === "SegmentAnchored" || e.name === "BatchAnchored"));

    const counts = await readCounts(contract);
    expect(counts.units).to.equal(1);
    expect((await readUnit(contract, 1))?.creditCode).to.equal(hospital);
    expect(await readUnit(contract, 2)).to.equal(undefined);
    const granted = events.filter((e) => e.name === "BookGranted");
    expect(granted).to.have.length(counts.books);
    const next = new Map(granted.map((e) => [e.args["bookId"], Number(e.args["first"])]));
    let head = new Uint8Array(32);
    for (const { name, args } of events) {
      if (name === "SegmentAnchored") {
        expect(args["from"], "no gap").to.equal(next.get(args["bookId"]));
        next.set(args["bookId"], Number(args["from"]) + Number(args["count"]));
      }
      if (name === "BatchAnchored") {
        head = Uint8Array.from(
          nextHead(head, Number(args["batchNo"]), getBytes(String(args["root"])), Number(args["time"])),
        );
      }
    }
    expect((await at.ledger.head()).headHash).to.equal(hexlify(head));
    const ids = granted.map((e) => Number(e.args["bookId"]));
    expect((await at.ledger.books(ids)).map((b) => b.next)).to.deep.equal(ids.map((id) => next.get(id)));
  });

  it("halves a page of logs that the node refuses", async () => {
    const refusing = {
      ...at.ledger.onNode,
      node: {
        ...at.ledger.onNode.node,
        request: async (method: string, params: readonly unknown[]) => {
          const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
          at.proxy.fault =
            Number(toBlock) - Number(fromBlock) >= 3
              ? { kind: "error", code: -32005, message: "too many" }
              : { kind: "none" };
          return at.ledger.onNode.node.request(method, params);
        },
      },
    };
    const sizes: number[] = [];
    for await (const page of readLedgerEvents(refusing, { fromBlock: 0, toBlock: 9 })) {
      sizes.push(page.toBlock - page.fromBlock + 1);
    }
    expect(Math.max(...sizes)).to.be.lessThan(4);
    expect(sizes.reduce((a, b) => a + b)).to.equal(10);
  });

  it("keeps batches, head and nonces over a restart of the chain, and tells a lost chain", async () => {
    const { raw, hash } = await prepare([segmentOf(await newBook())]);
    await at.ledger.send(raw);
    const before = {
      head: await at.ledger.head(),
      nonce: await at.ledger.minedNonce(),
      receipt: await at.ledger.receipt(hash),
    };
    const { deployment } = at;
    await at.restart();
    expect(at.deployment, "deploying again gives the same").to.deep.equal(deployment);
    await at.ledger.assertDeployed(deployment);
    expect(await at.ledger.head()).to.deep.equal(before.head);
    expect(await at.ledger.minedNonce()).to.equal(before.nonce);
    expect(await at.ledger.receipt(hash)).to.deep.equal(before.receipt);
    const zero = `0x${"00".repeat(32)}`;
    const lost: [Partial<typeof deployment>, string][] = [
      [{ chainId: 31338 }, "chainId"],
      [{ genesisHash: zero }, "genesisHash"],
      [{ blockHash: zero }, "blockHash"],
      [{ blockNumber: 10_000 }, "blockHash"],
      [{ contract: `0x${"11".repeat(20)}` }, "contract"],
    ];
    for (const [change, what] of lost) {
      const error = await failure(at.ledger.assertDeployed({ ...deployment, ...change }));
      expect(error.code).to.equal("chain_state_lost");
      expect(error.details["what"]).to.equal(what);
    }
  });

  it("says ledger_missing where there is no ledger", async () => {
    const nowhere = ethersLedger({
      rpcUrl: at.chain.url,
      chainId: 31337,
      contract: `0x${"22".repeat(20)}`,
      anchorerKey: at.keys.anchorer.privateKey,
      artifact: loadLedgerArtifact(artifactFile),
    });
    expect((await failure(nowhere.head())).code).to.equal("ledger_missing");
    nowhere.stop();
  });

  it("anchors 500 segments in one transaction, and says how long it takes", async function () {
    this.timeout(240_000);
    const books: TestBook[] = [];
    for (let index = 0; index < 500; index++) books.push(await newBook());
    const segments = books.map((book) => segmentOf(book, 0, 20));
    const times: string[] = [];
    const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await work();
      times.push(`${name} ${Math.round(performance.now() - began)} ms`);
      return result;
    };
    // The fixture's own ledger waits 2 s for an answer; this is work for a node.
    const { chain, deployment, keys } = at;
    const ledger = ethersLedger({
      ...{ rpcUrl: chain.url, chainId: chain.chainId, contract: deployment.contract },
      ...{ anchorerKey: keys.anchorer.privateKey, artifact: loadLedgerArtifact(artifactFile), timeoutMs: 50_000 },
    });
    const simulated = await timed("simulate", () => ledger.simulate(segments));
    expect(simulated.kind).to.equal("accepted");
    const gas = simulated.kind === "accepted" ? simulated.gas : 0n;
    const fee = await ledger.fee();
    const nonce = await ledger.minedNonce();
    const { raw, hash } = await timed("prepare", () => ledger.prepare(segments, nonce, fee, gas));
    await timed("send", () => ledger.send(raw));
    const receipt = await timed("receipt", () => ledger.receipt(hash));
    expect(receipt?.isSuccess).to.equal(true);
    const states = await timed("books", () => ledger.books(books.map((book) => book.bookId)));
    expect(states.every((state, index) => state.next === (books[index]?.first ?? 0) + 20)).to.equal(true);
    ledger.stop();
    console.log(`      gas limit ${gas}, ${raw.length} characters, ${times.join(", ")}`);
  });
});
