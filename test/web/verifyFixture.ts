import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { makeAttacks } from "../../scripts/attacks/all.ts";
import type { Attack } from "../../scripts/attacks/attack.ts";
import { makeForeignSigner } from "../../scripts/attacks/foreignSigner.ts";
import { encodeSignedData, parseSignedData } from "../../service/core/cms.ts";
import { readSignature, writeSignature } from "../../service/core/pdfSignature.ts";
import { axeViolations, screenshot, SIZES, type Size } from "./browser.ts";
import { startFakeNode, startPageServer, type FakeNode, type PageServer } from "./pageServer.ts";
import { makeRealWorld, type RealWorld } from "./realWorld.ts";

export const UNIT = { name: "示例市第一人民医院", creditCode: "12440300MB2D00001R" };

export type File = { readonly name: string; readonly pdf: Uint8Array };
export type Place = { readonly node: string; readonly chainId: number; readonly contract: string };
/** tone: the class of the verdict that is shown, "" if there is none. */
export type Shown = {
  readonly page: Page;
  readonly tone: string;
  readonly text: string;
  readonly complaints: readonly string[];
};

export type VerifyFixture = {
  readonly world: RealWorld;
  readonly server: PageServer;
  readonly node: FakeNode;
  readonly attacks: ReadonlyMap<string, Attack>;
  /** A page of its own that was opened at an address; the site's by default. */
  open(size?: Size, url?: string): Promise<Opened>;
  /** Opens the page, sets a place if one is given, chooses the files, and waits for the end. */
  check(files: readonly File[], size?: Size, place?: Place): Promise<Shown>;
  stop(): Promise<void>;
};

export type Opened = { readonly page: Page; readonly complaints: readonly string[] };

export async function startVerifyFixture(browser: Browser): Promise<VerifyFixture> {
  const world = await makeRealWorld();
  const node = await startFakeNode(world.chain.url);
  const server = await startPageServer({ chainId: world.chain.chainId, contract: world.contract }, node.url);
  const foreign = await makeForeignSigner(UNIT, Date.now());
  const made = await makeAttacks({ good: world.pdfs.good, other: world.pdfs.other, foreign });
  const open: VerifyFixture["open"] = (size = "desktop", url = `${server.url}/verify`) => openPage(browser, size, url);
  return {
    world,
    server,
    node,
    attacks: new Map(made.map((attack) => [attack.name, attack])),
    open,
    async check(files, size, place) {
      const { page, complaints } = await open(size);
      if (place !== undefined) await setPlace(page, place);
      return { complaints, ...(await choose(page, files)) };
    },
    async stop() {
      await server.stop();
      await node.stop();
      await world.stop();
    },
  };
}

/** Everything is in a context of its own: nothing is remembered from one test to the next. */
async function openPage(browser: Browser, size: Size, url: string): Promise<Opened> {
  const context = await browser.newContext({ viewport: SIZES[size] });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await page.waitForSelector("html[data-ready]");
  return { page, complaints };
}

export async function setPlace(page: Page, { node, chainId, contract }: Place): Promise<void> {
  if ((await page.getAttribute("#place", "open")) === null) await page.click("#place summary");
  await page.fill("#node", node);
  await page.fill("#chainId", String(chainId));
  await page.fill("#contract", contract);
  await page.click("#place-form [type=submit]");
}

export async function choose(page: Page, files: readonly File[]): Promise<Omit<Shown, "complaints">> {
  await page.setInputFiles(
    "#files",
    files.map(({ name, pdf }) => ({ name, mimeType: "application/pdf", buffer: Buffer.from(pdf) })),
  );
  await page.waitForSelector("#results > *");
  const verdict = page.locator(".verdict");
  const kinds = (await verdict.count()) === 0 ? "" : ((await verdict.getAttribute("class")) ?? "");
  return { page, tone: kinds.replace("verdict ", ""), text: await page.innerText("body") };
}

/** Texts of the picture that stand out of it. */
const CUT_OFF = `[...document.querySelectorAll(".way text")].filter((text) => {
  const [own, all] = [text, text.ownerSVGElement].map((each) => each.getBoundingClientRect());
  return own.left < all.left || own.right > all.right || own.bottom > all.bottom;
}).map((text) => text.textContent)`;

/** What every state must hold: no complaint, nothing wider than the window, nothing cut off, nothing that axe-core finds. */
export async function finish({ page, complaints }: Pick<Shown, "page" | "complaints">, name: string): Promise<void> {
  await screenshot(page, name);
  const width = await page.evaluate("document.documentElement.scrollWidth");
  expect(width, "it must not be wider than the window").to.be.at.most(page.viewportSize()?.width ?? 0);
  expect(await page.evaluate(CUT_OFF)).to.deep.equal([]);
  expect((await axeViolations(page)) ?? []).to.deep.equal([]);
  expect(complaints).to.deep.equal([]);
  await page.context().close();
}

/** The receipt as it was before it was sealed. */
export function unsealed(pdf: Uint8Array): Uint8Array {
  const { proof: _proof, ...parts } = parseSignedData(readSignature(pdf));
  return writeSignature(pdf, encodeSignedData(parts));
}
