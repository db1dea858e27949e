import { AppError } from "../../core/errors.ts";
import type { Text } from "../../core/reportTexts.ts";
import { both, byId, el } from "../shared/dom.ts";
import { placeFromJson } from "../shared/place.ts";
import { recallPlace } from "../shared/remember.ts";
import { words } from "../shared/words.ts";
import { takeIn } from "../verify/documents.ts";
import { runBulk, type Entry, type Outcome } from "./bulkRun.ts";
import { countsView, rowsView, rowView, saveButtons } from "./bulkView.ts";
import { readList } from "./columns.ts";
import { forgetList, keepList, recallList } from "./keep.ts";
import { readCsv, type Table } from "./readCsv.ts";
import { readXlsx } from "./readXlsx.ts";

const MAX_ENTRIES = 1_000;
const MAX_TABLE_BYTES = 16 * 1024 * 1024;

const place = recallPlace() ?? placeFromJson(byId("site-place").textContent, document.baseURI);
let entries: readonly Entry[] = [];
let outcomes = new Map<number, Outcome>();
let isRunning = false;
let isStopped = false;

wire();
resume();
document.documentElement.dataset["ready"] = "";

function wire(): void {
  const zone = byId("drop");
  const input = byId("files");
  if (!(input instanceof HTMLInputElement)) throw new Error("#files is no input");
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    void take(files);
  });
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    zone.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", type === "dragenter" || type === "dragover");
      if (event instanceof DragEvent && type === "drop") void take([...(event.dataTransfer?.files ?? [])]);
    });
  }
  byId("start").addEventListener("click", () => void start());
  byId("stop").addEventListener("click", () => (isStopped = true));
  byId("clear").addEventListener("click", () => {
    entries = [];
    outcomes = new Map();
    forgetList();
    show();
    say(words("已清除", "Cleared"));
  });
}

/** What a reload has interrupted. */
function resume(): void {
  const kept = recallList();
  if (kept === undefined) return;
  entries = kept.rows.map((row) => ({ kind: "row", row }));
  outcomes = new Map(kept.outcomes);
  show();
  const left = entries.length - outcomes.size;
  if (left > 0)
    say(words(`上次还有 ${left} 张未查，可以继续`, `${left} were left when the page was closed: go on if you like`));
}

async function take(files: readonly File[]): Promise<void> {
  if (isRunning) return;
  const problems: Text[] = [];
  const rows: Entry[] = [];
  const isTable = ({ name }: File): boolean => /\.(?:csv|txt|tsv|xlsx)$/i.test(name);
  for (const file of files.filter(isTable)) {
    try {
      rows.push(...readList(await tableOf(file), file.name).map((row): Entry => ({ kind: "row", row })));
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      problems.push(
        words(`${file.name} 打不开：请另存为 XLSX 或 CSV`, `${file.name} cannot be opened: save it as XLSX or CSV`),
      );
    }
  }
  const intake = await takeIn(files.filter((file) => !isTable(file)));
  const documents = intake.docs.map((doc): Entry => ({ kind: "document", doc }));
  const all = [...rows, ...documents];
  if (all.length > MAX_ENTRIES) {
    problems.push(
      words(`一次最多 ${MAX_ENTRIES} 张，其余未列入`, `At most ${MAX_ENTRIES} at once; the rest is left out`),
    );
  }
  entries = all.slice(0, MAX_ENTRIES);
  outcomes = new Map();
  forgetList();
  show();
  byId("problems").replaceChildren(
    ...[...problems, ...intake.problems].map((each) => el("p", { class: "problem" }, both(each))),
  );
  say(words(`已读入 ${entries.length} 张，可以开始`, `${entries.length} were read in: ready to start`));
  if (entries.length > 0) byId("start").focus();
}

async function tableOf(file: File): Promise<Table> {
  if (file.size > MAX_TABLE_BYTES) throw new AppError("table_too_large", "the table is too large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  return /\.xlsx$/i.test(file.name) ? readXlsx(bytes) : readCsv(bytes);
}

async function start(): Promise<void> {
  if (place === undefined || isRunning) return;
  isRunning = true;
  isStopped = false;
  show();
  const indexes = entries.map((_, index) => index).filter((index) => !outcomes.has(index));
  try {
    const why = await runBulk(entries, indexes, { place, onOutcome, onProgress: say, isStopped: () => isStopped });
    const left = entries.length - outcomes.size;
    if (why !== undefined) problem(why);
    else
      say(
        left === 0
          ? words(`已查验 ${outcomes.size} 张`, `${outcomes.size} were checked`)
          : words(`已停止，还有 ${left} 张`, `Stopped: ${left} are left`),
      );
  } finally {
    isRunning = false;
    keepList(entries, outcomes);
    show();
  }
}

let isKeeping = false;

function onOutcome(index: number, outcome: Outcome): void {
  outcomes.set(index, outcome);
  const entry = entries[index];
  const row = document.querySelectorAll("table.bulk tbody tr")[index];
  if (entry !== undefined) row?.replaceWith(rowView(entry, outcome));
  showProgress();
  if (isKeeping) return;
  // Once for all outcomes of the same moment.
  isKeeping = true;
  queueMicrotask(() => {
    isKeeping = false;
    keepList(entries, outcomes);
  });
}

function show(): void {
  const isEmpty = entries.length === 0;
  byId("work").hidden = isEmpty;
  byId("start").hidden = isRunning || outcomes.size === entries.length;
  byId("stop").hidden = !isRunning;
  byId("clear").hidden = isRunning;
  byId("results").replaceChildren(...(isEmpty ? [] : [saveButtons(entries, outcomes), rowsView(entries, outcomes)]));
  showProgress();
}

function showProgress(): void {
  const bar = byId("bar");
  bar.setAttribute("max", String(entries.length));
  bar.setAttribute("value", String(outcomes.size));
  byId("counts").replaceChildren(countsView(entries, outcomes));
}

function problem(text: Text): void {
  byId("live").replaceChildren(el("span", { class: "problem" }, both(text)));
}

function say(text: Text): void {
  byId("live").replaceChildren(both(text));
}
