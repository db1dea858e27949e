import { expect } from "chai";
import { createWebhookPoster } from "../../service/adapters/webhook/webhookPoster.ts";
import { deliverReceipts } from "../../service/app/deliverReceipts.ts";
import type { Deps } from "../../service/app/deps.ts";
import { eventTypeNames, type EventType } from "../../service/app/eventTypes.ts";
import { registerWebhook } from "../../service/app/registerWebhook.ts";
import { removeWebhook, replayWebhook } from "../../service/app/replayWebhook.ts";
import { rotateWebhook } from "../../service/app/rotateWebhook.ts";
import { EVENT_KEPT_MS, forgetEvents, sendEvents } from "../../service/app/sendEvents.ts";
import type { Endpoint, ReceiptEvent } from "../../service/app/webhookPorts.ts";
import { issueReceipts } from "../../service/app/issueReceipts.ts";
import { recordEvents } from "../../service/db/recordEvents.ts";
import { sampleToday, startPlatform, type Platform } from "../support/platform.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhookReceiver.ts";

const HOUR_MS = 3_600_000;

describe("webhooks", function () {
  this.timeout(120_000);
  let platform: Platform;
  let receiver: WebhookReceiver;
  let deps: Deps;
  let unitId: number;
  /** Added to the time of day. */
  let shiftMs: number;
  before(async () => {
    platform = await startPlatform();
    receiver = await startWebhookReceiver();
    const webhooks = createWebhookPoster({
      sealSecret: (plain) => platform.keystore.sealSecret(plain),
      openSecret: (sealed) => platform.keystore.openSecret(sealed),
      nowMs: Date.now,
      isPrivateAllowed: true,
      timeoutMs: 300,
    });
    deps = { ...platform.with({ webhooks }), clock: { nowMs: () => Date.now() + shiftMs } };
    ({ unitId } = await platform.unitOf("demo-hospital"));
  });
  after(async () => {
    await receiver.stop();
    await platform.stop();
  });
  beforeEach(async () => {
    shiftMs = 0;
    receiver.received.length = 0;
    receiver.answer = () => 204;
    receiver.gate = Promise.resolve();
    receiver.retryAfter = undefined;
    receiver.location = undefined;
    for (const table of ["webhook_dead_letter", "webhook_old_secret", "webhook_endpoint", "event", "event_stream"]) {
      await platform.database.dataSource.query(`delete from ${table}`);
    }
    await platform.database.dataSource.query("update alarm set cleared_at_ms = 0 where cleared_at_ms is null");
  });

  const register = async (path = "/hook", types: readonly EventType[] = eventTypeNames): Promise<string> => {
    const outcome = await registerWebhook(deps, { unitId, url: receiver.url + path, types });
    if (outcome.kind !== "registered") throw new Error(outcome.kind);
    receiver.secrets.set(path, outcome.secret);
    return outcome.endpoint.endpointId;
  };
  const endpoint = async (endpointId: string): Promise<Endpoint> =>
    (await deps.store.endpoints(unitId)).find((each) => each.endpointId === endpointId)!;
  /** As the worker does, until nothing is due. */
  const sendAll = async (own = deps): Promise<void> => {
    while (await sendEvents(own));
  };
  const events = async (): Promise<readonly ReceiptEvent[]> => {
    const found = await deps.store.events(unitId, {}, undefined, 5_000);
    return found === "no_event" ? [] : found;
  };
  let serial = 0;
  const issue = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => platform.issue("outpatient", `HOOK-${serial++}`)));

  it("writes no row while no endpoint wants the type", async () => {
    await issue(2);
    expect(await platform.database.dataSource.query("select * from event")).to.deep.equal([]);
    await register("/hook", ["receipt.anchored"]);
    await issue(1);
    expect(await events()).to.deep.equal([]);
    await platform.renderAll();
    await platform.anchorAll();
    expect((await events()).map(({ type }) => type)).to.deep.equal(Array(3).fill("receipt.anchored"));
  });

  it("tells of issue, anchor and delivery in order, signed, without a person, an amount or a check code", async () => {
    await register();
    const sms = { send: async () => ({ kind: "sent" }) as const };
    const receipt = await platform.issue("outpatient", `HOOK-${serial++}`, { delivery: { phone: "13912345678" } });
    await platform.renderAll();
    await platform.anchorAll();
    await deliverReceipts({ ...deps, channels: { sms } });
    await sendAll();
    const { batchNo } = (await platform.current(receipt)).anchoring!;
    const { eInvoiceCode, eInvoiceNumber, randomNumber, payerPartyName } = receipt.data;
    expect(receiver.received.map(({ event }) => [event.type, event.data.status, event.data.details])).to.deep.equal([
      ["receipt.issued", "issued", { kind: "outpatient" }],
      ["receipt.anchored", "anchored", { batchNo }],
      ["receipt.delivered", "delivered", { channel: "sms" }],
    ]);
    const self = `/v1/receipts/${eInvoiceCode}/${eInvoiceNumber}`;
    for (const { event, body, headers } of receiver.received) {
      expect(event.data).to.include({ eInvoiceCode, eInvoiceNumber });
      expect(event.data.links).to.deep.equal({ self, pdf: `${self}/pdf`, xml: `${self}/xml`, proof: `${self}/proof` });
      expect(event.timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/);
      expect(headers["content-type"]).to.equal("application/json; charset=utf-8");
      for (const secret of [randomNumber, payerPartyName, "13912345678", receipt.busNo, "236.21", "23621"]) {
        expect(body, secret).not.to.include(`"${secret}`);
      }
    }
  });

  it("takes other facts' events in their own transaction, and none if that is rolled back", async () => {
    await register();
    const fact = { code: 44060126, number: 7, atMs: Date.now(), details: { reason: "2" } };
    await platform.database.dataSource.transaction((manager) =>
      recordEvents(manager, unitId, "receipt.reversed", [fact, { ...fact, number: 8 }]),
    );
    const broken = platform.database.dataSource.transaction(async (manager) => {
      await recordEvents(manager, unitId, "receipt.claimed", [fact]);
      throw new Error("rolled back");
    });
    await broken.catch(() => undefined);
    await platform.database.dataSource.transaction((manager) =>
      recordEvents(manager, unitId, "receipt.claimed", [fact]),
    );
    const found = await events();
    expect(found.map(({ seq, type, number }) => [seq, type, number])).to.deep.equal([
      [1, "receipt.reversed", 7],
      [2, "receipt.reversed", 8],
      [3, "receipt.claimed", 7],
    ]);
  });

  it("sends each endpoint only its types, and one that fails holds no other up", async () => {
    const failing = await register("/failing");
    await register("/anchors", ["receipt.anchored"]);
    receiver.answer = (_event, path) => (path === "/failing" ? 500 : 204);
    await issue(2);
    await platform.renderAll();
    await platform.anchorAll();
    await sendAll();
    expect(receiver.received.filter(({ path }) => path === "/anchors").map(({ event }) => event.type)).to.deep.equal(
      Array(2).fill("receipt.anchored"),
    );
    expect(receiver.ids("/failing")).to.have.length(1);
    expect(await endpoint(failing)).to.include({ failures: 1, lastError: "http_500", state: "on", waitingCount: 4 });
  });

  it("rests longer after each failure, heeds Retry-After, sends the same id and body again, then goes on in order", async () => {
    const id = await register();
    await issue(3);
    let status = 503;
    receiver.answer = () => status;
    const rests: number[] = [];
    for (let failures = 1; failures <= 3; failures++) {
      if (failures === 3) receiver.retryAfter = "7200";
      await sendAll();
      expect(receiver.received).to.have.length(failures);
      const { nextAtMs = 0 } = await endpoint(id);
      rests.push(Math.round((nextAtMs - deps.clock.nowMs()) / 1000));
      shiftMs += nextAtMs - deps.clock.nowMs() - 20;
      await sendAll();
      expect(receiver.received, "not before its time").to.have.length(failures);
      shiftMs += 1_000;
    }
    expect(rests[0]).to.be.within(4, 7);
    expect(rests[1]).to.be.within(29, 38);
    expect(rests[2]).to.equal(7_200);
    status = 200;
    await sendAll();
    const [first, second, third] = await events();
    const [a, b, c] = [first!.eventId, second!.eventId, third!.eventId];
    expect(receiver.ids()).to.deep.equal([a, a, a, a, b, c]);
    expect(new Set(receiver.received.slice(0, 4).map(({ body }) => body)).size).to.equal(1);
    expect(await endpoint(id))
      .to.include({ failures: 0, waitingCount: 0 })
      .and.not.to.have.property("lastError");
  });

  it("gives up after three days with an alarm, and a replay sends what was kept", async () => {
    const id = await register();
    await issue(2);
    receiver.answer = () => 500;
    let attempts = 0;
    while ((await endpoint(id)).state === "on") {
      await sendAll();
      attempts += 1;
      shiftMs += 31 * HOUR_MS;
    }
    expect(attempts).to.equal(12);
    expect(await platform.alarms()).to.deep.equal([`webhook_failed webhook ${id}`]);
    await sendAll();
    expect(receiver.received).to.have.length(12);
    shiftMs = 0;
    receiver.answer = () => 204;
    receiver.received.length = 0;
    const [first, second] = await events();
    expect(await replayWebhook(deps, unitId, id, { eventId: first!.eventId })).to.deep.equal({ waitingCount: 2 });
    expect(await platform.alarms()).to.deep.equal([]);
    await sendAll();
    expect(receiver.ids()).to.deep.equal([first!.eventId, second!.eventId]);
  });

  it("puts an event that is refused five times aside, goes on, and sends it again by a replay", async () => {
    const id = await register();
    await issue(3);
    const [, bad] = await events();
    receiver.answer = (event) => (event.eventId === bad!.eventId ? 422 : 204);
    for (let failures = 0; failures < 4; failures++) {
      await sendAll();
      shiftMs += HOUR_MS;
    }
    expect(await endpoint(id)).to.include({ failures: 4, deadCount: 0, waitingCount: 2 });
    await sendAll();
    expect(await endpoint(id)).to.include({ failures: 0, deadCount: 1, waitingCount: 0, state: "on" });
    const [dead] = await deps.store.deadLetters({ unitId, endpointId: id }, 10);
    expect(dead).to.include({ eventId: bad!.eventId, attempts: 5, error: "http_422" });
    expect(receiver.received.filter(({ status }) => status === 204)).to.have.length(2);
    receiver.answer = () => 204;
    receiver.received.length = 0;
    await replayWebhook(deps, unitId, id, { eventId: bad!.eventId });
    await sendAll();
    expect(receiver.ids()[0]).to.equal(bad!.eventId);
    expect(await endpoint(id)).to.include({ deadCount: 0 });
  });

  it("stops at 410 without an alarm, and takes a receiver that hangs, redirects or is gone for one that failed", async () => {
    const gone = await register("/gone");
    receiver.answer = () => 410;
    await issue(1);
    await sendAll();
    expect(await endpoint(gone)).to.include({ state: "off", lastError: "http_410", waitingCount: 1 });
    expect(await platform.alarms()).to.deep.equal([]);
    await removeWebhook(deps, unitId, gone);

    const hanging = await register("/hanging");
    receiver.answer = () => 204;
    let open = (): void => undefined;
    receiver.gate = new Promise((resolve) => (open = resolve));
    await issue(1);
    await sendAll();
    expect(await endpoint(hanging)).to.include({ state: "on", failures: 1, lastError: "timed_out" });
    open();
    receiver.gate = Promise.resolve();

    receiver.answer = () => 302;
    receiver.location = `${receiver.url}/elsewhere`;
    shiftMs += HOUR_MS;
    await sendAll();
    expect(await endpoint(hanging)).to.include({ failures: 2, lastError: "http_302" });
    expect(receiver.received.filter(({ path }) => path === "/elsewhere")).to.deep.equal([]);

    const closed = await startWebhookReceiver();
    await registerWebhook(deps, { unitId, url: `${closed.url}/x`, types: eventTypeNames });
    await closed.stop();
    await issue(1);
    await sendAll();
    const away = (await deps.store.endpoints(unitId)).at(-1);
    expect(away).to.include({ failures: 1, lastError: "econnrefused" });
  });

  it("replays from a time, and from an event of this unit alone", async () => {
    const id = await register();
    await issue(1);
    await sendAll();
    const betweenMs = Date.now();
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (Date.now() === betweenMs);
    await issue(1);
    await sendAll();
    const [, second] = await events();
    receiver.received.length = 0;
    expect(await replayWebhook(deps, unitId, id, { sinceMs: betweenMs + 1 })).to.deep.equal({ waitingCount: 1 });
    await sendAll();
    expect(receiver.ids()).to.deep.equal([second!.eventId]);
    expect(await replayWebhook(deps, unitId, id, { sinceMs: Date.now() + HOUR_MS })).to.deep.equal({ waitingCount: 0 });
    expect(await replayWebhook(deps, unitId, id, { eventId: "evt_1_0000000000000000" })).to.equal("no_event");
    expect(await replayWebhook(deps, unitId + 1, id, { eventId: second!.eventId })).to.equal("no_endpoint");
  });

  it("lets one program alone send to an endpoint, and a replay takes it out of the other's hands", async () => {
    const id = await register();
    await issue(2);
    const nowMs = deps.clock.nowMs() + 60_000;
    const claimed = (await deps.store.claimEndpoint("one", nowMs, 60_000))!;
    expect(await deps.store.claimEndpoint("other", nowMs + 59_999, 60_000)).to.equal(undefined);
    const taken = (await deps.store.claimEndpoint("other", nowMs + 60_000, 60_000))!;
    expect(taken.endpointId).to.equal(id);
    const mark = { from: 0, to: 1, nowMs, leaseMs: 60_000 };
    expect(await deps.store.passEvent(claimed, mark)).to.equal(false);
    expect(await deps.store.failEvent(claimed, { from: 0, error: "x", nextAtMs: nowMs })).to.equal(false);
    expect(await deps.store.passEvent(taken, mark)).to.equal(true);
    expect(await deps.store.passEvent(taken, mark)).to.equal(false);
    await replayWebhook(deps, unitId, id, { sinceMs: 0 });
    expect(await deps.store.passEvent(taken, { ...mark, from: 0 })).to.equal(false);
    expect((await endpoint(id)).waitingCount).to.equal(2);
    await deps.store.claimEndpoint("one", nowMs, 60_000);
    await deps.store.releaseEndpoints("one");
    expect(await deps.store.claimEndpoint("other", nowMs, 60_000)).not.to.equal(undefined);
  });

  it("forgets events after thirty days, and an endpoint that slept so long goes on with the next", async () => {
    const id = await register();
    await issue(2);
    shiftMs = EVENT_KEPT_MS - 60_000;
    await forgetEvents(deps);
    expect(await events()).to.have.length(2);
    shiftMs = EVENT_KEPT_MS + 60_000;
    expect(await forgetEvents(deps)).to.equal(false);
    expect(await events()).to.deep.equal([]);
    shiftMs = 0;
    await sendAll();
    expect(await endpoint(id)).to.include({ waitingCount: 0 });
    await issue(1);
    await sendAll();
    expect(receiver.received.map(({ event }) => event.eventId.split("_")[1])).to.deep.equal(["3"]);
  });

  it("takes five endpoints of different URLs, and writes nothing after the last is removed", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await register(`/${n}`));
    const again = (path: string) => registerWebhook(deps, { unitId, url: receiver.url + path, types: eventTypeNames });
    expect((await again("/0")).kind).to.equal("exists");
    expect((await again("/5")).kind).to.equal("too_many");
    expect(await removeWebhook(deps, unitId + 1, ids[0]!)).to.equal(false);
    for (const id of ids) expect(await removeWebhook(deps, unitId, id)).to.equal(true);
    await issue(1);
    expect(await events()).to.deep.equal([]);
  });

  it("numbers a unit's events without gaps in the order of their commits, while many issue at once under two codes", async () => {
    await register("/hook", ["receipt.issued"]);
    const unit = await platform.unitOf("demo-hospital");
    const inputs = Array.from({ length: 60 }, (_, n) =>
      sampleToday(n % 2 === 0 ? "outpatient" : "inpatient", n, `HOOK-${serial++}`),
    );
    const seen: number[][] = [];
    const state = { isIssuing: true };
    const watching = (async () => {
      while (state.isIssuing) seen.push((await events()).map(({ seq }) => seq));
    })();
    const results = await Promise.all(inputs.map((input) => issueReceipts(deps, unit, [input])));
    state.isIssuing = false;
    await watching;
    expect(results.flat().every(({ kind }) => kind === "issued")).to.equal(true);
    const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
    for (const seqs of seen) expect(seqs).to.deep.equal(upTo(seqs.length));
    expect((await events()).map(({ seq }) => seq)).to.deep.equal(upTo(60));
    await sendAll();
    expect(receiver.ids()).to.deep.equal((await events()).map(({ eventId }) => eventId));
  });

  it("signs by the old secret and the new one while the receiver changes over, and by the old one no longer after", async () => {
    const endpointId = await register();
    const old = receiver.secrets.get("/hook")!;
    const rotated = await rotateWebhook(deps, unitId, endpointId, 2);
    if (typeof rotated === "string") throw new Error(rotated);
    expect(await rotateWebhook(deps, unitId + 1, endpointId, 2)).to.equal("no_endpoint");
    const takenBy = async (secret: string): Promise<readonly [number, number]> => {
      receiver.secrets.set("/hook", secret);
      receiver.received.length = 0;
      await replayWebhook(deps, unitId, endpointId, { sinceMs: 0 });
      await sendAll();
      const [first] = receiver.received;
      return [receiver.received.length, String(first?.headers["webhook-signature"] ?? "").split(" ").length];
    };
    await issue(1);
    expect(await takenBy(old)).to.deep.equal([1, 2]);
    expect(await takenBy(rotated.secret)).to.deep.equal([1, 2]);
    shiftMs = 2 * HOUR_MS + 1_000;
    expect((await takenBy(old))[0]).to.equal(0);
    expect(await takenBy(rotated.secret)).to.deep.equal([1, 1]);
    await forgetEvents(deps);
    expect((await endpoint(endpointId)).oldSecretUntilMs).to.equal(undefined);
    // Asked for again after a lost answer, the receiver's secret goes on; four at once are too many; 0 ends all.
    const again = [];
    for (const _ of [1, 2, 3, 4]) again.push(await rotateWebhook(deps, unitId, endpointId, 168));
    expect(again[3]).to.equal("too_many");
    expect(await takenBy(rotated.secret)).to.deep.equal([1, 4]);
    const last = await rotateWebhook(deps, unitId, endpointId, 0);
    if (typeof last === "string") throw new Error(last);
    expect(last.oldUntilMs).to.equal(undefined);
    expect((await takenBy(rotated.secret))[0]).to.equal(0);
    expect(await takenBy(last.secret)).to.deep.equal([1, 1]);
  });
});
