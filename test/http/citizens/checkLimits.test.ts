import { expect } from "chai";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { checkPolicy } from "../../../service/domain/checkPolicy.ts";
import { createApp } from "../../../service/http/app.ts";
import { listen } from "../../../service/http/server.ts";
import { createStore } from "../../../service/db/store.ts";
import { verifyUrlOf } from "../../../service/http/units/verifyUrl.ts";
import { otherCode, solved, startCheckFixture, typed, type ChallengeView, type CheckFixture } from "./checkFixture.ts";

/** The next day begins (Beijing time): whenever the tests are run, none of them but one that means to comes into another day. */
const TOMORROW_MS = Math.ceil((Date.now() + 28_800_000) / 86_400_000) * 86_400_000 - 28_800_000;

describe("limits of checks", () => {
  let fixture: CheckFixture;
  let nowMs = TOMORROW_MS;
  let made = 0;
  before(async function () {
    this.timeout(120_000);
    fixture = await startCheckFixture({
      change: (platform) => platform.with({ clock: { nowMs: () => nowMs } }),
      app: { trustedHops: 1 },
    });
  });
  after(() => fixture.stop());
  // Each test in an hour of its own, so that no other's misses count.
  beforeEach(() => {
    nowMs += 3_600_000;
  });

  const issue = (): Promise<Receipt> => fixture.platform.issue("outpatient", `limit-${(made += 1)}`);
  const from = (address: string): Record<string, string> => ({ "x-forwarded-for": address });
  const miss = (receipt: Receipt, n = 0): Record<string, unknown> => ({
    ...typed(receipt),
    randomNumber: otherCode(receipt, n),
  });
  const ask = (body: unknown, address = "203.0.113.1", path = "/v1/checks") => fixture.post(path, body, from(address));
  const challengeOf = (body: Record<string, unknown>): ChallengeView => body["challenge"] as ChallengeView;
  const tally = (kind: string, subject: string, span: number, misses: number, passes = 0): Promise<unknown> =>
    fixture.platform.database.dataSource.query("insert into check_tally values ($1, $2, $3, $4, $5)", [
      ...[kind, subject, span, misses, passes],
    ]);
  const dayNow = (): number => Math.floor((nowMs + 28_800_000) / 86_400_000);
  const hourNow = (): number => Math.floor(nowMs / 3_600_000);

  it("ask for work after three misses of a receipt, from wherever they came, also of whoever is right", async () => {
    const receipt = await issue();
    for (let n = 0; n < 3; n += 1) expect((await ask(miss(receipt, n), `203.0.113.${n}`)).status).to.equal(200);
    const refused = await ask(typed(receipt), "198.51.100.1");
    expect(refused.status).to.equal(428);
    expect(refused.body["code"]).to.equal("challenge_required");
    const challenge = challengeOf(refused.body);
    expect(challenge.bits).to.equal(checkPolicy.firstBits);
    expect(Date.parse(challenge.expiresAt) - nowMs).to.equal(600_000);
    const work = solved(challenge);
    const answer = await ask({ ...typed(receipt), work }, "198.51.100.1");
    expect(answer.body["result"]).to.equal("match");
    const again = await ask({ ...typed(receipt), work }, "198.51.100.1");
    expect(again.status, "work counts once").to.equal(428);
  });

  it("ask the same of a number that does not exist", async () => {
    const receipt = await issue();
    const body = { ...miss(receipt), eInvoiceNumber: "9999999998" };
    for (let n = 0; n < 3; n += 1) expect((await ask(body)).status).to.equal(200);
    const refused = await ask(body);
    expect(refused.status).to.equal(428);
    expect(challengeOf(refused.body).bits).to.equal(checkPolicy.firstBits);
  });

  it("are not got round by asking at once", async () => {
    const receipt = await issue();
    const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => ask(miss(receipt, n), `203.0.113.${n}`)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 200)).to.have.length(3);
    expect(statuses.filter((status) => status === 428)).to.have.length(21);
  });

  it("ask for more with each step, and take no work that is too little, forged, altered or late", async () => {
    const receipt = await issue();
    await tally("receipt", `${receipt.code}_${receipt.number}`, dayNow(), 6);
    const challenge = challengeOf((await ask(typed(receipt))).body);
    expect(challenge.bits).to.equal(checkPolicy.firstBits + 1);
    const good = solved(challenge);
    const easier = challenge.token.replace(/^1\.\d+\./, "1.1.");
    const other = { ...challenge, token: challenge.token.replace(/.$/, (c) => (c === "0" ? "1" : "0")) };
    const wrongNonce = `${challenge.token}:${Number(good.split(":")[1]) + 1}`;
    for (const work of [`${easier}:0`, solved({ ...other, bits: 4 }), wrongNonce, `${good}:1`, "nothing", ""]) {
      expect((await ask({ ...typed(receipt), work })).status, work).to.equal(428);
    }
    nowMs += 600_000;
    expect((await ask({ ...typed(receipt), work: good })).status, "late").to.equal(428);
    nowMs -= 1;
    expect((await ask({ ...typed(receipt), work: good })).status, "in time").to.equal(200);
  });

  it("answer nothing typed past a day's misses, go on for who scans, and begin anew next day", async () => {
    const receipt = await issue();
    await tally("receipt", `${receipt.code}_${receipt.number}`, dayNow(), checkPolicy.receiptMaxMissesPerDay);
    for (const body of [typed(receipt), miss(receipt)]) {
      const refused = await ask(body);
      expect(refused.status).to.equal(429);
      expect(refused.body["code"]).to.equal("receipt_check_limit");
    }
    const scanned = await ask({ qr: verifyUrlOf(fixture.deps.settings, receipt) });
    expect(scanned.body["result"]).to.equal("match");
    nowMs += 86_400_000;
    expect((await ask(typed(receipt))).body["result"]).to.equal("match");
  });

  it("count an address's misses over receipts, by the entry that our proxy wrote", async () => {
    const address = "203.0.113.77";
    for (let n = 0; n < checkPolicy.addressFreeMisses; n += 1) {
      expect((await ask(miss(await issue()), `198.51.100.${n}, ${address}`)).status).to.equal(200);
    }
    const receipt = await issue();
    expect((await ask(typed(receipt), address)).status).to.equal(428);
    expect((await ask(typed(receipt), "203.0.113.78")).status).to.equal(200);
    nowMs += 3_600_000;
    expect((await ask(typed(receipt), address)).status, "in the next hour").to.equal(200);
  });

  it("give a right check's miss back", async () => {
    const receipt = await issue();
    for (let n = 0; n < 12; n += 1) expect((await ask(typed(receipt))).status, String(n)).to.equal(200);
  });

  it("end an address's checks of an hour, scans, too, and say when to come back", async () => {
    const address = "203.0.113.5";
    const key = Buffer.from(fixture.deps.settings.checkMac(`address ${dayNow()} ${address}`))
      .toString("hex")
      .slice(0, 32);
    await tally("address", key, hourNow(), 0, checkPolicy.addressMaxChecksPerHour);
    const receipt = await issue();
    const response = await fetch(`${fixture.url}/v1/checks`, {
      method: "POST",
      headers: { "content-type": "application/json", ...from(address) },
      body: JSON.stringify({ qr: verifyUrlOf(fixture.deps.settings, receipt) }),
    });
    expect(response.status).to.equal(429);
    expect(((await response.json()) as { code: string }).code).to.equal("too_many_checks");
    expect(Number(response.headers.get("retry-after"))).to.be.within(1, 3_600);
    expect((await ask(typed(receipt), "203.0.113.6")).status).to.equal(200);
  });

  it("ask everybody for work while everybody misses", async () => {
    const receipt = await issue();
    await tally("everybody", "", hourNow(), 19_999);
    expect(challengeOf((await ask(typed(receipt))).body).bits).to.equal(16);
    expect((await ask({ qr: verifyUrlOf(fixture.deps.settings, receipt) })).status).to.equal(200);
    const work = solved(challengeOf((await ask(typed(receipt))).body));
    expect((await ask({ ...miss(receipt), work })).body["result"]).to.equal("no_match");
    expect(challengeOf((await ask(typed(receipt))).body).bits).to.equal(18);
  });

  it("hold for all programs on the database, and after a restart", async () => {
    const receipt = await issue();
    for (let n = 0; n < 3; n += 1) await ask(miss(receipt, n));
    const dataSource = await fixture.platform.database.again();
    const store = createStore(dataSource, () => undefined);
    const openSecret = (sealed: Uint8Array): Uint8Array => sealed;
    const app = createApp({ deps: { ...fixture.deps, store }, openSecret, probes: [], version: "another" });
    const server = await listen(app, "127.0.0.1", 0);
    const response = await fetch(`http://127.0.0.1:${server.port}/v1/checks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(typed(receipt)),
    });
    await server.close();
    expect(response.status).to.equal(428);
  });

  it("keep no address, only its HMAC", async () => {
    await ask(miss(await issue()), "203.0.113.200");
    const rows: { subject: string }[] = await fixture.platform.database.dataSource.query(
      "select subject from check_tally where kind = 'address'",
    );
    expect(rows.length).to.be.greaterThan(0);
    for (const { subject } of rows) expect(subject).to.match(/^[0-9a-f]{32}$/);
  });

  describe("of a list", () => {
    it("ask for work from the first row on, in the sum of the rows, and answer each row by itself", async () => {
      const receipts = [await issue(), await issue(), await issue()];
      const checks = [
        typed(receipts[0]!),
        miss(receipts[1]!),
        { qr: verifyUrlOf(fixture.deps.settings, receipts[2]!) },
      ];
      const path = "/v1/checks/batch";
      const refused = await ask({ checks }, "203.0.113.20", path);
      expect(refused.status).to.equal(428);
      expect(challengeOf(refused.body).bits, "two typed rows").to.equal(checkPolicy.rowBits + 1);
      const answer = await ask({ checks, work: solved(challengeOf(refused.body)) }, "203.0.113.20", path);
      expect(answer.status, answer.text).to.equal(200);
      const results = answer.body["results"] as { result: string; proof?: string; disclosure?: string }[];
      expect(results.map(({ result }) => result)).to.deep.equal(["match", "no_match", "match"]);
      expect(results[0]).not.to.have.property("disclosure");
    });

    it("tell of a receipt past its day, without holding the others up", async () => {
      const [barred, other] = [await issue(), await issue()];
      await tally("receipt", `${barred.code}_${barred.number}`, dayNow(), checkPolicy.receiptMaxMissesPerDay);
      const checks = [typed(barred), typed(other)];
      const path = "/v1/checks/batch";
      const challenge = challengeOf((await ask({ checks }, "203.0.113.21", path)).body);
      const answer = await ask({ checks, work: solved(challenge) }, "203.0.113.21", path);
      const results = answer.body["results"] as { result: string }[];
      expect(results.map(({ result }) => result)).to.deep.equal(["limited", "match"]);
    });

    it("do not let one receipt be guessed at in a list", async () => {
      const receipt = await issue();
      const checks = Array.from({ length: 31 }, (_, n) => miss(receipt, n));
      const answer = await ask({ checks }, "203.0.113.22", "/v1/checks/batch");
      expect(answer.status).to.equal(200);
      const results = answer.body["results"] as { result: string }[];
      expect(new Set(results.map(({ result }) => result))).to.deep.equal(new Set(["limited"]));
      expect((await ask(typed(receipt))).body["result"], "nor its day be used up for nothing").to.equal("match");
    });

    it("refuse none, 1,001, and rows that are no check, by their place", async () => {
      const row = typed(await issue());
      const path = "/v1/checks/batch";
      expect((await ask({ checks: [] }, undefined, path)).status).to.equal(422);
      expect((await ask({ checks: new Array(1_001).fill(row) }, undefined, path)).status).to.equal(422);
      const wrong = await ask({ checks: [row, { ...row, issueDate: "x" }, { qr: "no" }] }, undefined, path);
      const pointers = (wrong.body["errors"] as { pointer: string }[]).map(({ pointer }) => pointer);
      expect(pointers).to.deep.equal(["/checks/1/issueDate", "/checks/2/qr"]);
      const full = await ask({ checks: new Array(1_000).fill(row) }, undefined, path);
      expect(full.status, "1,000 are taken").to.equal(200);
    });
  });
});
