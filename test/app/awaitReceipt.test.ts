import { expect } from "chai";
import { awaitReceipt } from "../../service/app/awaitReceipt.ts";
import type { Deps } from "../../service/app/deps.ts";
import { receiptTopic } from "../../service/app/deps.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { createBell } from "../../service/adapters/system/bell.ts";

/** A store of one receipt and a clock that only waiting moves on. */
function waiting(states: readonly Partial<Receipt>[]): {
  deps: Deps;
  receipt: Receipt;
  looks: () => number;
  waits: number[];
} {
  const base = { code: 44060126, number: 7, state: "issued" } as Receipt;
  let looks = 0;
  let nowMs = 1_000;
  const waits: number[] = [];
  const deps = {
    clock: { nowMs: () => nowMs },
    bell: {
      ring: () => undefined,
      heard: async (_topic: string, timeoutMs: number) => {
        waits.push(timeoutMs);
        nowMs += timeoutMs;
      },
    },
    store: { receipt: async () => ({ ...base, ...states[Math.min(looks++, states.length - 1)] }) },
  } as unknown as Deps;
  return { deps, receipt: base, looks: () => looks, waits };
}

const anchoring = { batchNo: 1, segmentIndex: 0, txHash: "0x", blockNumber: 1, anchoredAtMs: 1 };

describe("awaitReceipt", () => {
  it("gives the receipt as soon as it has come so far", async () => {
    const { deps, receipt, looks } = waiting([{}, { state: "rendered" }, { state: "rendered", anchoring }]);
    const rendered = await awaitReceipt(deps, receipt, "rendered", 60_000);
    expect(rendered.state).to.equal("rendered");
    expect(looks()).to.equal(2);
    const anchored = await awaitReceipt(deps, rendered, "anchored", 60_000);
    expect(anchored.anchoring).to.deep.equal(anchoring);
    expect(looks()).to.equal(3);
  });

  it("does not wait for what has come already, and not at all for no time", async () => {
    const { deps, receipt, looks } = waiting([{}]);
    expect((await awaitReceipt(deps, { ...receipt, state: "rendered" }, "rendered", 60_000)).state).to.equal(
      "rendered",
    );
    expect((await awaitReceipt(deps, receipt, "rendered", 0)).state).to.equal("issued");
    expect(looks()).to.equal(0);
  });

  it("gives the receipt as it stands when the time is up, to the millisecond", async () => {
    const { deps, receipt, waits } = waiting([{}]);
    expect((await awaitReceipt(deps, receipt, "anchored", 601)).state).to.equal("issued");
    expect(waits).to.deep.equal([250, 250, 101]);
  });

  it("does not wait for a receipt that has become void", async () => {
    const { deps, receipt, looks } = waiting([{ state: "void" }]);
    expect((await awaitReceipt(deps, receipt, "anchored", 60_000)).state).to.equal("void");
    expect(looks()).to.equal(1);
  });

  it("is woken by the bell of its receipt at once", async () => {
    const bell = createBell();
    let state: Receipt["state"] = "issued";
    const receipt = { code: 44060126, number: 7, state } as Receipt;
    const deps = {
      clock: { nowMs: () => Date.now() },
      bell: { ...bell, heard: (topic: string) => bell.heard(topic, 60_000) },
      store: { receipt: async () => ({ ...receipt, state }) },
    } as unknown as Deps;
    const awaited = awaitReceipt(deps, receipt, "rendered", 60_000);
    bell.ring(receiptTopic(44060126, 8));
    state = "rendered";
    bell.ring(receiptTopic(44060126, 7));
    expect((await awaited).state).to.equal("rendered");
  });
});
