import { demoUnits } from "../../service/demoUnits.ts";
import { expect } from "chai";
import { makeTestFolder } from "../support/database.ts";
import { startProgram, until, type Program } from "../support/program.ts";
import { playDemo, DEMO_CONTACTS } from "../../scripts/playDemo.ts";
import { visitor } from "../http/citizens/fetchSite.ts";

/** The demo issues one of each. */
const KINDS = demoUnits.flatMap(({ unit }) => unit.kinds).length;

describe("trying the program out: mail, link and login without a mail server", function () {
  this.timeout(180_000);
  let program: Program;
  const folder = makeTestFolder("sandbox");
  before(async () => {
    program = await startProgram({ dataDir: folder.dir });
  });
  after(async () => {
    await program.stop();
    folder.remove();
  });

  const mailbox = async (): Promise<string> => (await fetch(`${program.url}/sandbox/mail`)).text();
  const count = (page: string, what: RegExp): number => [...page.matchAll(what)].length;

  it("prints where the mailbox is, and the demo's receipts come to it by mail and text message", async () => {
    // Said after the line that a program is known to be ready by.
    const line = `(mailbox)   ${program.url}/sandbox/mail`;
    await until(() => program.output().includes(line), "it says where the mailbox is");
    expect(await mailbox()).to.include("还没有邮件或短信");
    expect(await playDemo(folder.dir, program.url)).to.equal(true);
    await until(
      async () => count(await mailbox(), /<article>/g) === 2 * KINDS,
      "a mail and a text message of each kind",
    );
    const page = await mailbox();
    expect(count(page, /<a href="\/r\/[0-9a-f]{32}">/g)).to.equal(2 * KINDS);
    expect(page).to.include(DEMO_CONTACTS.email).and.include(`+86${DEMO_CONTACTS.phone}`).and.include(".pdf (");
    expect(program.output()).not.to.include(DEMO_CONTACTS.email);
  });

  it("leads from the mail to the receipt, and from /my to all of them with the code in the mailbox", async () => {
    const link = /<a href="(\/r\/[0-9a-f]{32})">/.exec(await mailbox())?.[1] ?? "";
    const shown = await fetch(program.url + link);
    expect(shown.status).to.equal(200);
    expect(await shown.text()).to.include("已上链");
    const who = visitor(program);
    const asked = await who.post("/my/code", { contact: DEMO_CONTACTS.email });
    const login = /login=([0-9a-f]{32})/.exec(asked.headers.get("location") ?? "")?.[1] ?? "";
    await until(async () => /验证码：\d{6}/.test(await mailbox()), "the code");
    const code = /验证码：(\d{6})/.exec(await mailbox())?.[1] ?? "";
    expect((await who.post("/my/enter", { login, code })).headers.get("location")).to.equal("/my");
    expect(count(await (await who.get("/my")).text(), /\/my\/receipts\//g)).to.equal(KINDS);
  });

  it("shows the mailbox to nobody beyond this machine", async () => {
    const statusFor = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${program.url}/sandbox/mail`, { headers })).status;
    expect(await statusFor({})).to.equal(200);
    for (const header of ["X-Forwarded-For", "Forwarded", "Via", "X-Forwarded-Host"]) {
      expect(await statusFor({ [header]: "127.0.0.1" }), header).to.equal(404);
    }
  });
});
