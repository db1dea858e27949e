import { expect } from "chai";
import { createBell } from "../../service/adapters/system/bell.ts";
import { deliveryTopic, type Deps } from "../../service/app/deps.ts";
import type { DeliveryClaim } from "../../service/app/deliveryPorts.ts";
import { startDeliverWorker } from "../../service/workers/deliver.ts";

describe("the deliver worker", () => {
  it("looks when it starts and whenever the bell rings, for the channels that it has, and stops", async () => {
    const claims: DeliveryClaim[] = [];
    const bell = createBell();
    const waiting: (() => void)[] = [];
    const deps = {
      bell,
      clock: { nowMs: () => 1_000_000_000_000 },
      channels: { sms: { send: () => Promise.reject(new Error("nothing is sent")) } },
      settings: { holder: "test", sealWaitMs: 60_000 },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      store: {
        claimDeliveries: (claim: DeliveryClaim) => {
          claims.push(claim);
          waiting.splice(0).forEach((resolve) => resolve());
          return Promise.resolve([]);
        },
      },
    } as unknown as Deps;
    const nextClaim = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
    const first = nextClaim();
    const worker = startDeliverWorker(deps);
    await first;
    expect(claims[0]).to.deep.include({ holder: "test", channels: ["sms"], sealWaitMs: 60_000 });
    expect(claims[0]?.dueSinceMs).to.equal(1_000_000_000_000 - 7 * 86_400_000);
    // The bell is heard only once the worker has gone to rest, so it is rung until it is.
    const second = nextClaim();
    const startedMs = performance.now();
    const ringing = setInterval(() => bell.ring(deliveryTopic), 5);
    await second;
    clearInterval(ringing);
    expect(performance.now() - startedMs, "ms: sooner than it looks by itself").to.be.lessThan(900);
    await worker.stop();
    const count = claims.length;
    bell.ring(deliveryTopic);
    await new Promise((resolve) => setImmediate(resolve));
    expect(claims).to.have.length(count);
  });
});
