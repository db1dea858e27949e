import { createHash } from "node:crypto";
import { expect } from "chai";
import { createSmtpMailer } from "../../service/adapters/mail/smtpMailer.ts";
import { deliverReceipts } from "../../service/app/deliverReceipts.ts";
import type { SmsMessage } from "../../service/app/deliveryPorts.ts";
import type { Deps } from "../../service/app/deps.ts";
import { documentName } from "../../service/app/documentName.ts";
import { issueReceipts } from "../../service/app/issueReceipts.ts";
import { openLink } from "../../service/app/receiptLink.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { documentDigestOf } from "../../service/core/pdfSignature.ts";
import type { DeliveryInput } from "../../service/domain/receipt.ts";
import { startMailServer, type MailServer } from "../support/mailServer.ts";
import { sampleToday, startPlatform, type Platform } from "../support/platform.ts";

const EMAIL = "zhang.san.7731@mail.example";
const PHONE = "13912345678";
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

describe("deliverReceipts", () => {
  let platform: Platform;
  let server: MailServer;
  let deps: Deps;
  const texts: SmsMessage[] = [];
  const mailers: { stop(): void }[] = [];
  /** The same parts at another time. */
  const at = (base: Deps, nowMs: number): Deps => ({ ...base, clock: { nowMs: () => nowMs } });
  before(async () => {
    platform = await startPlatform();
    server = await startMailServer();
    const email = createSmtpMailer({ url: server.url, from: "链票 <receipts@lianpiao.example>" });
    mailers.push(email);
    const sms = {
      send: async (message: SmsMessage) => {
        texts.push(message);
        return { kind: "sent" } as const;
      },
    };
    deps = platform.with({ channels: { email, sms } });
  });
  after(async () => {
    for (const mailer of mailers) mailer.stop();
    await server.stop();
    await platform.stop();
  });
  beforeEach(async () => {
    server.refusal = undefined;
    server.isDeaf = false;
    server.received.length = 0;
    texts.length = 0;
    await platform.database.dataSource.query("delete from delivery");
    await platform.database.dataSource.query("update alarm set cleared_at_ms = 0 where cleared_at_ms is null");
  });

  let serial = 0;
  const issue = (delivery: DeliveryInput): Promise<Receipt> =>
    platform.issue("outpatient", `DELIVER-${serial++}`, { delivery });
  const issueDrawn = async (delivery: DeliveryInput): Promise<Receipt> => {
    const receipt = await issue(delivery);
    await platform.renderAll();
    await platform.anchorAll();
    return receipt;
  };
  const statesOf = async (receipt: Receipt): Promise<string[]> =>
    (await deps.store.deliveriesOf(receipt)).map(({ channel, state }) => `${channel} ${state}`).sort();
  const linkIn = (text: string): string => /\/r\/([0-9a-f]{32})/.exec(text)?.[1] ?? "";

  it("sends an e-mail with the sealed PDF and a link that opens the receipt, once", async () => {
    const receipt = await issueDrawn({ email: EMAIL });
    expect(await deliverReceipts(deps)).to.equal(1);
    expect(server.received).to.have.length(1);
    const { to, mail } = server.received[0]!;
    expect(to).to.deep.equal([EMAIL]);
    expect(mail.from?.address).to.equal("receipts@lianpiao.example");
    expect(mail.subject).to.equal("财政电子票据 236.21 元 · 示例市第一人民医院");
    for (const part of ["示例市第一人民医院", "236.21", receipt.data.eInvoiceCode, receipt.data.eInvoiceNumber]) {
      expect(mail.text, part).to.include(part);
      expect(mail.html, part).to.include(part);
    }
    expect(mail.text).not.to.include(receipt.data.payerPartyName);
    const [pdf] = mail.attachments;
    expect(pdf?.mimeType).to.equal("application/pdf");
    expect(pdf?.filename).to.equal(`${receipt.data.eInvoiceCode}_${receipt.data.eInvoiceNumber}.pdf`);
    const bytes = new Uint8Array(pdf?.content as ArrayBuffer);
    const stored = await platform.current(receipt);
    expect(documentDigestOf(bytes, deps.hash)).to.deep.equal(new Uint8Array(stored.documentDigest!));
    expect(createHash("sha256").update(bytes).digest("hex"), "sealed, not as stored").not.to.equal(
      Buffer.from(stored.documentSha256!).toString("hex"),
    );
    const opened = await openLink(deps, linkIn(mail.text ?? ""));
    expect(opened?.number).to.equal(receipt.number);
    expect(await statesOf(receipt)).to.deep.equal(["email sent"]);
    expect(await deliverReceipts(deps)).to.equal(0);
  });

  it("sends a text message with unit, amount and link, and both where both are known", async () => {
    const receipt = await issueDrawn({ email: EMAIL, phone: PHONE });
    await deliverReceipts(deps);
    expect(server.received).to.have.length(1);
    expect(texts).to.have.length(1);
    expect(texts[0]?.to).to.equal(`+86${PHONE}`);
    expect(texts[0]?.text).to.match(
      /^示例市第一人民医院为您开具电子票据236\.21元，查看：http:\/\/localhost:3000\/r\/[0-9a-f]{32} /,
    );
    expect(await statesOf(receipt)).to.deep.equal(["email sent", "sms sent"]);
  });

  it("waits until the receipt is drawn, then for its anchor, but not for ever", async () => {
    const receipt = await issue({ email: EMAIL });
    expect(await deliverReceipts(deps)).to.equal(0);
    await platform.renderAll();
    const renderedAtMs = (await platform.current(receipt)).renderedAtMs!;
    const { sealWaitMs } = deps.settings;
    expect(await deliverReceipts(at(deps, renderedAtMs + sealWaitMs - 1))).to.equal(0);
    expect(await deliverReceipts(at(deps, renderedAtMs + sealWaitMs))).to.equal(1);
    const bytes = new Uint8Array(server.received[0]?.mail.attachments[0]?.content as ArrayBuffer);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(sha256).to.equal(Buffer.from((await platform.current(receipt)).documentSha256!).toString("hex"));
    await platform.anchorAll();
  });

  it("leaves the PDF out where it is configured so", async () => {
    await issueDrawn({ email: EMAIL });
    await deliverReceipts({ ...deps, settings: { ...deps.settings, isPdfAttached: false } });
    expect(server.received[0]?.mail.attachments).to.deep.equal([]);
    expect(linkIn(server.received[0]?.mail.text ?? "")).to.have.length(32);
  });

  it("sends again after a crash between sending and marking, with the same Message-ID", async () => {
    const receipt = await issueDrawn({ email: EMAIL });
    const crashing: Deps = {
      ...deps,
      store: { ...deps.store, markDelivered: () => Promise.reject(new Error("the power is cut")) },
    };
    const startMs = Date.now();
    await deliverReceipts(at(crashing, startMs)).catch(() => undefined);
    expect(server.received).to.have.length(1);
    const other: Deps = { ...deps, settings: { ...deps.settings, holder: "another" } };
    expect(await deliverReceipts(at(other, startMs + 600_000 - 1)), "while the claim holds").to.equal(0);
    expect(await deliverReceipts(at(other, startMs + 600_000))).to.equal(1);
    expect(server.received).to.have.length(2);
    const [first, second] = server.received.map(({ mail }) => mail.messageId);
    expect(first).to.match(/^<[0-9a-f]{32}@localhost>$/);
    expect(second).to.equal(first);
    expect(await statesOf(receipt)).to.deep.equal(["email sent"]);
  });

  it("takes its own claims up at once when it starts again", async () => {
    await issueDrawn({ email: EMAIL });
    const crashing: Deps = {
      ...deps,
      store: { ...deps.store, markDelivered: () => Promise.reject(new Error("the power is cut")) },
    };
    await deliverReceipts(crashing).catch(() => undefined);
    await deps.store.releaseDeliveries(deps.settings.holder);
    expect(await deliverReceipts(deps)).to.equal(1);
    expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).to.equal(1);
  });

  it("sends again when the server took the mail and its answer was lost", async () => {
    await issueDrawn({ email: EMAIL });
    server.isDeaf = true;
    const nowMs = Date.now();
    await deliverReceipts(at(deps, nowMs));
    server.isDeaf = false;
    expect(await deliverReceipts(at(deps, nowMs + MINUTE_MS - 1))).to.equal(0);
    expect(await deliverReceipts(at(deps, nowMs + MINUTE_MS))).to.equal(1);
    expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).to.equal(1);
    expect(server.received.length).to.be.greaterThan(1);
  });

  it("is not sent twice by two programs at once", async () => {
    for (let n = 0; n < 12; n++) await issue({ email: `p${n}@mail.example` });
    await platform.renderAll();
    await platform.anchorAll();
    const other: Deps = { ...deps, settings: { ...deps.settings, holder: "another" } };
    const drain = async (own: Deps): Promise<void> => {
      while ((await deliverReceipts(own)) > 0);
    };
    await Promise.all([drain(deps), drain(other)]);
    expect(server.received.map(({ to }) => to[0]).sort()).to.deep.equal(
      Array.from({ length: 12 }, (_, n) => `p${n}@mail.example`).sort(),
    );
  });

  it("rests 1 min, 5 min, 15 min, 1 h, 3 h, 6 h, 12 h and 24 h, then gives up with an alarm", async () => {
    const receipt = await issueDrawn({ email: EMAIL });
    server.refusal = { code: 451, text: "try later" };
    let nowMs = Date.now();
    for (const restMs of [1, 5, 15, 60, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE_MS)) {
      expect(await deliverReceipts(at(deps, nowMs))).to.equal(1);
      expect(await deliverReceipts(at(deps, nowMs + restMs - 1)), `${restMs} ms`).to.equal(0);
      nowMs += restMs;
    }
    expect(await platform.alarms()).to.deep.equal([]);
    expect(await deliverReceipts(at(deps, nowMs))).to.equal(1);
    expect(await platform.alarms()).to.deep.equal([`delivery_failed receipt ${receipt.code} ${receipt.number}`]);
    const [delivery] = await deps.store.deliveriesOf(receipt);
    expect(delivery).to.include({ state: "failed", attempts: 9, reason: "smtp_451" });
    server.refusal = undefined;
    expect(await deliverReceipts(at(deps, nowMs + 48 * HOUR_MS))).to.equal(0);
  });

  it("gives an address that does not exist up at once, without an alarm", async () => {
    const receipt = await issueDrawn({ email: EMAIL });
    server.refusal = { code: 550, text: `<${EMAIL}>: no such user` };
    await deliverReceipts(deps);
    const [delivery] = await deps.store.deliveriesOf(receipt);
    expect(delivery).to.include({ state: "failed", attempts: 1, reason: "smtp_550" });
    expect(await platform.alarms()).to.deep.equal([]);
  });

  it("rests when the server is away, and sends when it is back", async () => {
    await issueDrawn({ email: EMAIL });
    const away = createSmtpMailer({ url: "smtp://127.0.0.1:1", from: "receipts@lianpiao.example" });
    mailers.push(away);
    const nowMs = Date.now();
    await deliverReceipts(at({ ...deps, channels: { email: away } }, nowMs));
    expect(server.received).to.have.length(0);
    expect(await deliverReceipts(at(deps, nowMs + MINUTE_MS))).to.equal(1);
    expect(server.received).to.have.length(1);
  });

  it("leaves a channel's deliveries to a program that has it, and gives them up after a week", async () => {
    const receipt = await issueDrawn({ email: EMAIL, phone: PHONE });
    const mailOnly: Deps = { ...deps, channels: { email: deps.channels.email! } };
    expect(await deliverReceipts(mailOnly)).to.equal(1);
    expect(await statesOf(receipt)).to.deep.equal(["email sent", "sms waiting"]);
    const weekMs = 7 * 24 * HOUR_MS;
    await deliverReceipts(at(mailOnly, receipt.issuedAtMs + weekMs));
    expect(await statesOf(receipt)).to.deep.equal(["email sent", "sms waiting"]);
    await deliverReceipts(at(mailOnly, receipt.issuedAtMs + weekMs + 1));
    expect(await statesOf(receipt)).to.deep.equal(["email sent", "sms failed"]);
  });

  it("neither sends nor opens a receipt in arrears until it is released", async () => {
    const receipt = await issueDrawn({ email: EMAIL, isArrears: true, arrearsReason: "住院费未结清" });
    expect(await deliverReceipts(at(deps, Date.now() + 24 * HOUR_MS))).to.equal(0);
    expect(await statesOf(receipt)).to.deep.equal(["email held"]);
    expect(await deps.store.releaseArrears(receipt, Date.now())).to.equal(true);
    expect(await deps.store.releaseArrears(receipt, Date.now())).to.equal(false);
    expect(await deliverReceipts(deps)).to.equal(1);
    const token = linkIn(server.received[0]?.mail.text ?? "");
    expect((await openLink(deps, token))?.number).to.equal(receipt.number);
    await platform.database.dataSource.query("update receipt_arrears set released_at_ms = null");
    expect(await openLink(deps, token)).to.equal(undefined);
    await platform.database.dataSource.query("update receipt_arrears set released_at_ms = 1");
  });

  it("sends nothing for a number that became void", async () => {
    const receipt = await issue({ email: EMAIL });
    await deps.store.markVoid(receipt.code, receipt.number, "test");
    expect(await deliverReceipts(at(deps, Date.now() + HOUR_MS))).to.equal(0);
    expect(await statesOf(receipt)).to.deep.equal(["email cancelled"]);
  });

  it("sends no link that was switched off, and opens none", async () => {
    const sent = await issueDrawn({ email: EMAIL });
    await deliverReceipts(deps);
    const token = linkIn(server.received[0]?.mail.text ?? "");
    expect(await deps.store.revokeLinks(sent, Date.now())).to.equal(1);
    expect(await openLink(deps, token)).to.equal(undefined);
    const waiting = await issueDrawn({ email: EMAIL });
    await deps.store.revokeLinks(waiting, Date.now());
    expect(await deliverReceipts(deps)).to.equal(0);
  });

  it("opens nothing for a token that is not whole, not ours, or the link's id", async () => {
    await issueDrawn({ email: EMAIL });
    await deliverReceipts(deps);
    const token = linkIn(server.received[0]?.mail.text ?? "");
    const [row] = await platform.database.dataSource.query("select link_id from receipt_link");
    const flipped = (token.startsWith("0") ? "1" : "0") + token.slice(1);
    for (const wrong of [
      "",
      token.slice(1),
      `${token}0`,
      token.toUpperCase().replace(/\d/g, "A"),
      flipped,
      row.link_id,
    ]) {
      expect(await openLink(deps, wrong), wrong).to.equal(undefined);
    }
  });

  it("keeps contacts out of receipts, digests, the database's plain text and the log", async () => {
    const { dataSource } = platform.database;
    const receipt = await issue({ email: EMAIL, phone: PHONE });
    const dump = async (): Promise<string> => {
      const tables = await dataSource.query(
        "select table_name from information_schema.tables where table_schema = 'public'",
      );
      const parts: string[] = [];
      for (const { table_name } of tables) {
        for (const row of await dataSource.query(`select t::text as line from "${table_name}" t`)) parts.push(row.line);
      }
      return parts.join("\n");
    };
    const traces = [EMAIL, "zhang.san", PHONE].flatMap((text) => [text, Buffer.from(text).toString("hex")]);
    const before = await dump();
    expect(before).to.include(receipt.busNo);
    server.refusal = { code: 550, text: `<${EMAIL}> unknown` };
    await platform.renderAll();
    await platform.anchorAll();
    await deliverReceipts(deps);
    const after = await dump();
    const pdf = await deps.blobs.get(documentName(receipt.code, receipt.number));
    const log = JSON.stringify(platform.logged);
    expect(log).to.include("delivery_refused");
    for (const trace of traces) {
      expect(before, trace).not.to.include(trace);
      expect(after, trace).not.to.include(trace);
      expect(log, trace).not.to.include(trace);
      expect(JSON.stringify([receipt.data, receipt.input]), trace).not.to.include(trace);
      expect(Buffer.from(pdf!).includes(trace), trace).to.equal(false);
    }
    const sealed = await dataSource.query("select count(*)::int as n from delivery where sealed is not null");
    expect(sealed[0].n, "addresses are wiped when a delivery ends").to.equal(0);
  });

  it("takes the same request with another contact for the same request; the first contact stands", async () => {
    const unit = await platform.unitOf("demo-hospital");
    const input = sampleToday("outpatient", 0, "DELIVER-AGAIN");
    const send = async (delivery?: DeliveryInput) =>
      (await issueReceipts(deps, unit, [delivery === undefined ? input : { ...input, delivery }]))[0]?.kind;
    expect(await send({ email: "first@mail.example" })).to.equal("issued");
    expect(await send({ email: "second@mail.example" })).to.equal("repeated");
    expect(await send()).to.equal("repeated");
    await platform.renderAll();
    await platform.anchorAll();
    await deliverReceipts(deps);
    expect(server.received.map(({ to }) => to[0])).to.deep.equal(["first@mail.example"]);
  });
});
