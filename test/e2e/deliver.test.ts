import { expect } from "chai";
import { startMailServer, type MailServer } from "../support/mailServer.ts";
import { makeTestFolder } from "../support/database.ts";
import { clientOf, sampleOf, startProgram, type Program } from "../support/program.ts";

/** Waits for a state of the mail server. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (!isSo()) {
    if (Date.now() > deadlineMs) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("from issue to e-mail to link to PDF, with the program that users run", function () {
  this.timeout(180_000);
  let server: MailServer;
  let program: Program;
  let env: Record<string, string>;
  const folder = makeTestFolder("deliver");
  before(async () => {
    server = await startMailServer();
    env = { SMTP_URL: server.url, MAIL_FROM: "链票 <receipts@lianpiao.example>", DEMO_UNITS: "true" };
    program = await startProgram({ dataDir: folder.dir, env });
  });
  after(async () => {
    await program.stop();
    await server.stop();
    folder.remove();
  });

  it("sends again with the same Message-ID after the power is cut between sending and marking", async () => {
    let open = (): void => undefined;
    server.gate = new Promise((resolve) => (open = resolve));
    const client = await clientOf(program, folder.dir);
    const input = { ...sampleOf("outpatient", 0, "MAIL-1"), delivery: { email: "payer@mail.example" } };
    expect((await client.call("POST", "/v1/receipts", input)).status).to.equal(201);
    await until(() => server.received.length === 1, "the mail");
    await program.kill();
    open();
    server.gate = Promise.resolve();
    program = await startProgram({ dataDir: folder.dir, env });
    await until(() => server.received.length === 2, "the mail again");
    const [first, second] = server.received.map(({ mail }) => mail.messageId);
    expect(second).to.equal(first);
    expect(program.output()).not.to.include("payer@mail.example");
  });

  it("leads from the mail's link to the sealed PDF", async () => {
    const link = /http:\/\/\S+(\/r\/[0-9a-f]{32})/.exec(server.received[1]?.mail.text ?? "")?.[1] ?? "";
    const page = await fetch(program.url + link);
    expect(page.status).to.equal(200);
    expect(await page.text()).to.include("已上链");
    const pdf = await fetch(`${program.url}${link}/pdf`);
    expect(pdf.headers.get("content-type")).to.equal("application/pdf");
    const bytes = new Uint8Array(await pdf.arrayBuffer());
    expect(Buffer.from(bytes.subarray(0, 5)).toString()).to.equal("%PDF-");
    const attached = new Uint8Array(server.received[1]?.mail.attachments[0]?.content as ArrayBuffer);
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(attached))).to.equal(0);
  });
});
