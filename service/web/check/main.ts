import type { Text } from "../../core/reportTexts.ts";
import { nodeReader } from "../shared/askNode.ts";
import { both, byId, el } from "../shared/dom.ts";
import { placeFromJson, type Place } from "../shared/place.ts";
import { wireScanner } from "../shared/scanPanel.ts";
import { recallPlace } from "../shared/remember.ts";
import { dashedDate, words } from "../shared/words.ts";
import { yuanOf } from "../../domain/money.ts";
import { parseAnswer, type CheckAnswer } from "./answer.ts";
import { ask } from "./ask.ts";
import {
  ELEMENT_NAMES,
  parseElements,
  parseScan,
  scanProblem,
  type ElementName,
  type ElementProblems,
  type Question,
} from "./elements.ts";
import { judge } from "./judge.ts";
import { resultView } from "./resultView.ts";

const site = placeFromJson(byId("site-place").textContent, document.baseURI);
const form = byId("check-form");
const scanForm = byId("scan-form");
/** Only the newest question may show anything. */
let run = 0;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const input = inputs();
  const parsed = parseElements({
    eInvoiceCode: input.eInvoiceCode.value,
    eInvoiceNumber: input.eInvoiceNumber.value,
    randomNumber: input.randomNumber.value,
    totalAmount: input.totalAmount.value,
    issueDate: input.issueDate.value,
  });
  showProblems("problems" in parsed ? parsed.problems : {});
  if ("elements" in parsed) void check({ body: parsed.elements, elements: parsed.elements });
});
scanForm.addEventListener("submit", (event) => {
  event.preventDefault();
  scanAndSay(inputOf("qr").value);
});
if (location.pathname.endsWith("/d") && location.search !== "") {
  // Whoever scans wants the answer first, the form only if there is none.
  byId("scanner").before(byId("status"), byId("results"));
  scanAndSay(location.href);
}
void wireScanner(scan);
document.documentElement.dataset["ready"] = "";

function scanAndSay(text: string): void {
  const problem = scan(text);
  if (problem !== undefined) say(problem, "problem");
}

/** @returns what is wrong with the text, if it is no receipt's */
function scan(text: string): Text | undefined {
  const question = parseScan(text);
  if (question === undefined) {
    // Whatever is under way is not asked for any more.
    run += 1;
    setBusy(false);
    byId("live").replaceChildren();
    return scanProblem(text);
  }
  fill(question);
  void check(question);
  return undefined;
}

async function check(question: Question): Promise<void> {
  run += 1;
  const own = run;
  const isNewest = (): boolean => run === own;
  const place = recallPlace() ?? site;
  byId("results").replaceChildren();
  if (place === undefined) return;
  setBusy(true);
  say(words("正在查验…", "Checking…"));
  const asked = await ask("/v1/checks", question.body, (text) => isNewest() && say(text));
  if (!isNewest()) return;
  const answer = asked.kind === "answered" ? parseAnswer(asked.body) : undefined;
  if (answer === undefined) {
    setBusy(false);
    say(
      asked.kind === "refused" ? asked.why : words("服务器的回答读不懂", "The server's answer makes no sense"),
      "problem",
    );
    return;
  }
  await show(answer, question, place, isNewest);
}

async function show(answer: CheckAnswer, question: Question, place: Place, isNewest: () => boolean): Promise<void> {
  say(words("正在与链上核对…", "Comparing with the chain…"));
  const judged = await judge(answer, question, place, nodeReader(place.node));
  if (!isNewest()) return;
  setBusy(false);
  byId("results").replaceChildren(resultView({ ...judged, place, checkedAtMs: Date.now() }));
  // Heard; seen is the same below.
  say(judged.conclusion.headline, "heard");
  byId("verdict").focus();
}

function inputOf(id: string): HTMLInputElement {
  const input = byId(id);
  if (!(input instanceof HTMLInputElement)) throw new Error(`#${id} is no input`);
  return input;
}

function inputs(): Readonly<Record<ElementName, HTMLInputElement>> {
  return {
    eInvoiceCode: inputOf("eInvoiceCode"),
    eInvoiceNumber: inputOf("eInvoiceNumber"),
    randomNumber: inputOf("randomNumber"),
    totalAmount: inputOf("totalAmount"),
    issueDate: inputOf("issueDate"),
  };
}

function fill({ elements }: Question): void {
  const input = inputs();
  input.eInvoiceCode.value = elements.eInvoiceCode;
  input.eInvoiceNumber.value = elements.eInvoiceNumber;
  input.randomNumber.value = elements.randomNumber;
  input.totalAmount.value = elements.totalAmount === undefined ? "" : yuanOf(elements.totalAmount);
  input.issueDate.value = dashedDate(elements.issueDate);
}

function showProblems(problems: ElementProblems): void {
  const all = inputs();
  const wrong = ELEMENT_NAMES.filter((name) => problems[name] !== undefined);
  for (const name of ELEMENT_NAMES) {
    const problem = problems[name];
    all[name].setAttribute("aria-invalid", String(problem !== undefined));
    byId(`${name}-problem`).replaceChildren(...(problem === undefined ? [] : [both(problem)]));
  }
  const [first] = wrong;
  if (first !== undefined) all[first].focus();
}

function setBusy(isBusy: boolean): void {
  for (const button of document.querySelectorAll("button[type=submit]")) button.toggleAttribute("disabled", isBusy);
  byId("results").setAttribute("aria-busy", String(isBusy));
}

function say(text: Text, kind: "status" | "heard" | "problem" = "status"): void {
  byId("live").classList.toggle("hidden", kind === "heard");
  byId("live").replaceChildren(el("span", kind === "problem" ? { class: "problem" } : {}, both(text)));
}
