import { request } from "node:http";
import { expect } from "chai";
import type { SandboxMessage } from "../../service/app/sandboxPorts.ts";
import { axeViolations, launchBrowser, screenshot, SIZES } from "../web/browser.ts";
import { startHarness, type Harness } from "./harness.ts";

const message: SandboxMessage = {
  ...{
    channel: "email",
    to: "payer@mail.example",
    subject: "<b>票据</b>",
    receivedAtMs: Date.UTC(2026, 2, 6, 2, 21, 33),
  },
  text: `<script>1</script> https://receipts.example/r/${"0a".repeat(16)} https://elsewhere.example/r/1`,
  attachments: [{ name: "<i>.pdf", byteCount: 2_049 }],
};

describe("the page of the sandbox mailbox", () => {
  let harness: Harness;
  let asked = 0;
  before(async () => {
    const messages = (): readonly SandboxMessage[] => (asked++, [message]);
    harness = await startHarness({ sandbox: { messages, stop: () => Promise.resolve() } });
  });
  after(() => harness.stop());

  const ask = (host: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const options = { port: harness.port, host: "127.0.0.1", path: "/sandbox/mail", headers: { host } };
      const sent = request(options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on("error", reject).end();
    });

  it("shows what came as text, and only our own addresses as links", async () => {
    const { status, text } = await ask(`localhost:${harness.port}`);
    expect(status).to.equal(200);
    expect(text).to.include("&#60;b&#62;票据").and.include("&#60;script&#62;").and.include("&#60;i&#62;.pdf (3 KiB)");
    expect(text).to.include("2026-03-06 10:21:33");
    expect([...text.matchAll(/<a href="(\/r\/[^"]*)"/g)].map(([, path]) => path)).to.deep.equal([
      `/r/${"0a".repeat(16)}`,
    ]);
    expect(text).not.to.include('href="https:');
  });

  it("fits a phone, also with letters twice as large, and breaks no rule of axe-core", async function () {
    const browser = await launchBrowser();
    if (browser === undefined) this.skip();
    try {
      const page = await browser.newPage({ viewport: SIZES.phone });
      await page.goto(`http://localhost:${harness.port}/sandbox/mail`);
      expect(await axeViolations(page)).to.deep.equal([]);
      await screenshot(page, "sandbox-phone");
      await page.evaluate("document.body.style.fontSize = document.documentElement.style.fontSize = '200%'");
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).to.equal(true);
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.getAttribute('href')")).to.equal("/");
    } finally {
      await browser.close();
    }
  });

  it("answers as localhost alone: a name that was made to point here finds nothing", async () => {
    const before = asked;
    for (const host of ["127.0.0.1", "[::1]:3000", "localhost"]) expect((await ask(host)).status, host).to.equal(200);
    expect(asked).to.equal(before + 3);
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1:3000"]) {
      const { status, text } = await ask(host);
      expect(status, host).to.equal(404);
      expect(text, host).not.to.include("payer@mail.example");
    }
    expect(asked).to.equal(before + 3);
  });

  it("is not there, nor in the API's documents, where there is no sandbox", async () => {
    const real = await startHarness();
    try {
      const answer = await fetch(`${real.url}/sandbox/mail`);
      expect(answer.status).to.equal(404);
      expect(await (await fetch(`${real.url}/openapi.json`)).text()).not.to.include("sandbox");
    } finally {
      await real.stop();
    }
  });
});
