import { expect } from "chai";
import { HDNodeWallet, Transaction } from "ethers";
import { startDevChain, type DevChain } from "../../service/adapters/chain/devChain.ts";
import { systemClock } from "../../service/adapters/system/clock.ts";
import { startFaultyProxy, type FaultyProxy } from "../adapters/chain/faultyProxy.ts";
import { makeTestFolder } from "../support/database.ts";
import { auditParts, untilAllAnchored, withFolder } from "../support/inspect.ts";
import { clientOf, endLeftovers, sampleOf, startProgram, until, type Acknowledged } from "../support/program.ts";

const AWAY_MS = 60_000;
/** An acknowledgement must not wait for the chain: far below the client's own patience, far above the usual few ms. */
const QUICK_MS = 3_000;

describe("the chain away", function () {
  this.timeout(300_000);
  let folder: ReturnType<typeof makeTestFolder>;
  let chain: DevChain;
  let proxy: FaultyProxy;
  let env: Record<string, string>;
  before(async () => {
    folder = makeTestFolder("away");
    const [bureau, anchorer] = [HDNodeWallet.createRandom(), HDNodeWallet.createRandom()];
    const funded = [bureau.address, anchorer.address];
    chain = await startDevChain({ dir: `${folder.dir}/chain`, clock: systemClock, funded });
    proxy = await startFaultyProxy(chain.url, (raw) => Transaction.from(raw).hash ?? "");
    env = { CHAIN_RPC_URL: proxy.url, ANCHORER_KEY: anchorer.privateKey, BUREAU_KEY: bureau.privateKey };
  });
  after(async () => {
    await endLeftovers();
    await proxy.stop();
    await chain.stop();
    folder.remove();
  });

  it("for 60 s: issuing goes on, the outage is told, and then everything is anchored once", async () => {
    const dataDir = `${folder.dir}/data`;
    const program = await startProgram({ dataDir, env });
    const client = await clientOf(program, dataDir);
    const issued: Acknowledged[] = [];
    const slowest = { away: 0 };
    const issue = async (busNo: string): Promise<void> => {
      const startMs = performance.now();
      const response = await client.call("POST", "/v1/receipts", sampleOf("outpatient", issued.length, busNo));
      slowest.away = Math.max(slowest.away, performance.now() - startMs);
      expect(response.status).to.equal(201);
      issued.push((await response.json()) as Acknowledged);
    };
    const readiness = async (): Promise<{
      status: number;
      body: { status: string; checks: Record<string, { isOk: boolean }> };
    }> => {
      const response = await fetch(new URL("/readyz", program.url));
      return { status: response.status, body: (await response.json()) as never };
    };
    const alarms = async (): Promise<string> => {
      const text = await (await fetch(new URL("/metrics", program.url))).text();
      return /lianpiao_open_alarms\{kind="chain_unreachable"\} (\d+)/.exec(text)?.[1] ?? "0";
    };
    for (let n = 0; n < 5; n++) await issue(`BEFORE-${n}`);
    await untilAllAnchored(client, issued);
    expect((await readiness()).body.status).to.equal("ready");
    expect(program.output()).not.to.include("worker_failed");
    slowest.away = 0;

    // Every way in which a node can be away: closed, silent, answering nonsense, and taking what it then forgets.
    const startMs = Date.now();
    const faults = [{ kind: "down" }, { kind: "hang" }, { kind: "status", status: 503 }, { kind: "drop" }] as const;
    for (const [part, fault] of faults.entries()) {
      proxy.fault = fault;
      const endMs = startMs + (AWAY_MS * (part + 1)) / faults.length;
      for (let n = 0; Date.now() < endMs; n++) {
        await issue(`AWAY-${fault.kind}-${n}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      if (fault.kind === "drop") continue;
      const { status, body } = await readiness();
      expect([fault.kind, status, body.status, body.checks["chain"]?.isOk]).to.deep.equal([
        fault.kind,
        200,
        "degraded",
        false,
      ]);
      expect(await alarms(), fault.kind).to.equal("1");
    }
    expect(proxy.dropped.length).to.be.greaterThan(0);
    expect(slowest.away).to.be.below(QUICK_MS);
    const [last] = issued.slice(-1);
    const path = `/v1/receipts/${last!.eInvoiceCode}/${last!.eInvoiceNumber}`;
    const status = async () => ((await (await client.call("GET", path)).json()) as { status: string }).status;
    await until(async () => (await status()) === "rendered", "the last receipt is drawn while the chain is away");

    proxy.fault = { kind: "none" };
    await untilAllAnchored(client, issued);
    await until(async () => (await readiness()).body.status === "ready", "it is ready again");
    await until(async () => (await alarms()) === "0", "the alarm is cleared");
    await program.stop();
    const report = await withFolder(dataDir, auditParts, env);
    expect(report.findings).to.deep.equal([]);
    expect(report).to.include({ receiptCount: issued.length, pendingCount: 0 });
  });
});
