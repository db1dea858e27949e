import { createHmac } from "node:crypto";
import { expect } from "chai";
import { checkDeskLog } from "../../../service/app/deskLog.ts";
import {
  deskSessionOf,
  DESK_IDLE_MS,
  DESK_SESSION_MS,
  openDeskSession,
  deskGuardOf,
} from "../../../service/app/deskSession.ts";
import type { DeskAccount } from "../../../service/app/deskPorts.ts";
import {
  DESK_ACTIONS,
  DESK_ROLES,
  mayAtDesk,
  type DeskAction,
  type DeskRole,
} from "../../../service/domain/deskRoles.ts";
import { sampleToday } from "../../support/platform.ts";
import { listCases } from "./listCases.ts";
import { lifeCases } from "./lifeCases.ts";
import { numberCases } from "./numberCases.ts";
import { DeskVisitor, PASSWORD, startDeskSite, type DeskSite } from "./deskSite.ts";

describe("the unit desk", function () {
  this.timeout(120_000);
  let site: DeskSite;
  const school: Partial<Record<DeskRole, DeskAccount>> = {};
  let foreigner: DeskAccount;
  before(async () => {
    site = await startDeskSite();
    for (const role of DESK_ROLES) school[role] = await site.account("demo-school", role);
    foreigner = await site.account("demo-hospital", "head");
  });
  after(() => site.stop());
  beforeEach(async () => {
    site.clock.shiftMs = 0;
    await site.platform.database.dataSource.query("delete from rate_window");
  });

  /** Signed in without the cost of a password. */
  const visitorOf = async (account: DeskAccount): Promise<DeskVisitor> => {
    const visitor = new DeskVisitor(site);
    const token = await openDeskSession(site.deps, account.accountId);
    visitor.cookie = `lianpiao_unit=${token}`;
    visitor.guard = deskGuardOf(site.deps, (await deskSessionOf(site.deps, token))!);
    return visitor;
  };
  const as = (role: DeskRole): Promise<DeskVisitor> => visitorOf(school[role]!);
  const formOf = (busNo: string): Record<string, unknown> => {
    const { handlingPerson: _h, checker: _c, placeCode: _p, ...receipt } = sampleToday("nontax", 0, busNo);
    return receipt;
  };
  const issueBody = (busNo: string): Record<string, unknown> => ({
    checkerId: school.reviewer!.accountId,
    receipt: formOf(busNo),
  });
  const logged = async (): Promise<readonly string[]> => {
    const entries = await site.deps.store.deskLog(school.head!.unitId, undefined, 20);
    return entries.map(({ action, object }) => `${action} ${object}`);
  };

  it("opens a session with account and password, in a cookie that no script reads and no other site sends", async () => {
    const visitor = new DeskVisitor(site);
    const answer = await visitor.signIn(school.cashier!);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get("set-cookie")).to.match(
      /^lianpiao_unit=[0-9a-f]{64}; Path=\/unit; Max-Age=36000; HttpOnly; SameSite=Strict$/,
    );
    expect((await visitor.get("me")).json["account"]).to.include({ role: "cashier", placeCode: "KP01" });
    expect((await visitor.post("sign-out", {})).status).to.equal(200);
    expect((await visitor.get("me")).json).to.deep.equal({ isSignedIn: false });
  });

  it("answers a wrong password, an unknown account and a closed one alike", async () => {
    const closed = await site.account("demo-school", "cashier", "gone");
    await site.deps.store.changeDeskAccount(closed.accountId, { isClosed: true });
    const unitId = closed.unitId;
    const answers = [];
    for (const [name, password] of [
      ["cashier", "wrong"],
      ["nobody", PASSWORD],
      ["gone", PASSWORD],
    ] as const) {
      const { status, json } = await new DeskVisitor(site).signIn({ unitId, name }, password);
      answers.push({ status, ...json, requestId: "" });
    }
    expect(answers[0]).to.include({ status: 401, code: "desk_sign_in_refused" });
    expect(answers[1]).to.deep.equal(answers[0]);
    expect(answers[2]).to.deep.equal(answers[0]);
  });

  it("takes the tenth try of an account from an address, and not the eleventh", async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++)
      statuses.push((await new DeskVisitor(site).signIn({ unitId: 9, name: "nobody" }, "x")).status);
    expect(statuses.slice(0, 10)).to.deep.equal(new Array(10).fill(401));
    expect(statuses[10]).to.equal(429);
    expect((await new DeskVisitor(site, "192.0.2.9").signIn(school.head!)).status).to.equal(200);
  });

  it("ends a session that was idle, or is a working day old", async () => {
    const visitor = await as("cashier");
    site.clock.shiftMs = DESK_IDLE_MS - 5_000;
    expect((await visitor.get("books")).status).to.equal(200);
    site.clock.shiftMs = 2 * DESK_IDLE_MS;
    expect((await visitor.get("books")).json["code"]).to.equal("desk_signed_out");
    site.clock.shiftMs = 0;
    const busy = await as("cashier");
    for (let shiftMs = 0; shiftMs < DESK_SESSION_MS; shiftMs += DESK_IDLE_MS - 60_000) {
      site.clock.shiftMs = shiftMs;
      expect((await busy.get("me")).json["isSignedIn"], String(shiftMs)).to.equal(true);
    }
    site.clock.shiftMs = DESK_SESSION_MS + 1;
    expect((await busy.get("me")).json["isSignedIn"]).to.equal(false);
  });

  it("refuses a change without the guard, or from another site", async () => {
    const visitor = await as("cashier");
    const foreign = { "Sec-Fetch-Site": "cross-site" };
    expect((await visitor.post("receipts", issueBody("G-1"), foreign)).json["code"]).to.equal("desk_signed_out");
    expect((await visitor.post("receipts", issueBody("G-1"), { "Lianpiao-Desk-Guard": "" })).status).to.equal(401);
    expect(await site.deps.store.receiptByBusNo(school.cashier!.unitId, "G-1")).to.equal(undefined);
    expect((await visitor.post("receipts", issueBody("G-1"))).status).to.equal(201);
  });

  it("asks who was given a password for another, and then for an authenticator, before anything else", async () => {
    const head = await as("head");
    const wanted = { name: "fresh", displayName: "新同事", role: "accountant", placeCode: "KP02" };
    const made = await head.post("accounts", wanted);
    expect(made.status).to.equal(201);
    expect((await head.post("accounts", wanted)).json["code"]).to.equal("desk_account_exists");
    // The demo's head makes accounts that need no telephone; a real one's do.
    await site.platform.database.dataSource.query("update desk_account set needs_totp = true where name = 'fresh'");
    const visitor = new DeskVisitor(site);
    const { unitId } = school.head!;
    const fresh = { unitId, name: "fresh" };
    await visitor.signIn(fresh, String(made.json["password"]));
    expect((await visitor.get("me")).json["todo"]).to.equal("password");
    expect((await visitor.get("books")).json["code"]).to.equal("desk_not_allowed");
    const short = await visitor.post("password", { old: made.json["password"], fresh: "12345678a" });
    expect((short.json["errors"] as { pointer: string }[])[0]?.pointer).to.equal("/fresh");
    expect((await visitor.post("password", { old: made.json["password"], fresh: "my own password" })).status).to.equal(
      200,
    );
    expect((await visitor.get("me")).json["todo"]).to.equal("totp");
    const { secret } = (await visitor.post("totp", {})).json as { secret: string };
    expect((await visitor.post("totp/confirm", { code: "000000" })).status).to.equal(422);
    const first = totp(secret, Date.now());
    const bound = await visitor.post("totp/confirm", { code: first });
    expect(bound.json["recoveryCodes"]).to.have.length(8);
    expect((await visitor.get("books")).status).to.equal(200);
    expect((await visitor.post("totp", {})).json["code"]).to.equal("desk_not_allowed");
    // The code of the binding is used up; the next step's opens once; a recovery code opens once.
    expect((await new DeskVisitor(site).signIn(fresh, "my own password")).status).to.equal(401);
    expect((await new DeskVisitor(site).signIn(fresh, "my own password", first)).status).to.equal(401);
    site.clock.shiftMs = 30_000;
    const code = totp(secret, Date.now() + 30_000);
    expect((await new DeskVisitor(site).signIn(fresh, "my own password", code)).status).to.equal(200);
    expect((await new DeskVisitor(site).signIn(fresh, "my own password", code)).status).to.equal(401);
    const [recovery = ""] = bound.json["recoveryCodes"] as string[];
    expect((await new DeskVisitor(site).signIn(fresh, "my own password", recovery.toLowerCase())).status).to.equal(200);
    expect((await new DeskVisitor(site).signIn(fresh, "my own password", recovery)).status).to.equal(401);
    const entries = await logged();
    expect(entries.filter((entry) => entry.startsWith("recovery_code_used"))).to.have.length(1);
    const { accountId } = (await site.deps.store.deskAccountByName(unitId, "fresh"))!;
    expect((await head.post(`accounts/${accountId}/reset`, {})).json["password"]).to.match(/^[a-z2-7-]{19}$/);
    expect((await visitor.get("me")).json).to.deep.equal({ isSignedIn: false });
  });

  /** For each action a request that does nothing of note, and the status if it may be asked. */
  const requests: Readonly<Record<DeskAction, (visitor: DeskVisitor) => Promise<number>>> = {
    read: async (visitor) => (await visitor.get("books")).status,
    issue: async (visitor) => (await visitor.post("receipts", {})).status,
    send: async (visitor) => (await visitor.post("receipts/44010126/9999999999/send", { to: "a@mail.example" })).status,
    ask_reversal: async (visitor) => (await visitor.post("receipts/44010126/9999999999/reversal-request", {})).status,
    decide_reversal: async (visitor) => (await visitor.post("requests/x", {})).status,
    paper: async (visitor) => (await visitor.post("receipts/44010126/9999999999/paper", {})).status,
    items: async (visitor) => (await visitor.post("items", {})).status,
    numbers: async (visitor) => (await visitor.post("numbers/applications", {})).status,
    log: async (visitor) => (await visitor.get("log")).status,
    accounts: async (visitor) => (await visitor.get("accounts")).status,
  };
  it("lets each role do what is its own, and nothing else", async () => {
    for (const role of DESK_ROLES) {
      const visitor = await as(role);
      for (const [action, request] of Object.entries(requests)) {
        const isAllowed = mayAtDesk(
          role,
          DESK_ACTIONS.find((each) => each === action)!,
        );
        const status = await request(visitor);
        expect(status === 403, `${role} ${action} ${status}`).to.equal(!isAllowed);
      }
    }
    const rows = DESK_ROLES.map((role) => [role, DESK_ACTIONS.filter((action) => mayAtDesk(role, action)).join(" ")]);
    expect(rows).to.deep.equal([
      ["cashier", "read issue send ask_reversal paper"],
      ["reviewer", "read send decide_reversal"],
      ["accountant", "read items numbers log"],
      ["head", "read send decide_reversal items numbers log accounts"],
    ]);
    expect(await logged()).to.include("action_denied accounts");
  });

  it("issues in the cashier's name and the reviewer's, whatever the page says, and once", async () => {
    const visitor = await as("cashier");
    const forged = { ...issueBody("D-1"), receipt: { ...formOf("D-1"), handlingPerson: "别人", checker: "别人" } };
    const first = await visitor.post("receipts", forged);
    expect(first.status, JSON.stringify(first.json)).to.equal(201);
    expect(first.json).to.include({
      handlingPerson: school.cashier!.displayName,
      checker: school.reviewer!.displayName,
    });
    const again = await visitor.post("receipts", issueBody("D-1"));
    expect([again.status, again.json["number"]]).to.deep.equal([200, first.json["number"]]);
    const byHead = await visitor.post("receipts", { ...issueBody("D-1"), checkerId: school.head!.accountId });
    expect([byHead.status, byHead.json["number"]]).to.deep.equal([200, first.json["number"]]);
    const other = await visitor.post("receipts", {
      ...issueBody("D-1"),
      receipt: { ...formOf("D-1"), payerPartyName: "他人" },
    });
    expect(other.json["code"]).to.equal("bus_no_conflict");
    expect(await site.deps.store.deskIssuerOf(school.cashier!.unitId, "D-1")).to.equal(school.cashier!.accountId);
    const lines = await logged();
    expect(lines)
      .to.include("issue_asked busNo D-1")
      .and.include(`issued ${String(first.json["code"])} ${String(first.json["number"])}`);
    expect(lines.join()).not.to.include(String(formOf("x")["payerPartyName"]));
  });

  it("refuses the cashier, a cashier, another unit's reviewer and a closed one as reviewer", async () => {
    const second = await site.account("demo-school", "cashier", "second");
    const closed = await site.account("demo-school", "reviewer", "closed");
    await site.deps.store.changeDeskAccount(closed.accountId, { isClosed: true });
    const visitor = await as("cashier");
    for (const { accountId } of [school.cashier!, second, foreigner, closed]) {
      const { status, json } = await visitor.post("receipts", { ...issueBody("C-1"), checkerId: accountId });
      expect([status, (json["errors"] as { code: string }[])[0]?.code]).to.deep.equal([422, "checker_not_allowed"]);
    }
  });

  it("tells of a wrong field in both languages, by its pointer", async () => {
    const visitor = await as("cashier");
    const body = { ...issueBody("W-1"), receipt: { ...formOf("W-1"), payerPartyName: "" } };
    const { status, json } = await visitor.post("receipts", body);
    expect(status).to.equal(422);
    const [field] = json["fields"] as { pointer: string; zh: string; en: string }[];
    expect(field?.pointer).to.equal("/payerPartyName");
    expect(field?.zh).to.match(/[\u4e00-\u9fff]/);
    expect(field?.en).to.match(/^[ -~]+$/);
  });

  it("shows nothing of one unit to another", async () => {
    const own = await as("cashier");
    const { json: issued } = await own.post("receipts", issueBody("I-1"));
    const path = `receipts/${String(issued["code"])}/${String(issued["number"])}`;
    expect((await own.get(path)).status).to.equal(200);
    const other = await visitorOf(foreigner);
    for (const answer of [
      await other.get(path),
      await other.get(`${path}/pdf`),
      await other.post(`${path}/send`, { to: "a@mail.example" }),
    ]) {
      expect([answer.status, answer.json["code"]]).to.deep.equal([404, "receipt_not_found"]);
    }
    for (const query of [`number=${String(issued["number"])}`, "busNo=I-1", ""]) {
      expect((await other.get(`receipts?${query}`)).json["receipts"], query).to.deep.equal([]);
    }
    expect((await other.get(`days/${today()}`)).json["tallies"]).to.deep.equal([]);
    expect((await other.post(`accounts/${school.cashier!.accountId}`, { isClosed: true })).status).to.equal(404);
    expect((await other.post(`accounts/${school.cashier!.accountId}/reset`, {})).status).to.equal(404);
    const logins = ((await other.get("accounts")).json["accounts"] as { login: string }[]).map(({ login }) => login);
    expect(logins).to.deep.equal([`${foreigner.unitId}-head`]);
    expect(
      ((await other.get("log")).json["entries"] as { object: string }[]).map(({ object }) => object).join(),
    ).not.to.include(String(issued["number"]));
  });

  it("finds by number, busNo, name, amount and day, with a cursor", async () => {
    const visitor = await as("cashier");
    await visitor.post("receipts", { ...issueBody("F-1"), receipt: { ...formOf("F-1"), payerPartyName: "查%票_人" } });
    const found = async (query: string): Promise<readonly string[]> => {
      const { status, json } = await visitor.get(`receipts?${query}`);
      expect(status, query).to.equal(200);
      return (json["receipts"] as { busNo: string }[]).map(({ busNo }) => busNo);
    };
    const [first] = (await visitor.get("receipts?busNo=F-1")).json["receipts"] as {
      number: string;
      amountFen: number;
    }[];
    expect(await found("busNo=F-1")).to.deep.equal(["F-1"]);
    expect(await found(`number=${Number(first!.number)}`)).to.deep.equal(["F-1"]);
    expect(await found(`payer=${encodeURIComponent("查%票")}`)).to.deep.equal(["F-1"]);
    expect(await found(`payer=${encodeURIComponent("查_")}`)).to.deep.equal([]);
    expect(await found(`amountFen=${first!.amountFen}&from=${today()}&to=${today()}`)).to.include("F-1");
    expect(await found(`from=2026-01-01&to=2026-01-31`)).to.deep.equal([]);
    // No range of days is too long: how much is looked through at once does not depend on it.
    expect(await found("from=2020-01-01")).to.include("F-1");
    expect((await visitor.get("receipts?nonsense=1")).status).to.equal(422);
  });

  numberCases({ as, logged, school, issueBody });

  const kit = { site: () => site, as, visitorOf, issueBody, logged, school, foreigner: () => foreigner };
  lifeCases(kit);
  listCases(kit);

  it("closes accounts at once, but nobody their own, nor its role", async () => {
    const leaver = await site.account("demo-school", "cashier", "leaver");
    const session = await visitorOf(leaver);
    const head = await as("head");
    expect((await head.post(`accounts/${leaver.accountId}`, { isClosed: true })).json["isClosed"]).to.equal(true);
    expect((await session.get("me")).json).to.deep.equal({ isSignedIn: false });
    const own = `accounts/${school.head!.accountId}`;
    expect((await head.post(own, { isClosed: true })).status).to.equal(422);
    expect((await head.post(own, { role: "cashier" })).status).to.equal(422);
    expect((await head.post(own, { placeCode: "KP09" })).json["placeCode"]).to.equal("KP09");
  });

  it("keeps a log that the database lets nobody change, and that tells if somebody did", async () => {
    const { query } = site.platform.database.dataSource;
    const sql = (text: string): Promise<unknown> => query.call(site.platform.database.dataSource, text);
    const { unitId } = school.head!;
    for (const text of [
      "update desk_log set object = 'x'",
      "delete from desk_log where seq = 1",
      "truncate desk_log",
    ]) {
      const failure: unknown = await sql(text).catch((error: unknown) => error);
      expect(String(failure), text).to.include("the operator log only grows");
    }
    expect(await checkDeskLog(site.deps, unitId)).to.include({ kind: "holds" });
    // Whoever owns the database can take the trigger off; the chain still tells.
    await sql("alter table desk_log disable trigger desk_log_only_grows");
    await sql(`update desk_log set at_ms = at_ms + 1 where unit_id = ${unitId} and seq = 3`);
    expect(await checkDeskLog(site.deps, unitId)).to.deep.equal({ kind: "broken", seq: 3 });
    await sql(`update desk_log set at_ms = at_ms - 1 where unit_id = ${unitId} and seq = 3`);
    expect(await checkDeskLog(site.deps, unitId)).to.include({ kind: "holds" });
    await sql(`delete from desk_log where unit_id = ${unitId} and seq = 2`);
    expect(await checkDeskLog(site.deps, unitId)).to.deep.equal({ kind: "broken", seq: 3 });
    await sql("alter table desk_log enable trigger desk_log_only_grows");
  });
});

const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

/** RFC 6238, told anew: what a telephone shows. */
function totp(base32: string, nowMs: number): string {
  const bits = [...base32]
    .map((each) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(each).toString(2).padStart(5, "0"))
    .join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeUInt32BE(Math.floor(nowMs / 30_000), 4);
  const digest = createHmac("sha1", secret).update(counter).digest();
  const code = digest.readUInt32BE(digest.at(-1)! & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, "0");
}
