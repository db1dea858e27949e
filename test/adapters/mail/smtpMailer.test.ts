import { expect } from "chai";
import { createSmtpMailer } from "../../../service/adapters/mail/smtpMailer.ts";
import type { Mailer, MailMessage } from "../../../service/app/deliveryPorts.ts";
import { startMailServer, type MailServer } from "../../support/mailServer.ts";

const message: MailMessage = {
  to: "a@mail.example",
  messageId: "<3f7484c09d1e4a22b1f0c8d95a6e7b10@receipts.example>",
  subject: "财政电子票据 236.21 元",
  text: "您好\n.\n末行",
  html: "<p>您好</p>",
  attachments: [
    { name: "44060126_0000000001.pdf", type: "application/pdf", bytes: new Uint8Array([0, 10, 13, 46, 255]) },
  ],
};

describe("smtpMailer", () => {
  let server: MailServer;
  let mailer: Mailer;
  before(async () => {
    server = await startMailServer();
    mailer = createSmtpMailer({ url: server.url, from: "链票 <receipts@lianpiao.example>" });
  });
  after(async () => {
    mailer.stop();
    await server.stop();
  });
  beforeEach(() => {
    server.received.length = 0;
    server.refusal = undefined;
  });

  it("sends text, HTML and attachment whole, in Chinese, with the id that it is given", async () => {
    expect(await mailer.send(message)).to.deep.equal({ kind: "sent" });
    const { mail, to, raw } = server.received[0]!;
    expect(to).to.deep.equal(["a@mail.example"]);
    expect(mail.messageId).to.equal(message.messageId);
    expect(mail.subject).to.equal(message.subject);
    expect(mail.from).to.deep.include({ name: "链票", address: "receipts@lianpiao.example" });
    expect(mail.text?.trim()).to.equal(message.text);
    expect(mail.html?.trim()).to.equal(message.html);
    expect([...new Uint8Array(mail.attachments[0]?.content as ArrayBuffer)]).to.deep.equal([0, 10, 13, 46, 255]);
    expect(mail.attachments[0]?.filename).to.equal("44060126_0000000001.pdf");
    expect(raw).to.match(/^Auto-Submitted: auto-generated\r$/m);
  });

  it("sends to the one address, whatever it looks like", async () => {
    await mailer.send({ ...message, to: "a@mail.example, b@mail.example" });
    for (const { to } of server.received) expect(to).not.to.include("b@mail.example");
  });

  it("takes 550 for good, 450 for now", async () => {
    server.refusal = { code: 550, text: "no such user" };
    expect(await mailer.send(message)).to.deep.equal({ kind: "refused", isPermanent: true, code: "smtp_550" });
    server.refusal = { code: 450, text: "try later" };
    expect(await mailer.send(message)).to.deep.equal({ kind: "refused", isPermanent: false, code: "smtp_450" });
  });

  it("tells that a server is away, and goes on once there is one", async () => {
    const away = createSmtpMailer({ url: "smtp://127.0.0.1:1", from: "receipts@lianpiao.example" });
    const outcome = await away.send(message);
    away.stop();
    expect(outcome).to.include({ kind: "refused", isPermanent: false });
    expect(outcome.kind === "refused" && outcome.code).to.match(/^smtp_[a-z]+$/);
    expect(await mailer.send(message)).to.deep.equal({ kind: "sent" });
  });

  it("tells nothing of the address or the server's words", async () => {
    server.refusal = { code: 550, text: "<a@mail.example> is unknown here" };
    expect(JSON.stringify(await mailer.send(message))).not.to.include("mail.example");
  });
});
