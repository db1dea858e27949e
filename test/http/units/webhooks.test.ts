import { expect } from "chai";
import { eventTypeNames } from "../../../service/app/eventTypes.ts";
import type { Client } from "../../../scripts/client.ts";
import { startFetchSite, type FetchSite } from "../citizens/fetchSite.ts";

type Json = Record<string, never> & { errors: { pointer: string; code: string }[]; code: string };

describe("/v1/webhooks and /v1/events", () => {
  let site: FetchSite;
  let hospital: Client;
  before(async () => {
    site = await startFetchSite();
    hospital = site.hospital;
  });
  after(() => site.stop());

  const ask = async (method: string, path: string, body?: unknown): Promise<readonly [number, Json]> => {
    const response = await hospital.call(method, path, body);
    return [response.status, (await response.json()) as Json];
  };
  const faults = ([status, { code, errors }]: readonly [number, Json]): unknown => [
    status,
    code,
    errors.map((error) => `${error.pointer} ${error.code}`),
  ];
  /** A public address that nothing is sent to: no worker runs here. */
  const url = "https://1.1.1.1/hook";

  it("registers an endpoint with a secret that is shown once, lists, tells and removes it", async () => {
    const [status, created] = await ask("POST", "/v1/webhooks", { url, types: ["receipt.issued", "receipt.issued"] });
    expect(status).to.equal(201);
    expect(created["secret"]).to.match(/^whsec_/);
    expect(created).to.deep.include({ url, types: ["receipt.issued"], state: "on", waiting: 0, dead: 0, failures: 0 });
    const { secret, ...rest } = created as Record<string, unknown>;
    expect((await ask("GET", "/v1/webhooks"))[1]).to.deep.equal({ webhooks: [rest] });
    const one = `/v1/webhooks/${String(created["webhookId"])}`;
    expect(await ask("GET", one)).to.deep.equal([200, { ...rest, deadLetters: [] }]);
    const [stored] = await site.platform.database.dataSource.query("select sealed_secret from webhook_endpoint");
    const bytes = Buffer.from(String(secret).slice(6), "base64");
    expect(Buffer.from(stored.sealed_secret).includes(bytes)).to.equal(false);
    expect(faults(await ask("POST", "/v1/webhooks", { url }))).to.deep.equal([409, "webhook_exists", []]);
    expect(await ask("POST", `${one}/remove`)).to.deep.equal([200, { removed: true }]);
    expect(faults(await ask("POST", `${one}/remove`))).to.deep.equal([404, "webhook_not_found", []]);
    expect(faults(await ask("GET", one))).to.deep.equal([404, "webhook_not_found", []]);
    expect(faults(await ask("GET", "/v1/webhooks/x"))).to.deep.equal([404, "webhook_not_found", []]);
  });

  it("changes an endpoint's secret, which is shown once, and says until when the old one signs, too", async () => {
    const { secret, webhookId } = (await ask("POST", "/v1/webhooks", { url }))[1] as Record<string, unknown>;
    const one = `/v1/webhooks/${String(webhookId)}`;
    const [status, rotated] = await ask("POST", `${one}/rotate`, {});
    expect(status).to.equal(200);
    expect(rotated["secret"])
      .to.match(/^whsec_/)
      .and.not.equal(secret);
    const hours = (Date.parse(String(rotated["oldSecretUntil"])) - Date.now()) / 3_600_000;
    expect(hours).to.be.within(23.9, 24);
    expect((await ask("GET", one))[1]["oldSecretUntil"]).to.equal(rotated["oldSecretUntil"]);
    for (const keepHours of [-1, 169, 0.5]) {
      expect((await ask("POST", `${one}/rotate`, { keepHours }))[0], String(keepHours)).to.equal(422);
    }
    for (const _ of [1, 2]) expect((await ask("POST", `${one}/rotate`, { keepHours: 168 }))[0]).to.equal(200);
    expect(faults(await ask("POST", `${one}/rotate`, {}))).to.deep.equal([409, "too_many_secrets", []]);
    expect((await ask("POST", `${one}/rotate`, { keepHours: 0 }))[1]["oldSecretUntil"]).to.equal(null);
    expect(Object.keys((await ask("GET", one))[1])).not.to.include("oldSecretUntil");
    expect((await ask("POST", `${one}/remove`))[0]).to.equal(200);
    expect(faults(await ask("POST", `${one}/rotate`, {}))).to.deep.equal([404, "webhook_not_found", []]);
  });

  it("names the field of a URL or type that it does not take", async () => {
    for (const [body, expected] of [
      [{}, "/url field_required"],
      [{ url: "his.example" }, "/url url_malformed"],
      [{ url: "http://1.1.1.1/" }, "/url url_not_https"],
      [{ url: "https://localhost/" }, "/url url_private"],
      [{ url: "https://169.254.169.254/latest" }, "/url url_private"],
      [{ url: "https://no-such-name.invalid/" }, "/url url_unresolved"],
      [{ url: `https://1.1.1.1/${"x".repeat(490)}` }, "/url field_too_long"],
      [{ url, types: [] }, "/types too_few_rows"],
      [{ url, types: ["receipt.printed"] }, "/types/0 field_not_a_choice"],
      [{ url, more: 1 }, "/more unknown_field"],
    ] as const) {
      expect(faults(await ask("POST", "/v1/webhooks", body)), expected).to.deep.equal([
        422,
        "invalid_fields",
        [expected],
      ]);
    }
  });

  it("takes five endpoints and no sixth", async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const [status, { webhookId }] = await ask("POST", "/v1/webhooks", { url: `${url}/${n}` });
      expect(status).to.equal(201);
      made.push(String(webhookId));
    }
    expect(faults(await ask("POST", "/v1/webhooks", { url }))).to.deep.equal([409, "too_many_webhooks", []]);
    for (const id of made) await ask("POST", `/v1/webhooks/${id}/remove`);
  });

  it("lists events page by page, by type and time, and replays from an event or a time", async () => {
    const [, { webhookId }] = await ask("POST", "/v1/webhooks", { url });
    for (let n = 0; n < 3; n++) await site.platform.issue("outpatient", `EVENT-${n}`);
    const [, first] = await ask("GET", "/v1/events?limit=2");
    const page = first as unknown as {
      events: { eventId: string; type: string; timestamp: string }[];
      nextCursor: string;
    };
    expect(page.events.map(({ type }) => type)).to.deep.equal(["receipt.issued", "receipt.issued"]);
    expect(page.nextCursor).to.equal(page.events[1]?.eventId);
    const [, rest] = await ask("GET", `/v1/events?limit=2&cursor=${page.nextCursor}`);
    expect(rest).to.have.nested.property("events.length", 1);
    expect(rest["nextCursor"]).to.equal(null);
    expect((await ask("GET", "/v1/events?type=receipt.anchored"))[1]).to.deep.equal({ events: [], nextCursor: null });
    const since = "2099-01-01T00:00:00%2B08:00";
    expect((await ask("GET", `/v1/events?since=${since}`))[1]).to.deep.equal({ events: [], nextCursor: null });
    const replay = `/v1/webhooks/${String(webhookId)}/replay`;
    expect(await ask("POST", replay, { from: page.nextCursor })).to.deep.equal([200, { waiting: 2 }]);
    expect(await ask("POST", replay, { since: "2020-01-01T00:00:00+08:00" })).to.deep.equal([200, { waiting: 3 }]);
    for (const [body, expected] of [
      [{}, "/from one_of"],
      [{ from: page.nextCursor, since: "2020-01-01T00:00:00+08:00" }, "/since one_of"],
      [{ from: "evt_1_0000000000000000" }, "/from event_unknown"],
      [{ from: "evt_0_0000000000000000" }, "/from field_malformed"],
      [{ since: "yesterday" }, "/since field_malformed"],
    ] as const) {
      expect(faults(await ask("POST", replay, body)), expected).to.deep.equal([422, "invalid_fields", [expected]]);
    }
    const missing = `/v1/webhooks/${"0".repeat(32)}/replay`;
    expect(faults(await ask("POST", missing, { from: page.nextCursor }))).to.deep.equal([404, "webhook_not_found", []]);
    for (const [query, expected] of [
      ["limit=0", "/query/limit field_malformed"],
      ["limit=501", "/query/limit field_malformed"],
      ["cursor=evt_9_0000000000000000", "/query/cursor event_unknown"],
      ["type=x", "/query/type field_not_a_choice"],
      ["page=2", "/query/page unknown_field"],
    ] as const) {
      expect(faults(await ask("GET", `/v1/events?${query}`)), query).to.deep.equal([422, "invalid_fields", [expected]]);
    }
    expect((await ask("GET", "/v1/events?limit=500"))[0]).to.equal(200);
  });

  it("lets a unit see its own events alone", async () => {
    const police = await site.platform.unitOf("demo-police");
    expect(await site.deps.store.events(police.unitId, {}, undefined, 10)).to.deep.equal([]);
    expect(eventTypeNames).to.have.length(5);
  });
});
