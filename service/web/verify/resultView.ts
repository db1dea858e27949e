import type { Check, Report } from "../../core/report.ts";
import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";
import { beijingTime, words } from "../shared/words.ts";
import type { Result } from "./check.ts";
import type { Conclusion } from "./conclude.ts";
import { disclosedFace } from "./disclosedFace.ts";
import { discloseForm } from "./discloseForm.ts";
import { faceView } from "./face.ts";
import { icon, OUTCOME_SIGNS, OUTCOME_WORDS, TONE_SIGNS } from "./icon.ts";
import { drawWay, LEAST_WIDTH } from "./picture.ts";
import { appliesTo, stationsOf, type Station } from "./stations.ts";

/** All about one document. The heading can take the focus, so that a reader of the screen hears the verdict first. */
export function resultView({ name, conclusion, kind, report, file, place }: Result, verifyUrl?: string): HTMLElement {
  const verdict = verdictView(name, conclusion);
  if (report === undefined || file === undefined)
    return el("article", { class: "result", "data-verdict": "undetermined" }, verdict);
  return el(
    "article",
    { class: "result", "data-verdict": report.verdict },
    el(
      "div",
      { class: "beside" },
      el("div", {}, verdict, factsView(report, place.node), wayView(report)),
      kind === "disclosure" ? disclosedFace(report) : faceView(report, file, name),
    ),
    kind === "disclosure" || !canDisclose(report) ? undefined : discloseForm(file, report.data, name, verifyUrl),
    checksView(report),
  );
}

/** Of a receipt that carries its proof and is not known to be wrong. */
function canDisclose(report: Report): report is Report & { readonly data: NonNullable<Report["data"]> } {
  return report.data !== undefined && report.proof !== undefined && report.verdict !== "invalid";
}

function verdictView(name: string, { tone, headline, reasons, advice }: Conclusion): HTMLElement {
  const lines = reasons.map((reason) => el("li", {}, both(reason)));
  return el(
    "section",
    { class: `verdict ${tone}` },
    icon(TONE_SIGNS[tone], tone),
    el(
      "div",
      {},
      el("p", { class: "file-name" }, name),
      el("h2", { tabindex: "-1", id: "verdict" }, both(headline)),
      lines.length === 0 ? undefined : el("ul", {}, ...lines),
      ...advice.map((each) => el("p", { class: "advice" }, both(each))),
    ),
  );
}

/** Who, when, and where it was read: what is not confirmed is said to be claimed only. */
function factsView({ signer, chain, proof, verdict, data }: Report, node: string): HTMLElement {
  const isProved = verdict === "valid";
  const unit = [data?.["invoicingPartyName"], data?.["invoicingPartyCode"]]
    .filter((part) => typeof part === "string")
    .join(" ");
  const rows: (readonly [Text, string] | undefined)[] = [
    signer === undefined
      ? isProved
        ? [words("开票单位", "Issuing unit"), unit]
        : undefined
      : [
          isProved ? words("签名单位", "Signed by") : words("签名证书自称（未证实）", "The certificate claims"),
          `${signer.commonName} ${signer.creditCode}`,
        ],
    chain === undefined || chain.batchTimeS === 0 || verdict === "invalid"
      ? undefined
      : [words("上链时间", "Anchored"), beijingTime(chain.batchTimeS * 1000)],
    isProved && proof !== undefined ? [words("批次", "Batch"), String(proof.batch)] : undefined,
    chain === undefined ? undefined : [words("合约（您信任的）", "Contract (trusted)"), chain.contract],
    chain === undefined ? undefined : [words("链", "Chain"), String(chain.chainId)],
    chain === undefined ? undefined : [words("读自区块", "Read at block"), String(chain.blockNumber)],
    [chain === undefined ? words("节点（没有读到）", "Node (nothing read)") : words("节点", "Node"), node],
  ];
  const facts = rows.flatMap((row) =>
    row === undefined ? [] : [el("div", {}, el("dt", {}, both(row[0])), el("dd", {}, row[1]))],
  );
  return el("dl", { class: "facts read" }, ...facts);
}

/** Drawn at the width that it has, in the reader's size of type, and again when that changes. */
function wayView(report: Report): HTMLElement {
  const frame = el("div", { class: "way-frame" });
  let drawnAt = 0;
  new ResizeObserver(([entry]) => {
    const type = Number(getComputedStyle(document.documentElement).fontSize.replace("px", "")) / 16;
    const room = Math.floor((entry?.contentRect.width ?? 0) / type);
    const width = Math.min(Math.max(room, LEAST_WIDTH), 720);
    if (room < 50 || width === drawnAt) return;
    drawnAt = width;
    frame.replaceChildren(drawWay(report, width));
  }).observe(frame);
  const title = words("从票据到链", "From the receipt up to the chain");
  return el("section", { class: "card" }, el("h3", {}, both(title)), frame, hashesView(report));
}

function hashesView({ path }: Report): HTMLElement | undefined {
  if (path === undefined) return undefined;
  const rows: readonly (readonly [Text, string])[] = [
    [words("批次根", "Batch root"), path.batchRoot],
    [words("号段散列", "Segment hash"), path.segmentHash],
    [words("号段根", "Segment root"), path.segmentRoot],
    [words("票据散列", "Leaf"), path.leaf],
  ];
  const list = rows.map(([label, hash]) =>
    el("div", {}, el("dt", {}, both(label)), el("dd", {}, el("code", {}, hash))),
  );
  return el(
    "details",
    {},
    el("summary", {}, both(words("图中的散列值", "The hashes of the picture"))),
    el("dl", { class: "facts" }, ...list),
  );
}

function checksView(report: Report): HTMLElement {
  return el(
    "section",
    { class: "card" },
    el("h3", {}, both(words("查了什么", "What was checked"))),
    ...stationsOf(report).map(stationView),
  );
}

const NOT_APPLYING = words("不适用", "does not apply");

function stationView({ title, outcome, checks }: Station): HTMLElement {
  const applying = checks.filter(appliesTo);
  const passed = String(applying.filter((check) => check.outcome === "pass").length);
  const outcomeWords = applying.length === 0 ? NOT_APPLYING : OUTCOME_WORDS[outcome];
  const summary = el(
    "summary",
    {},
    icon(OUTCOME_SIGNS[outcome], outcome),
    el("span", { class: "station" }, both(title)),
    el(
      "span",
      { class: `outcome ${outcome}` },
      both(outcomeWords),
      applying.length === 0 ? "" : ` ${passed}/${String(applying.length)}`,
    ),
  );
  const details = el(
    "details",
    { class: "stations" },
    summary,
    el("ul", { class: "checks" }, ...checks.map(checkView)),
  );
  details.open = outcome !== "pass" && applying.length > 0;
  return details;
}

function checkView(check: Check): HTMLElement {
  const { outcome, title, zh, en, reason } = check;
  return el(
    "li",
    { "data-check": check.id, "data-outcome": outcome },
    icon(OUTCOME_SIGNS[outcome], outcome),
    el(
      "div",
      {},
      el("strong", {}, both(title)),
      el("p", {}, el("span", { class: "hidden" }, `${OUTCOME_WORDS[outcome].zh} `), both({ zh, en })),
      reason === undefined ? undefined : el("code", {}, reason),
    ),
  );
}
