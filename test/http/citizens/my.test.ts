import { expect } from "chai";
import type { Receipt } from "../../../service/app/storePorts.ts";
import {
  askFor,
  codeIn,
  linkIn,
  locationOf,
  logIn,
  pathOf,
  startFetchSite,
  visitor,
  type FetchSite,
} from "./fetchSite.ts";

const ANN = "ann@mail.example";
const BOB = "bob@mail.example";
const NOBODY = "nobody@mail.example";
const MINUTE_MS = 60_000;

describe("/my", () => {
  let site: FetchSite;
  let ofAnn: Receipt;
  let ofBob: Receipt;
  before(async () => {
    site = await startFetchSite();
  });
  after(() => site.stop());
  beforeEach(() => site.reset());
  before(async () => {
    ofAnn = await site.issue({ delivery: { email: ANN, phone: "13900000001" } });
    ofBob = await site.issue({ delivery: { email: BOB } });
  });

  it("shows a payer her own receipts, PDF and XML, and no other's", async () => {
    const ann = visitor(site);
    await logIn(site, ann, ANN);
    expect(ann.cookie).to.match(/^lianpiao_my=[0-9a-f]{64}$/);
    const list = await (await ann.get("/my")).text();
    expect(list).to.include(pathOf(ofAnn)).and.not.to.include(pathOf(ofBob));
    for (const part of ["", "/pdf", "/xml"]) {
      expect((await ann.get(`/my/receipts/${pathOf(ofAnn)}${part}`)).status).to.equal(200);
      expect(locationOf(await ann.get(`/my/receipts/${pathOf(ofBob)}${part}`)), part).to.equal("303 /my");
      expect(locationOf(await visitor(site).get(`/my/receipts/${pathOf(ofAnn)}${part}`)), part).to.equal("303 /my");
    }
    for (const act of ["send", "revoke"]) {
      const other = await ann.post(`/my/receipts/${pathOf(ofBob)}/${act}`, { to: ANN });
      expect(locationOf(other), act).to.equal("303 /my");
    }
    await site.deliver();
    expect(site.mail.received.map(({ mail }) => mail.subject)).to.deep.equal([
      "财政电子票据查询验证码 · Your one-time code",
    ]);
  });

  it("lets in by phone, too, and keeps phone and mail apart", async () => {
    const ann = visitor(site);
    const login = await askFor(ann, "+86 139-0000-0001");
    await site.deliver();
    const code = /验证码(\d{6})/.exec(site.texts.at(-1)?.text ?? "")?.[1] ?? "";
    expect(locationOf(await ann.post("/my/enter", { login, code }))).to.equal("303 /my");
    expect(await (await ann.get("/my")).text()).to.include(pathOf(ofAnn));
  });

  it("sets a cookie that scripts and other sites can't have, for 15 minutes", async () => {
    const ann = visitor(site);
    const login = await askFor(ann, ANN);
    await site.deliver();
    const [cookie] = (await ann.post("/my/enter", { login, code: codeIn(site) })).headers.getSetCookie();
    expect(cookie).to.match(/^lianpiao_my=[0-9a-f]{64}; Path=\/my; Max-Age=900; HttpOnly; SameSite=Strict$/);
    site.clock.shiftMs = 15 * MINUTE_MS - 1_000;
    expect(await (await ann.get("/my")).text()).to.include(pathOf(ofAnn));
    site.clock.shiftMs = 15 * MINUTE_MS + 1_000;
    expect(await (await ann.get("/my")).text()).not.to.include(pathOf(ofAnn));
  });

  it("answers the same for a payer and for anybody else, and sends to payers alone", async () => {
    const answers = [];
    for (const contact of [ANN, NOBODY]) {
      const who = visitor(site);
      const asked = await who.post("/my/code", { contact });
      const location = (asked.headers.get("location") ?? "").replace(/[0-9a-f]{32}/, "ID");
      const login = /[0-9a-f]{32}/.exec(asked.headers.get("location") ?? "")?.[0] ?? "";
      const page = await (await who.get(`/my/code?login=${login}`)).text();
      const wrong = await who.post("/my/enter", { login, code: "000000" });
      const told = (wrong.headers.get("location") ?? "").replace(/[0-9a-f]{32}/, "ID");
      const headers = [...asked.headers.keys()].sort();
      answers.push({ status: asked.status, location, page: page.replaceAll(login, "ID"), told, headers });
    }
    expect(answers[0]).to.deep.equal(answers[1]);
    expect(answers[0]?.location).to.equal("/my/code?login=ID");
    await site.deliver();
    expect(site.mail.received.map(({ to }) => to[0])).to.deep.equal([ANN]);
  });

  it("limits codes alike for a payer and for anybody else: 3 an hour", async () => {
    for (const contact of [ANN, NOBODY]) {
      for (let n = 0; n < 3; n++) expect(await askFor(visitor(site, `198.51.100.${n}`), contact)).to.have.length(32);
      const fourth = await visitor(site, "198.51.100.9").post("/my/code", { contact });
      expect(locationOf(fourth)).to.equal("303 /my?said=too_many");
    }
    site.clock.shiftMs = 60 * MINUTE_MS;
    expect(await askFor(visitor(site), ANN)).to.have.length(32);
  });

  it("limits codes by network address: 30 an hour, whatever the client says of itself", async () => {
    for (let n = 0; n < 30; n++) expect(await askFor(visitor(site), `c${n}@mail.example`), `${n}`).to.have.length(32);
    expect(await askFor(visitor(site), "c30@mail.example")).to.equal("");
    expect(await askFor(visitor(site, "203.0.113.77, 192.0.2.1"), "c31@mail.example")).to.equal("");
    expect(await askFor(visitor(site, "192.0.2.2"), "c32@mail.example")).to.have.length(32);
  });

  it("refuses the right code after 5 wrong ones, also when all come at once", async () => {
    const login = await askFor(visitor(site), ANN);
    await site.deliver();
    const code = codeIn(site);
    const wrong = Array.from({ length: 40 }, (_, n) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, "0"));
    const answers = await Promise.all(
      wrong.map((guess, n) => visitor(site, `198.51.100.${n}`).post("/my/enter", { login, code: guess })),
    );
    for (const answer of answers) expect(locationOf(answer)).to.equal(`303 /my/code?login=${login}&said=refused`);
    const [row] = await site.platform.database.dataSource.query("select tries from login_code");
    expect(row.tries).to.equal(5);
    const right = await visitor(site).post("/my/enter", { login, code });
    expect(locationOf(right)).to.equal(`303 /my/code?login=${login}&said=refused`);
  });

  it("takes the right code at the fifth try, once", async () => {
    const login = await askFor(visitor(site), ANN);
    await site.deliver();
    const code = codeIn(site);
    const wrong = code === "000000" ? "000001" : "000000";
    for (let n = 0; n < 4; n++) await visitor(site).post("/my/enter", { login, code: wrong });
    const both = await Promise.all([1, 2].map(() => visitor(site).post("/my/enter", { login, code })));
    expect(both.map(locationOf).sort()).to.deep.equal(["303 /my", `303 /my/code?login=${login}&said=refused`].sort());
  });

  it("opens one session for a code, also for two that have compared it before either used it", async () => {
    const login = await askFor(visitor(site), ANN);
    const { store } = site.deps;
    for (let n = 0; n < 2; n++) expect(await store.tryLoginCode(login, 5, Date.now())).not.to.equal(undefined);
    const session = (n: number) => ({ tokenHash: Buffer.alloc(32, n), expiresAtMs: Date.now() + 60_000 });
    expect(await store.openSession(login, session(1))).to.equal(true);
    expect(await store.openSession(login, session(2))).to.equal(false);
    expect(await store.sessionOf(Buffer.alloc(32, 2), Date.now())).to.equal(undefined);
  });

  it("opens one session for a code that comes in five times at once", async () => {
    const login = await askFor(visitor(site), ANN);
    await site.deliver();
    const code = codeIn(site);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => visitor(site).post("/my/enter", { login, code })),
    );
    expect(answers.filter((answer) => locationOf(answer) === "303 /my")).to.have.length(1);
    const sessions = await site.platform.database.dataSource.query("select 1 from payer_session");
    expect(sessions).to.have.length(1);
  });

  it("takes a code for 10 minutes", async () => {
    const early = await askFor(visitor(site), ANN);
    await site.deliver();
    const code = codeIn(site);
    site.clock.shiftMs = 10 * MINUTE_MS + 1_000;
    expect(locationOf(await visitor(site).post("/my/enter", { login: early, code }))).to.include("said=refused");
    site.clock.shiftMs = 9 * MINUTE_MS;
    expect(locationOf(await visitor(site).post("/my/enter", { login: early, code }))).to.equal("303 /my");
  });

  it("takes no code for another login, and none that a request makes up", async () => {
    await askFor(visitor(site), ANN);
    await site.deliver();
    const code = codeIn(site);
    const other = await askFor(visitor(site), BOB);
    for (const [login, guess] of [
      [other, code],
      ["0".repeat(32), code],
      ["", code],
      [other, ""],
      [other, "12345"],
      [other, "1234567"],
    ] as const) {
      const answer = await visitor(site).post("/my/enter", { login, code: guess });
      expect(locationOf(answer), `${login} ${guess}`).to.include("said=refused");
    }
  });

  it("keeps codes, session tokens and contacts out of the database's plain text", async () => {
    const ann = visitor(site);
    const login = await askFor(ann, ANN);
    const { dataSource } = site.platform.database;
    const dump = async (): Promise<string> => {
      const parts = await Promise.all(
        ["login_code", "payer_session", "delivery", "payer_contact", "rate_window", "receipt_link"].map((table) =>
          dataSource.query(`select t::text as line from ${table} t`),
        ),
      );
      return JSON.stringify(parts);
    };
    const waiting = await dump();
    await site.deliver();
    const code = codeIn(site);
    await ann.post("/my/enter", { login, code });
    const token = ann.cookie.split("=")[1] ?? "";
    for (const text of [waiting, await dump()]) {
      for (const secret of [
        ANN,
        token,
        Buffer.from(ANN).toString("hex"),
        Buffer.from(code).toString("hex"),
        `"${code}"`,
      ]) {
        expect(text, secret).not.to.include(secret);
      }
    }
    const log = JSON.stringify(site.platform.logged);
    expect(log).to.include("/my/enter");
    for (const secret of [ANN, token, login]) expect(log, secret).not.to.include(secret);
  });

  it("opens no session for a form on another site", async () => {
    const login = await askFor(visitor(site), ANN);
    await site.deliver();
    const forged = await visitor(site).post(
      "/my/enter",
      { login, code: codeIn(site) },
      { "Sec-Fetch-Site": "cross-site" },
    );
    expect(locationOf(forged)).to.equal("303 /my");
    expect(forged.headers.getSetCookie()).to.deep.equal([]);
  });

  it("lets a payer leave, and then shows nothing for the old cookie", async () => {
    const ann = visitor(site);
    await logIn(site, ann, ANN);
    const { cookie } = ann;
    expect(locationOf(await ann.post("/my/leave", {}))).to.equal("303 /my?said=left");
    ann.cookie = cookie;
    expect(await (await ann.get("/my")).text()).not.to.include(pathOf(ofAnn));
  });

  it("switches off the links of a receipt for its payer", async () => {
    const receipt = await site.issue({ delivery: { email: ANN } });
    await site.deliver();
    const link = linkIn(site.mail.received.at(-1)?.mail.text);
    const ann = visitor(site);
    await logIn(site, ann, ANN);
    const base = `/my/receipts/${pathOf(receipt)}`;
    expect(locationOf(await ann.post(`${base}/revoke`, {}))).to.equal(`303 ${base}?said=revoked`);
    expect((await visitor(site).get(link)).status).to.equal(404);
    expect((await ann.get(base)).status).to.equal(200);
  });

  it("narrows by unit, year and kind, and goes on page by page, newest first", async () => {
    const contact = "many@mail.example";
    const receipts: Receipt[] = [];
    for (let n = 0; n < 22; n++) {
      receipts.push(await site.platform.issue("outpatient", `MANY-${n}`, { delivery: { email: contact } }));
    }
    const fee = await site.issue({ delivery: { email: contact } }, "nontax");
    const who = visitor(site);
    await logIn(site, who, contact);
    const numbersOn = (text: string): string[] =>
      [...text.matchAll(/\/my\/receipts\/(\d{8}\/\d{10})/g)].map((m) => m[1]!);
    const first = await (await who.get("/my")).text();
    expect(numbersOn(first)).to.have.length(20);
    expect(numbersOn(first)[0]).to.equal(pathOf(fee));
    const next = /href="(\/my\?[^"]+)"/.exec(first)?.[1]?.replaceAll("&#38;", "&") ?? "";
    const second = await (await who.get(next)).text();
    expect([...numbersOn(first), ...numbersOn(second)]).to.deep.equal([fee, ...receipts.toReversed()].map(pathOf));
    expect(second).not.to.include("更早的票据");
    const onlyFee = await (await who.get("/my?kind=nontax")).text();
    expect(numbersOn(onlyFee)).to.deep.equal([pathOf(fee)]);
    const byUnit = await (await who.get(`/my?unit=${fee.unitId}`)).text();
    expect(numbersOn(byUnit)).to.deep.equal([pathOf(fee)]);
    const year = new Date(fee.issuedAtMs + 8 * 3_600_000).getUTCFullYear();
    expect(numbersOn(await (await who.get(`/my?year=${year}`)).text())).to.have.length(20);
    expect(numbersOn(await (await who.get(`/my?year=${year - 1}`)).text())).to.have.length(0);
    const odd = await who.get("/my?unit=1'--&year=x&kind=%3Cscript%3E&after=zz");
    expect(numbersOn(await odd.text())).to.have.length(20);
  });

  it("hides a receipt in arrears until its unit releases it", async () => {
    const receipt = await site.issue({
      delivery: { email: "late@mail.example", isArrears: true, arrearsReason: "未结清" },
    });
    const paid = await site.issue({ delivery: { email: "late@mail.example" } });
    const who = visitor(site);
    await logIn(site, who, "late@mail.example");
    expect(await (await who.get("/my")).text())
      .to.include(pathOf(paid))
      .and.not.to.include(pathOf(receipt));
    expect(locationOf(await who.get(`/my/receipts/${pathOf(receipt)}/pdf`))).to.equal("303 /my");
    const path = `/v1/receipts/${pathOf(receipt)}`;
    const held = await (await site.hospital.call("GET", `${path}/deliveries`)).json();
    expect(held).to.deep.equal({
      isHeld: true,
      deliveries: [{ channel: "email", purpose: "receipt", state: "held", attempts: 0 }],
      contactChanges: [],
    });
    for (let n = 0; n < 2; n++) {
      const released = await site.hospital.call("POST", `${path}/release`);
      expect(released.status).to.equal(200);
      expect(((await released.json()) as { isHeld: boolean }).isHeld).to.equal(false);
    }
    await site.deliver();
    expect(await (await who.get("/my")).text()).to.include(pathOf(receipt));
    expect(site.mail.received.at(-1)?.to).to.deep.equal(["late@mail.example"]);
    const none = await site.hospital.call("POST", `/v1/receipts/${pathOf(paid)}/release`);
    expect(none.status).to.equal(409);
    expect(((await none.json()) as { code: string }).code).to.equal("not_in_arrears");
  });

  it("forgets a contact wherever it is kept, and leaves the receipt as it is", async () => {
    const receipt = await site.issue({ delivery: { email: "gone@mail.example" } });
    await site.deliver();
    const link = linkIn(site.mail.received.at(-1)?.mail.text);
    const who = visitor(site);
    await logIn(site, who, "gone@mail.example");
    const waiting = await site.platform.issue("outpatient", "GONE", { delivery: { email: "gone@mail.example" } });
    expect(locationOf(await who.post("/my/forget", {}))).to.equal("303 /my?said=forgotten");
    await site.platform.renderAll();
    await site.platform.anchorAll();
    const count = site.mail.received.length;
    await askFor(visitor(site), "gone@mail.example");
    await site.deliver();
    expect(site.mail.received).to.have.length(count);
    expect((await site.deps.store.deliveriesOf(waiting)).map(({ state }) => state)).to.deep.equal(["cancelled"]);
    const { dataSource } = site.platform.database;
    const [left] = await dataSource.query(
      "select count(*)::int as n from payer_contact where (code, number) in (($1, $2), ($1, $3))",
      [receipt.code, receipt.number, waiting.number],
    );
    expect(left.n).to.equal(0);
    expect((await visitor(site).get(link)).status).to.equal(200);
    expect(await site.platform.current(receipt)).to.deep.include({ state: "rendered", number: receipt.number });
  });
});
