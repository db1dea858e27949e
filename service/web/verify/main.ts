import type { Text } from "../../core/reportTexts.ts";
import { both, byId, el } from "../shared/dom.ts";
import { placeFromJson, type Place } from "../shared/place.ts";
import { wireScanner } from "../shared/scanPanel.ts";
import { recallPlace, rememberPlace } from "../shared/remember.ts";
import { words } from "../shared/words.ts";
import { checkAll, type Result } from "./check.ts";
import type { DisclosureCode } from "../../core/disclosureCodes.ts";
import { takeIn, type Doc } from "./documents.ts";
import { listView } from "./listView.ts";
import { looksLikeCode } from "../../core/disclosureCodes.ts";
import { openScan, SCAN_NOTE } from "./openScan.ts";
import { wirePlaceForm } from "./placeForm.ts";
import { readText } from "./readText.ts";
import { resultView } from "./resultView.ts";

/** What the server that served the page says; nothing in a saved file. */
const site = placeFromJson(byId("site-place").textContent, document.baseURI);
let own = recallPlace();
let docs: readonly Doc[] = [];
let problems: readonly Text[] = [];
let results: readonly Result[] = [];
/** Those of one disclosure that were read so far. */
let codes: readonly DisclosureCode[] = [];
/** Printed on sheets that are made here; a saved page has no address that others could open. */
const verifyUrl = site === undefined ? undefined : new URL("/verify", document.baseURI).href;
/** Only the newest run may show anything. */
let run = 0;

const place = (): Place | undefined => own ?? site;
const form = wirePlaceForm(usePlace, site !== undefined);
showPlace();
wireDrop();
wirePaste();
byId("again").addEventListener("click", () => void check());
byId("save").hidden = site === undefined;
// A code is looked up by the site; a saved page has none.
if (site !== undefined) void wireScanner(takeScan, SCAN_NOTE);
document.documentElement.dataset["ready"] = "";

function usePlace(next: Place | undefined): void {
  own = next;
  const isKept = rememberPlace(next);
  showPlace();
  if (!isKept) say(words("浏览器不让保存设置，下次须重填", "This browser keeps no settings: set them anew next time"));
  if (docs.length > 0) void check();
}

function showPlace(): void {
  form.show(place(), own !== undefined ? "user" : site !== undefined ? "site" : "none");
  if (place() === undefined) byId("place").setAttribute("open", "");
}

function wireDrop(): void {
  const zone = byId("drop");
  const input = byId("files");
  if (!(input instanceof HTMLInputElement)) throw new Error("#files is no input");
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    void take(files);
  });
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", type === "dragenter" || type === "dragover");
    });
  }
  document.addEventListener("drop", (event) => void take([...(event.dataTransfer?.files ?? [])]));
}

async function take(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const own = ++run;
  forget();
  say(words("正在打开文件…", "Opening …"));
  const intake = await takeIn(files);
  if (own !== run) return;
  ({ docs, problems } = intake);
  await check();
}

function wirePaste(): void {
  const input = byId("code-text");
  if (!(input instanceof HTMLTextAreaElement)) throw new Error("#code-text is no text area");
  byId("code-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value;
    input.value = "";
    void takeCode(text);
  });
}

/** A receipt's code is looked up by the site, a disclosure's proves itself here. */
function takeScan(text: string): Text | undefined {
  if (!looksLikeCode(text)) return openScan(text);
  void takeCode(text);
  return undefined;
}

/** No verdict on what was there before may stand beside the words about what comes. */
function forget(): void {
  [docs, problems, results] = [[], [], []];
  byId("results").replaceChildren();
  byId("again").hidden = true;
}

/** The one way in for what was scanned from a QR code, or pasted. */
async function takeCode(text: string): Promise<void> {
  const own = ++run;
  forget();
  const read = await readText(text, codes);
  if (own !== run) return;
  codes = read.kind === "part" ? read.codes : read.kind === "file" ? [] : codes;
  switch (read.kind) {
    case "file":
      docs = [{ name: "部分披露 Disclosure", read: () => Promise.resolve(read.bytes) }];
      await check();
      break;
    case "part": {
      const missing = read.missing.join("、");
      say(words(`还差第 ${missing} 个二维码`, `Still to read: number ${missing}`));
      break;
    }
    case "receipt":
      showReceiptCode(read.address, read.query);
      break;
    case "unknown":
      say(UNKNOWN_TEXT);
  }
}

const UNKNOWN_TEXT = words(
  "认不出这段内容：应为部分披露的二维码（LPD1 开头）、披露文件，或票面二维码",
  "Not recognised: a disclosure’s code (beginning LPD1), a disclosure file, or the code on a receipt is expected",
);

/** That code proves nothing by itself. Whoever follows the link asks a server, so it is not followed for them. */
function showReceiptCode(address: string, query: string): void {
  say(
    words(
      "这是票面二维码，只含票据要素，不含证明：请放入票据 PDF，或向开票网站查询",
      "This is the code on a receipt: it names it and proves nothing. Drop its PDF here, or ask the site",
    ),
  );
  const href = site === undefined ? address : `/d${query}`;
  const link = el("a", { href, rel: "noreferrer" }, both(words("凭此码联网查询", "Ask the site by this code")));
  byId("results").replaceChildren(el("p", { class: "card" }, link));
}

async function check(): Promise<void> {
  const own = ++run;
  const where = place();
  results = [];
  byId("results").replaceChildren();
  byId("again").hidden = docs.length === 0;
  if (where === undefined) {
    say(
      words(
        "请先设置节点和受信任的合约，然后开始查验",
        "Set a node and the contract that you trust; then the check begins",
      ),
    );
    form.ask();
    return;
  }
  const started = performance.now();
  if (docs.length > 0) say(words("正在查验，等待节点回答…", "Checking: waiting for the node …"));
  for await (const result of checkAll(docs, where)) {
    if (own !== run) return;
    results = [...results, result];
    if (docs.length > 1)
      say(words(`正在查验 ${results.length} / ${docs.length}`, `Checking ${results.length} of ${docs.length}`));
    await painted();
  }
  if (own !== run) return;
  byId("results").dataset["ms"] = String(Math.round(performance.now() - started));
  show(worstFirst());
}

/** The one to look at first is the one that is in trouble. */
function worstFirst(): number {
  for (const tone of ["bad", "unsure", "notice"]) {
    const index = results.findIndex(({ conclusion }) => conclusion.tone === tone);
    if (index >= 0) return index;
  }
  return 0;
}

function show(index: number): void {
  const chosen = results[index];
  const notes = problems.map((problem) => el("p", { class: "problem" }, both(problem)));
  const list = results.length > 1 ? [listView(results, index, show)] : [];
  for (const frame of document.querySelectorAll<HTMLAnchorElement>(".file-link a")) URL.revokeObjectURL(frame.href);
  byId("results").replaceChildren(...notes, ...list, ...(chosen === undefined ? [] : [resultView(chosen, verifyUrl)]));
  if (chosen === undefined) say(words("没有可查验的文件", "There is nothing to check"));
  else say(chosen.conclusion.headline, false);
  document.getElementById("verdict")?.focus();
}

/** Heard always; seen unless the verdict says the same below. */
function say(text: Text, isSeen = true): void {
  byId("live").classList.toggle("hidden", !isSeen);
  byId("live").replaceChildren(both(text));
}

/** Lets the page show how far it is before the next document. */
function painted(): Promise<void> {
  return docs.length > 1 ? new Promise((resolve) => setTimeout(resolve)) : Promise.resolve();
}
