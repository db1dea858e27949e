import type { Text } from "../../core/reportTexts.ts";
import { both, byId, el } from "../shared/dom.ts";
import { placeFromJson, type Place } from "../shared/place.ts";
import { wireScanner } from "../shared/scanPanel.ts";
import { recallPlace, rememberPlace } from "../shared/remember.ts";
import { words } from "../shared/words.ts";
import { checkAll, type Result } from "./check.ts";
import { takeIn, type Doc } from "./documents.ts";
import { listView } from "./listView.ts";
import { openScan, SCAN_NOTE } from "./openScan.ts";
import { wirePlaceForm } from "./placeForm.ts";
import { resultView } from "./resultView.ts";

/** What the server that served the page says; nothing in a saved file. */
const site = placeFromJson(byId("site-place").textContent, document.baseURI);
let own = recallPlace();
let docs: readonly Doc[] = [];
let problems: readonly Text[] = [];
let results: readonly Result[] = [];
/** Only the newest run may show anything. */
let run = 0;

const place = (): Place | undefined => own ?? site;
const form = wirePlaceForm(usePlace, site !== undefined);
showPlace();
wireDrop();
byId("again").addEventListener("click", () => void check());
byId("save").hidden = site === undefined;
// A code is looked up by the site; a saved page has none.
if (site !== undefined) void wireScanner(openScan, SCAN_NOTE);
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
  say(words("正在打开文件…", "Opening …"));
  const intake = await takeIn(files);
  if (own !== run) return;
  ({ docs, problems } = intake);
  await check();
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
  byId("results").replaceChildren(...notes, ...list, ...(chosen === undefined ? [] : [resultView(chosen)]));
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
