import { expect } from "chai";
import { createBell } from "../../service/adapters/system/bell.ts";
import type { Log } from "../../service/app/ports.ts";
import { AppError } from "../../service/core/errors.ts";
import { startLoop, type Worker } from "../../service/workers/loop.ts";
import { createManualBell } from "../support/manualBell.ts";

describe("a worker's loop", () => {
  const logged: [string, unknown][] = [];
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event, fields) => void logged.push([event, fields]),
  };
  let worker: Worker | undefined;
  beforeEach(() => void logged.splice(0));
  afterEach(() => worker?.stop());

  it("takes the next step at once if there is no rest, and rests as long as the step says", async () => {
    const bell = createManualBell("work");
    const rests = [0, 0, 0, 750, 0, 20];
    let steps = 0;
    worker = startLoop({ name: "test", bell, topic: "work", log }, async () => rests[steps++]!);
    expect(await bell.rest()).to.equal(750);
    expect(steps).to.equal(4);
    bell.wake();
    expect(await bell.rest()).to.equal(20);
    expect(steps).to.equal(6);
  });

  it("backs off from 0.2 s to 5 s while its step fails, and begins anew after one that does not", async () => {
    const bell = createManualBell("work");
    let isFailing = true;
    worker = startLoop({ name: "test", bell, topic: "work", log }, async () => {
      if (isFailing) throw new AppError("chain_unreachable", "the node does not answer");
      return 1000;
    });
    const pauses: number[] = [];
    for (let n = 0; n < 7; n++) {
      pauses.push(await bell.rest());
      expect(worker.isWell()).to.equal(false);
      if (n === 6) isFailing = false;
      bell.wake();
    }
    expect(pauses).to.deep.equal([200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(await bell.rest()).to.equal(1000);
    expect(worker.isWell()).to.equal(true);
    isFailing = true;
    bell.wake();
    expect(await bell.rest()).to.equal(200);
    const fields = { worker: "test", code: "chain_unreachable", error: "the node does not answer" };
    expect(logged[0]).to.deep.equal(["worker_failed", fields]);
  });

  it("survives what is no error of ours, and says so", async () => {
    const bell = createManualBell("work");
    worker = startLoop({ name: "test", bell, topic: "work", log }, () => Promise.reject(new TypeError("odd")));
    expect(await bell.rest()).to.equal(200);
    expect(logged).to.deep.equal([["worker_failed", { worker: "test", code: "unexpected", error: "odd" }]]);
  });

  it("is woken from its rest by its own topic alone", async () => {
    const bell = createBell();
    let steps = 0;
    const stepped: (() => void)[] = [];
    worker = startLoop({ name: "test", bell, topic: "work", log }, async () => {
      steps++;
      stepped.shift()?.();
      return 3_600_000;
    });
    bell.ring("other");
    const second = new Promise<void>((resolve) => stepped.push(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(steps).to.equal(1);
    bell.ring("work");
    await second;
    expect(steps).to.equal(2);
  });

  it("stops from its rest at once", async () => {
    let steps = 0;
    const loop = startLoop({ name: "test", bell: createBell(), topic: "work", log }, async () => {
      steps++;
      return 3_600_000;
    });
    await loop.stop();
    expect(steps).to.equal(1);
  });

  it("ends the step that runs before it has stopped, and takes no other", async () => {
    const order: string[] = [];
    let finish = (): void => undefined;
    const loop = startLoop({ name: "test", bell: createBell(), topic: "work", log }, async () => {
      order.push("begun");
      await new Promise<void>((resolve) => (finish = resolve));
      order.push("ended");
      return 0;
    });
    const stopped = loop.stop().then(() => order.push("stopped"));
    finish();
    await stopped;
    expect(order).to.deep.equal(["begun", "ended", "stopped"]);
  });

  it("stops while its step fails", async () => {
    const bell = createManualBell("work");
    const loop = startLoop({ name: "test", bell, topic: "work", log }, () => Promise.reject(new Error("odd")));
    await bell.rest();
    await loop.stop();
  });
});
