import { hexOf } from "../../core/bytes.ts";
import type { Outcome, Report } from "../../core/report.ts";
import type { Text } from "../../core/reportTexts.ts";
import { svg, type Attributes } from "../shared/dom.ts";
import { beijingTime, shortHex, words, yuan } from "../shared/words.ts";
import { icon, OUTCOME_SIGNS } from "./icon.ts";
import { pathSteps, type PathStep } from "./pathSteps.ts";
import { stationsOf, worst, type Station, type StationId } from "./stations.ts";

type Pen = { readonly root: SVGSVGElement; readonly width: number; y: number };
type Box = { readonly title: Text; readonly lines: readonly string[]; readonly outcome: Outcome };

const GAP = 30;
const PAD = 14;
const LINE = 22;
const MANY_LEVELS = 12;
/** A sibling's hash, with what separates it from its dot. */
const HASH_WIDTH = 98;

/** In a narrower frame the drawing is made smaller: its texts would not find room. */
export const LEAST_WIDTH = 300;

/**
 * Draws the way of a receipt: at the foot its signed document and its data, over them the receipt's leaf, its segment's tree,
 * its batch's tree, and at the top the batch on chain. What was not proved is drawn in dashes.
 * @param width in units of the drawing, LEAST_WIDTH or more: one is a pixel where type has its usual size
 */
export function drawWay(report: Report, width: number): SVGSVGElement {
  const root = svg("svg", { class: "way", role: "img" });
  const pen: Pen = { root, width, y: 4 };
  const isSealed = report.proof !== undefined;
  const outcomes = outcomesOf(stationsOf(report), report);
  drawBox(pen, chainBox(report, outcomes.batch), width);
  if (isSealed) {
    drawTree(pen, batchSteps(report), outcomes.batch, words("批次的树", "Batch’s tree"));
    drawBox(pen, segmentBox(report, outcomes.path), Math.min(width, 460));
    drawTree(pen, leafSteps(report), outcomes.path, words("号段的树", "Segment’s tree"));
  } else {
    drawTree(pen, [], "unknown", undefined);
  }
  drawBox(pen, leafBox(report, outcomes.path), Math.min(width, 460));
  drawFoot(pen, report, outcomes.document, outcomes.data);
  const label = wayLabel(report, outcomes.batch);
  root.setAttribute("aria-label", `${label.zh} ${label.en}`);
  root.setAttribute("viewBox", `0 0 ${String(width)} ${String(pen.y)}`);
  return root;
}

type Outcomes = { readonly [K in "document" | "data" | "path" | "batch"]: Outcome };

/** The picture claims no more than the checks: above the foot nothing is solid unless the batch is on chain. */
function outcomesOf(stations: readonly Station[], { proof }: Report): Outcomes {
  const of = (id: StationId): Outcome => stations.find((station) => station.id === id)?.outcome ?? "skipped";
  const data = of("data");
  const path = proof === undefined ? worst([of("path"), "unknown"]) : of("path");
  return { document: of("signature"), data, path, batch: worst([of("chain"), path === "fail" ? "skipped" : path]) };
}

function chainBox({ chain, proof, verdict }: Report, outcome: Outcome): Box {
  const title =
    proof === undefined ? noProof(verdict) : words(`链上批次 ${proof.batch}`, `Batch ${proof.batch} on chain`);
  const time = chain === undefined || chain.batchTimeS === 0 ? undefined : beijingTime(chain.batchTimeS * 1000);
  const contract = proof === undefined ? chain?.contract : hexOf(proof.contract);
  const where =
    contract === undefined ? [] : [`${shortHex(contract, 8)} · ${String(proof?.chainId ?? chain?.chainId)}`];
  return { title, lines: [...(time === undefined || verdict === "invalid" ? [] : [time]), ...where], outcome };
}

/** Of a file that is no receipt nobody can say that it will be anchored. */
const noProof = (verdict: Report["verdict"]): Text =>
  verdict === "invalid" ? words("未通到链上", "Chain not reached") : words("尚未上链", "Not anchored yet");

function segmentBox({ proof, path }: Report, outcome: Outcome): Box {
  const { from = 0, count = 0, bookId = 0 } = proof?.header ?? {};
  const run = `${tenDigits(from)} – ${tenDigits(from + count - 1)}`;
  const hash = path === undefined ? [] : [shortHex(path.segmentHash, 8)];
  return { title: words(`号段 ${bookId}`, `Book ${bookId}`), lines: [run, ...hash], outcome };
}

function leafBox({ proof, path, verdict }: Report, outcome: Outcome): Box {
  const title = words("这张票据", "This receipt");
  if (proof === undefined) return { title, lines: [], outcome };
  const number = `${String(proof.code).padStart(8, "0")} ${tenDigits(proof.number)}`;
  const amount = verdict === "valid" ? [yuan(proof.issuedFen - proof.reversedFen)] : [];
  return { title, lines: [number, ...amount, ...(path === undefined ? [] : [shortHex(path.leaf, 8)])], outcome };
}

const batchSteps = ({ proof }: Report): readonly PathStep[] =>
  proof === undefined ? [] : pathSteps(proof.segmentIndex, proof.segmentCount, proof.batchPath);

const leafSteps = ({ proof }: Report): readonly PathStep[] =>
  proof === undefined ? [] : pathSteps(proof.number - proof.header.from, proof.header.count, proof.leafPath);

const tenDigits = (number: number): string => String(number).padStart(10, "0");

function drawBox(pen: Pen, { title, lines, outcome }: Box, width: number, left = (pen.width - width) / 2): number {
  const isNarrow = width < 240;
  // Where both do not fit side by side, English stands below.
  const isSplit = !isNarrow && width < 340;
  const rows = isSplit ? [title.en, ...lines] : lines;
  const height = 2 * PAD + LINE * (1 + rows.length);
  add(
    pen,
    svg("rect", { class: `box ${outcome}`, ...numbers({ x: left + 1, y: pen.y, width: width - 2, height }), rx: "10" }),
  );
  add(pen, icon(OUTCOME_SIGNS[outcome], outcome, { x: left + PAD + 12, y: pen.y + PAD + 11 }));
  const head = svg("text", { class: "title", ...numbers({ x: left + PAD + 34, y: pen.y + PAD + 17 }) }, title.zh);
  if (!isNarrow && !isSplit) head.append(svg("tspan", { class: "en", dx: "8", lang: "en" }, title.en));
  add(pen, head);
  rows.forEach((line, index) => {
    const y = pen.y + PAD + 17 + LINE * (index + 1);
    const [x, kind] = isNarrow ? [left + PAD, "line small"] : [left + PAD + 34, isSplit && index === 0 ? "en" : "line"];
    add(pen, svg("text", { class: kind, ...numbers({ x, y }) }, line));
  });
  pen.y += height;
  return height;
}

/** From the root at the top down to the node below; siblings stand at their side. */
function drawTree(pen: Pen, steps: readonly PathStep[], outcome: Outcome, title: Text | undefined): void {
  const height = steps.length > MANY_LEVELS ? 26 : 38;
  const middle = pen.width / 2;
  const reach = Math.min(pen.width / 4, 120, middle - HASH_WIDTH);
  if (steps.length === 0 || title === undefined) {
    drawLine(pen, middle, pen.y, middle, pen.y + GAP, outcome);
    pen.y += GAP;
    return;
  }
  drawLine(pen, middle, pen.y, middle, pen.y + GAP, outcome);
  pen.y += GAP;
  add(pen, dot(middle, pen.y, outcome));
  const left = { lang: "en", "text-anchor": "end", ...numbers({ x: middle - 14, y: pen.y - 8 }) };
  add(pen, svg("text", { class: "note", ...left }, title.en));
  add(pen, svg("text", { class: "note", ...numbers({ x: middle + 14, y: pen.y - 8 }) }, title.zh));
  for (const { side, sibling } of [...steps].reverse()) {
    if (sibling !== undefined) drawSibling(pen, side === "left" ? middle - reach : middle + reach, height, sibling);
    drawLine(pen, middle, pen.y, middle, pen.y + height, outcome);
    pen.y += height;
    add(pen, dot(middle, pen.y, outcome));
  }
  drawLine(pen, middle, pen.y, middle, pen.y + GAP, outcome);
  pen.y += GAP;
}

function drawSibling(pen: Pen, x: number, height: number, hash: Uint8Array): void {
  const middle = pen.width / 2;
  const y = pen.y + height;
  drawLine(pen, middle, pen.y, x, y, "sibling");
  add(pen, dot(x, y, "sibling"));
  const isLeft = x < middle;
  const anchor = { "text-anchor": isLeft ? "end" : "start" };
  const text = shortHex(hexOf(hash), 3);
  add(pen, svg("text", { class: "hash", ...numbers({ x: isLeft ? x - 10 : x + 10, y: y + 5 }), ...anchor }, text));
}

/** Document and data stand side by side; each leads up into the leaf, which holds the digests of both. */
function drawFoot(pen: Pen, { proof }: Report, document: Outcome, data: Outcome): void {
  const half = (pen.width - 12) / 2;
  const middle = pen.width / 2;
  const top = pen.y + GAP;
  const digest = (bytes: Uint8Array | undefined): readonly string[] =>
    bytes === undefined ? [] : [shortHex(hexOf(bytes), 6)];
  drawLine(pen, middle, pen.y, half / 2, top, document);
  drawLine(pen, middle, pen.y, pen.width - half / 2, top, data);
  pen.y = top;
  const signed = { title: words("签名文件", "Document"), lines: digest(proof?.documentDigest), outcome: document };
  drawBox(pen, signed, half, 0);
  pen.y = top;
  const attached = { title: words("票据数据", "Data"), lines: digest(proof?.dataDigest), outcome: data };
  drawBox(pen, attached, half, pen.width - half);
  pen.y += 4;
}

function wayLabel({ proof, verdict }: Report, batch: Outcome): Text {
  if (proof === undefined) {
    const { zh, en } = noProof(verdict);
    return words(`路径图：${zh}。`, `Picture: ${en}.`);
  }
  const levels = `${String(proof.leafPath.length)} + ${String(proof.batchPath.length)}`;
  return batch === "pass"
    ? words(
        `路径图：票据经 ${levels} 层通到链上批次 ${proof.batch}。`,
        `Picture: ${levels} levels lead from the receipt up to batch ${proof.batch} on chain.`,
      )
    : words("路径图：没有证实票据通到链上。", "Picture: it was not proved that the receipt leads to the chain.");
}

function drawLine(pen: Pen, x1: number, y1: number, x2: number, y2: number, kind: string): void {
  add(pen, svg("line", { class: `link ${kind}`, ...numbers({ x1, y1, x2, y2 }) }));
}

const dot = (cx: number, cy: number, kind: string): SVGElement =>
  svg("circle", { class: `dot ${kind}`, ...numbers({ cx, cy }), r: kind === "sibling" ? "5" : "7" });

function add({ root }: Pen, element: SVGElement): void {
  root.append(element);
}

const numbers = (values: Readonly<Record<string, number>>): Attributes =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(Math.round(value * 10) / 10)]));
