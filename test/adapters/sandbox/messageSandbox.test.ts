import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { expect } from "chai";
import { createSmtpMailer } from "../../../service/adapters/mail/smtpMailer.ts";
import { startMessageSandbox, type RunningSandbox } from "../../../service/adapters/sandbox/messageSandbox.ts";
import { createHttpSms } from "../../../service/adapters/sms/httpSms.ts";
import type { Mailer, SmsSender } from "../../../service/app/deliveryPorts.ts";

const NOW_MS = Date.parse("2026-03-06T10:21:33+08:00");

describe("the sandbox for mail and text messages", () => {
  let sandbox: RunningSandbox;
  let mailer: Mailer;
  let sms: SmsSender;
  before(async () => {
    sandbox = await startMessageSandbox(() => NOW_MS);
    mailer = createSmtpMailer({ url: sandbox.smtpUrl, from: "链票演示 <demo@lianpiao.example>" });
    sms = createHttpSms({ url: sandbox.smsUrl, secret: sandbox.smsSecret, nowMs: () => NOW_MS });
  });
  after(async () => {
    mailer.stop();
    await sandbox.stop();
  });

  const mail = (n: number) => ({
    to: "payer@mail.example",
    messageId: `<${n}@test.example>`,
    subject: `票据 ${n}`,
    text: "查看票据：http://localhost:3000/r/0",
    html: "<p>查看票据</p>",
    attachments: [{ name: "44060126_0000000001.pdf", type: "application/pdf", bytes: new Uint8Array(3_000).fill(65) }],
  });
  /** Answers of a conversation with the server, one line each. */
  const talk = (lines: readonly string[]): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(sandbox.smtpUrl);
      const socket = connect(Number(port), hostname);
      const answers: string[] = [];
      const left = [...lines];
      socket.on("error", reject);
      socket.on("data", (data) => {
        answers.push(data.toString().trim().split("\r\n").at(-1) ?? "");
        const next = left.shift();
        if (next === undefined) socket.end();
        else socket.write(`${next}\r\n`);
      });
      socket.on("close", () => resolve(answers));
    });

  it("takes a mail by SMTP, with its Chinese, its link and what is attached", async () => {
    expect(await mailer.send(mail(1))).to.deep.equal({ kind: "sent" });
    expect(sandbox.messages()[0]).to.deep.equal({
      ...{ channel: "email", to: "payer@mail.example", subject: "票据 1", receivedAtMs: NOW_MS },
      ...{ text: "查看票据：http://localhost:3000/r/0\n" },
      attachments: [{ name: "44060126_0000000001.pdf", byteCount: 3_000 }],
    });
  });

  it("speaks SMTP as RFC 5321 says, and listens on this machine alone", async () => {
    const answers = await talk(["EHLO test", "DATA", "MAIL FROM:<a@b.example>", "RCPT TO:<no address", "QUIT"]);
    expect(answers.map((answer) => answer.slice(0, 3))).to.deep.equal(["220", "250", "503", "250", "501", "221"]);
    expect(new URL(sandbox.smtpUrl).hostname).to.equal("127.0.0.1");
  });

  it("takes a text message that is signed, once for each id", async () => {
    const before = sandbox.messages().length;
    const message = { messageId: "m1", to: "+8613912345678", text: "验证码123456" };
    for (let n = 0; n < 2; n++) expect(await sms.send(message)).to.deep.equal({ kind: "sent" });
    expect(sandbox.messages()).to.have.length(before + 1);
    expect(sandbox.messages()[0]).to.include({ channel: "sms", to: "+8613912345678", text: "验证码123456" });
  });

  it("refuses a text message with another secret, another body, or a time that is 301 s off", async () => {
    const wrong = createHttpSms({ url: sandbox.smsUrl, secret: "x".repeat(32), nowMs: () => NOW_MS });
    const message = { messageId: "m2", to: "+8613912345678", text: "text" };
    expect(await wrong.send(message)).to.deep.include({ kind: "refused", code: "sms_401" });
    const [early, late] = [300, 301].map((s) =>
      createHttpSms({ url: sandbox.smsUrl, secret: sandbox.smsSecret, nowMs: () => NOW_MS - s * 1000 }),
    );
    expect(await early!.send(message)).to.deep.equal({ kind: "sent" });
    expect(await late!.send({ ...message, messageId: "m3" })).to.deep.include({ code: "sms_401" });
    const timestamp = String(NOW_MS / 1000);
    const signature = createHmac("sha256", sandbox.smsSecret).update(`m4.${timestamp}.{}`).digest("base64");
    const post = async (body: string): Promise<number> => {
      const headers = { "webhook-id": "m4", "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
      return (await fetch(sandbox.smsUrl, { method: "POST", body, headers })).status;
    };
    expect(await post("{}")).to.equal(422);
    expect(await post("{} ")).to.equal(401);
    expect(await post("x".repeat(20_000))).to.equal(400);
  });

  it("keeps the last 200", async () => {
    for (let n = 0; n < 201; n++) await sms.send({ messageId: `many-${n}`, to: "+8613912345678", text: String(n) });
    const texts = sandbox.messages().map(({ text }) => text);
    expect(texts).to.have.length(200);
    expect([texts[0], texts[199]]).to.deep.equal(["200", "1"]);
  });
});
