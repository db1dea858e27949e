import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { AppError } from "../../../service/core/errors.ts";
import { lockJournal } from "../../../service/adapters/chain/journalLock.ts";
import {
  ask,
  block,
  newWallet,
  openChain,
  post,
  signed,
  temporaryFolder,
  type PlainBlock,
  type RpcAnswer,
} from "./chainFixture.ts";

async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "no error";
}

describe("devChain", () => {
  let dir: string;
  const stops: (() => Promise<void>)[] = [];
  const children: ChildProcess[] = [];

  const open: typeof openChain = async (folder, options) => {
    const chain = await openChain(folder, options);
    stops.push(() => chain.stop());
    return chain;
  };
  const close = async () => {
    for (const stop of stops.splice(0)) await stop();
  };
  beforeEach(() => {
    dir = temporaryFolder("chain");
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await close();
    fs.rmSync(dir, { recursive: true, force: true });
  });
  const journal = () => path.join(dir, "journal.jsonl");

  /** Serves the folder in a process of its own. */
  async function spawnChain(maxFileKiB?: number): Promise<{ url: string; child: ChildProcess }> {
    const program = path.join(import.meta.dirname, "devChainChild.ts");
    const limit = maxFileKiB === undefined ? "" : `ulimit -f ${maxFileKiB}; `;
    const child = spawn("bash", ["-c", `${limit}exec "$0" "$@"`, process.execPath, program, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim()));
      child.once("exit", (code) => reject(new Error(`the chain ended with ${code}`)));
    });
    return { url, child };
  }

  it("has the same blocks after a restart, whatever was refused, simulated or reverted between", async () => {
    const wallet = newWallet();
    const first = await open(dir, { funded: [wallet.address] });
    expect(first.isNew).to.equal(true);
    for (let nonce = 0; nonce < 5; nonce++) {
      expect((await ask(first.url, "eth_sendRawTransaction", [await signed(wallet, nonce)])).error).to.equal(undefined);
      expect((await ask(first.url, "eth_sendRawTransaction", [await signed(wallet, 99)])).error?.code).to.equal(-32000);
      expect((await ask(first.url, "eth_sendRawTransaction", ["0x00"])).error).not.to.equal(undefined);
      await ask(first.url, "eth_call", [{ to: wallet.address, data: "0x" }, "pending"]);
      await ask(first.url, "eth_estimateGas", [{ to: wallet.address }]);
      await ask(first.url, "eth_getBlockByNumber", ["pending", true]);
    }
    const reverting = await signed(wallet, 5, { to: null, data: "0x5f5ffd" });
    const reverted = await ask(first.url, "eth_sendRawTransaction", [reverting]);
    const receipt = (await ask(first.url, "eth_getTransactionReceipt", [reverted.result])).result as { status: string };
    expect(receipt.status, "a revert is mined").to.equal("0x0");
    const blocks = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => block(first.url, `0x${n.toString(16)}`)));
    await close();

    const progress: [number, number][] = [];
    const second = await open(dir, { onProgress: (done, total) => progress.push([done, total]) });
    expect(second).to.include({ isNew: false, replayedCount: 6, tornBytes: 0, genesisHash: first.genesisHash });
    expect(progress).to.deep.equal([
      [0, 6],
      [6, 6],
    ]);
    for (const old of blocks) expect((await block(second.url, old.number)).hash).to.equal(old.hash);
    expect((await block(second.url, "latest")).hash).to.equal(blocks.at(-1)?.hash);
    const balance = (await ask(second.url, "eth_getBalance", [wallet.address, "latest"])).result;
    expect(BigInt(balance as string)).to.equal(10n ** 27n);
  });

  it("stamps blocks with real time, never before the last block's", async () => {
    let nowMs = Date.UTC(2026, 10, 22, 8, 0, 0, 500);
    const startS = Math.floor(nowMs / 1000);
    const wallet = newWallet();
    const chain = await open(dir, { clock: { nowMs: () => nowMs } });
    const mineAt = async (nonce: number) => {
      await ask(chain.url, "eth_sendRawTransaction", [await signed(wallet, nonce)]);
      return Number((await block(chain.url, "latest")).timestamp);
    };
    expect(Number((await block(chain.url, "0x0")).timestamp)).to.equal(startS);
    expect(await mineAt(0)).to.equal(startS);
    nowMs += 500;
    expect(await mineAt(1)).to.equal(startS + 1);
    nowMs -= 3_600_000;
    expect(await mineAt(2), "the clock was set back").to.equal(startS + 1);
    nowMs += 7_200_000;
    expect(await mineAt(3)).to.equal(startS + 3601);
    await close();
    expect((await open(dir, { clock: { nowMs: () => 0 } })).replayedCount).to.equal(4);
  });

  it("takes transactions of accounts without coins at a price of zero, and keeps the base fee at zero", async () => {
    const wallet = newWallet();
    const chain = await open(dir);
    // The code is INVALID, which takes all the gas.
    const burning = await signed(wallet, 0, { to: null, data: "0xfe", gasLimit: 16_777_216n });
    expect((await ask(chain.url, "eth_sendRawTransaction", [burning])).error).to.equal(undefined);
    expect((await ask(chain.url, "eth_sendRawTransaction", [await signed(wallet, 1)])).error).to.equal(undefined);
    expect((await block(chain.url, "latest")).baseFeePerGas).to.equal("0x0");
    expect((await ask(chain.url, "eth_gasPrice")).result).to.equal("0x0");
    expect((await ask(chain.url, "eth_maxPriorityFeePerGas")).result).to.equal("0x0");
    const bidding = await signed(wallet, 2, { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n });
    expect((await ask(chain.url, "eth_sendRawTransaction", [bidding])).error?.message).to.match(/funds/);
    const tooMuch = await signed(wallet, 2, { gasLimit: 16_777_217n });
    expect((await ask(chain.url, "eth_sendRawTransaction", [tooMuch])).error?.message).to.match(/cap/);
  });

  it("gives two chains made at the same time different first blocks", async () => {
    const clock = { nowMs: () => 1_790_000_000_000 };
    const other = temporaryFolder("chain");
    const a = await open(dir, { clock });
    const b = await open(other, { clock });
    expect(a.genesisHash).not.to.equal(b.genesisHash);
    fs.rmSync(other, { recursive: true });
  });

  it("cuts a torn last line and nothing else", async () => {
    const wallet = newWallet();
    const chain = await open(dir);
    await ask(chain.url, "eth_sendRawTransaction", [await signed(wallet, 0)]);
    const tip = await block(chain.url, "latest");
    await close();
    const whole = fs.readFileSync(journal());
    fs.appendFileSync(journal(), '{"t":1,"r":"0xtorn');
    const again = await open(dir);
    expect(again).to.include({ replayedCount: 1, tornBytes: 18 });
    expect((await block(again.url, "latest")).hash).to.equal(tip.hash);
    await close();
    expect(fs.readFileSync(journal()).equals(whole)).to.equal(true);
  });

  it("refuses a damaged line, a removed line, a changed hash, another chain id, and leaves the journal alone", async () => {
    const wallet = newWallet();
    const chain = await open(dir);
    for (let nonce = 0; nonce < 3; nonce++)
      await ask(chain.url, "eth_sendRawTransaction", [await signed(wallet, nonce)]);
    await close();
    const good = fs.readFileSync(journal(), "utf8");
    const [header = "", one = "", two = "", three = ""] = good.split("\n");
    const cases: [string, string][] = [
      ["chain_journal_damaged", [header, one, two.slice(0, 40), three, ""].join("\n")],
      ["chain_journal_damaged", ["{}", one, two, three, ""].join("\n")],
      ["chain_journal_incompatible", [header, one, three, ""].join("\n")],
      ["chain_journal_incompatible", [header, one, three.replace(/"h":"0x../, '"h":"0x00'), ""].join("\n")],
      ["chain_journal_incompatible", [header, one, two.replace(/"h":"0x..../, '"h":"0x0000'), ""].join("\n")],
      ["chain_journal_incompatible", [header.replace(/"genesisTimeS":\d/, '"genesisTimeS":2'), one, ""].join("\n")],
      ["chain_journal_damaged", ""],
    ];
    for (const [code, text] of cases) {
      fs.writeFileSync(journal(), text);
      expect(await codeOf(open(dir)), text.slice(0, 60)).to.equal(code);
      expect(fs.readFileSync(journal(), "utf8")).to.equal(text);
    }
    fs.writeFileSync(journal(), good);
    expect(await codeOf(open(dir, { chainId: 31338 }))).to.equal("chain_journal_mismatch");
    expect((await open(dir, { chainId: 31337 })).replayedCount).to.equal(3);
  });

  it("goes on with a journal of another version of the EVM if the blocks are the same", async () => {
    const wallet = newWallet();
    const chain = await open(dir);
    await ask(chain.url, "eth_sendRawTransaction", [await signed(wallet, 0)]);
    await close();
    const text = fs.readFileSync(journal(), "utf8").replace(/"edr":"[^"]+"/, '"edr":"0.0.1"');
    fs.writeFileSync(journal(), text);
    expect((await open(dir)).replayedCount).to.equal(1);
    await close();
    fs.writeFileSync(journal(), text.replace(/"h":"0x..../, '"h":"0x0000'));
    const error = await open(dir).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(AppError);
    expect((error as AppError).details).to.include({ madeBy: "0.0.1", blockNumber: 1 });
  });

  it("is open in one process at a time, and takes over from one that was killed", async () => {
    const { child } = await spawnChain();
    const error = await open(dir).catch((caught: unknown) => caught);
    expect((error as AppError).code).to.equal("chain_journal_locked");
    expect((error as AppError).details).to.deep.equal({ pid: child.pid });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    await open(dir);
    expect(await codeOf(open(dir)), "the same process, twice").to.equal("chain_journal_locked");
    expect(fs.readdirSync(dir).filter((name) => name.startsWith("lock"))).to.have.length(1);
  });

  it("locks against a process with the owner's id but another start, and against an unreadable owner file", async () => {
    fs.writeFileSync(path.join(dir, "lock.7"), JSON.stringify({ pid: process.pid, startedAt: "before/1" }));
    const lock = lockJournal(dir);
    expect(fs.readdirSync(dir)).to.deep.equal(["lock.8"]);
    expect(await codeOf(() => lockJournal(dir))).to.equal("chain_journal_locked");
    lock.release();
    fs.writeFileSync(path.join(dir, "lock.9"), "");
    lockJournal(dir).release();
    expect(fs.readdirSync(dir)).to.deep.equal([]);
  });

  it("loses nothing acknowledged or seen when killed under load", async () => {
    const senders = Array.from({ length: 8 }, newWallet);
    const nonces = senders.map(() => 0);
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 4; round++) {
      const { url, child } = await spawnChain();
      let seen: PlainBlock = { number: "0x0", hash: "", timestamp: "0x0", baseFeePerGas: "0x0", transactions: [] };
      const killed = new AbortController();
      const load = senders.map(async (wallet, index) => {
        while (!killed.signal.aborted) {
          const raw = await signed(wallet, nonces[index] ?? 0);
          const { result } = await ask(url, "eth_sendRawTransaction", [raw]);
          if (typeof result !== "string") return;
          acknowledged.set(result, raw);
          nonces[index] = (nonces[index] ?? 0) + 1;
        }
      });
      const enough = acknowledged.size + 150;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      // Kills at the worst moment: a reader has just seen what the sender has not yet been told.
      const reader = (async () => {
        while (!killed.signal.aborted) {
          seen = await block(url, "latest");
          const isEarly = seen.transactions.some((hash) => !acknowledged.has(hash));
          if (acknowledged.size > enough + (isEarly ? 0 : 200)) child.kill("SIGKILL");
        }
      })();
      const done = Promise.allSettled([...load, reader]);
      await gone;
      killed.abort();
      await done;

      const chain = await open(dir);
      expect((await block(chain.url, seen.number)).hash, "a block that was seen").to.equal(seen.hash);
      for (const hash of acknowledged.keys()) {
        const receipt = (await ask(chain.url, "eth_getTransactionReceipt", [hash])).result;
        expect(receipt, hash).not.to.equal(null);
      }
      for (const [index, wallet] of senders.entries()) {
        const mined = (await ask(chain.url, "eth_getTransactionCount", [wallet.address, "latest"])).result;
        nonces[index] = Number(mined);
      }
      await close();
    }
    expect(acknowledged.size).to.be.greaterThan(599);
  });

  it("answers nothing any more when the journal cannot be written, and has what it acknowledged after a restart", async () => {
    const { url, child } = await spawnChain(8);
    const wallet = newWallet();
    const acknowledged: unknown[] = [];
    let refused: RpcAnswer | undefined;
    while (refused === undefined) {
      const answer = await ask(url, "eth_sendRawTransaction", [await signed(wallet, acknowledged.length)]);
      if (answer.error === undefined) acknowledged.push(answer.result);
      else refused = answer;
    }
    expect(acknowledged.length).to.be.greaterThan(10);
    const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] });
    expect((await post(url, call)).status).to.equal(503);
    expect((await ask(url, "eth_gasPrice")).error?.message).to.include("journal");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    const chain = await open(dir);
    expect(chain.replayedCount).to.equal(acknowledged.length);
    expect(chain.tornBytes).to.be.greaterThan(0);
    const last = await ask(chain.url, "eth_getTransactionReceipt", [acknowledged.at(-1)]);
    expect(last.result).not.to.equal(null);
  });

  it("replays, and says how fast", async () => {
    const wallet = newWallet();
    const chain = await open(dir);
    const raws = await Promise.all(Array.from({ length: 1000 }, (_, nonce) => signed(wallet, nonce)));
    const began = performance.now();
    const calls = raws.map((raw, id) => ({ jsonrpc: "2.0", id, method: "eth_sendRawTransaction", params: [raw] }));
    const answers = (await (await post(chain.url, JSON.stringify(calls))).json()) as { id: number; result?: string }[];
    const mined = performance.now();
    expect(answers.map((answer) => answer.id)).to.deep.equal(calls.map((call) => call.id));
    expect(answers.every((answer) => typeof answer.result === "string")).to.equal(true);
    await close();
    const stopped = performance.now();
    const progress: number[] = [];
    await open(dir, { onProgress: (done) => progress.push(done) });
    const rate = (ms: number) => Math.round(1_000_000 / ms);
    console.log(`      mined ${rate(mined - began)}/s, replayed ${rate(performance.now() - stopped)}/s`);
    expect(progress).to.deep.equal([0, 200, 400, 600, 800, 1000, 1000]);
  });

  describe("over HTTP", () => {
    it("offers reading and sending, and nothing that controls the chain", async () => {
      const { url } = await open(dir);
      expect((await ask(url, "eth_chainId")).result).to.equal("0x7a69");
      expect((await ask(url, "net_version")).result).to.equal("31337");
      expect((await ask(url, "eth_accounts")).result).to.deep.equal([]);
      const refused = ["hardhat_setBalance", "evm_mine", "evm_setNextBlockTimestamp", "debug_traceTransaction"];
      for (const method of [...refused, "eth_sendTransaction", "eth_sign", "eth_newFilter", "__proto__"]) {
        expect((await ask(url, method)).error?.code, method).to.equal(-32601);
      }
      expect((await block(url, "latest")).number).to.equal("0x0");
    });

    it("answers a revert with code 3 and its data", async () => {
      const { url } = await open(dir);
      const { error } = await ask(url, "eth_call", [{ data: "0x63deadbeef5f526004601cfd" }, "latest"]);
      expect(error).to.include({ code: 3, data: "0xdeadbeef" });
    });

    it("answers batches in their order, and refuses empty and too large ones", async () => {
      const { url } = await open(dir);
      const call = (id: number, method: string) => ({ jsonrpc: "2.0", id, method, params: [] });
      const batch = [call(7, "eth_blockNumber"), call(8, "evm_mine"), { no: "call" }];
      const response = await post(url, JSON.stringify(batch));
      expect(response.status).to.equal(200);
      const [one, two, three] = (await response.json()) as { id: number; result?: string; error?: { code: number } }[];
      expect(one).to.include({ id: 7, result: "0x0" });
      expect(two?.error?.code).to.equal(-32601);
      expect(three).to.deep.include({ id: null });
      expect((await post(url, "[]")).status).to.equal(400);
      const many = (count: number) =>
        JSON.stringify(Array.from({ length: count }, (_, id) => call(id, "eth_blockNumber")));
      expect((await post(url, many(1000))).status).to.equal(200);
      expect((await post(url, many(1001))).status).to.equal(400);
    });

    it("answers what is no JSON, no call, no POST and too long with its own status", async () => {
      const { url } = await open(dir, { maxBodyBytes: 200 });
      const malformed = await post(url, "{");
      expect(malformed.status).to.equal(400);
      expect(((await malformed.json()) as { error: { code: number } }).error.code).to.equal(-32700);
      expect((await post(url, "1")).status).to.equal(400);
      expect((await post(url, '{"method":"eth_chainId","params":{}}')).status).to.equal(400);
      expect((await fetch(url)).status).to.equal(405);
      const padded = (length: number) => '{"id":1,"method":"eth_chainId","params":[]}'.padEnd(length);
      expect((await post(url, padded(200))).status).to.equal(200);
      expect((await post(url, padded(201))).status).to.equal(413);
      expect((await post(url, padded(200))).status).to.equal(200);
    });

    it("lets pages of this machine read it, also those on its disk, and no others", async () => {
      const { url } = await open(dir);
      const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
      for (const origin of ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:8443", "null"]) {
        const response = await post(url, call, { origin });
        expect(response.status, origin).to.equal(200);
        expect(response.headers.get("access-control-allow-origin")).to.equal(origin);
      }
      const preflight = await fetch(url, { method: "OPTIONS", headers: { origin: "http://localhost:3000" } });
      expect(preflight.status).to.equal(204);
      expect(preflight.headers.get("access-control-allow-headers")).to.equal("content-type");
      for (const origin of [
        "http://evil.example",
        "http://localhost.evil.example",
        "nullable",
        "http://127.0.0.1:1@evil",
      ]) {
        const response = await post(url, call, { origin });
        expect(response.status, origin).to.equal(403);
        expect(response.headers.get("access-control-allow-origin")).to.equal(null);
      }
    });

    it("says which port is taken", async () => {
      const { url } = await open(dir);
      const other = temporaryFolder("chain");
      expect(await codeOf(open(other, { port: Number(new URL(url).port) }))).to.equal("chain_port_taken");
      await open(other);
      fs.rmSync(other, { recursive: true });
    });
  });
});
