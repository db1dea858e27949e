import type { Outcome } from "../../core/report.ts";
import type { Text } from "../../core/reportTexts.ts";
import { svg, type Attributes } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Tone } from "./conclude.ts";

export type Sign = "check" | "cross" | "question" | "dash" | "exclamation";

/** A form for each outcome, so that nothing hangs on colour alone. */
export const OUTCOME_SIGNS: Readonly<Record<Outcome, Sign>> = {
  pass: "check",
  fail: "cross",
  unknown: "question",
  skipped: "dash",
};

export const TONE_SIGNS: Readonly<Record<Tone, Sign>> = {
  good: "check",
  notice: "exclamation",
  bad: "cross",
  unsure: "question",
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, Text>> = {
  pass: words("通过", "passed"),
  fail: words("未通过", "failed"),
  unknown: words("无法判断", "could not tell"),
  skipped: words("未检查", "not checked"),
};

const STROKES: Readonly<Record<Sign, string>> = {
  check: "M7 12.5l3.4 3.4L17 8.6",
  cross: "M8 8l8 8M16 8l-8 8",
  question: "M9.2 9.4a2.9 2.9 0 1 1 4.4 2.5c-1.1.7-1.6 1.2-1.6 2.3M12 17.2v.1",
  dash: "M8 12h8",
  exclamation: "M12 6.8v6.4M12 17v.1",
};

/** 24 by 24, in the colours of its class; words stand beside it. */
export function icon(sign: Sign, kind: string, at?: { readonly x: number; readonly y: number }): SVGSVGElement {
  const place: Attributes =
    at === undefined ? {} : { x: String(at.x - 12), y: String(at.y - 12), width: "24", height: "24" };
  return svg(
    "svg",
    { class: `icon ${kind}`, viewBox: "0 0 24 24", "aria-hidden": "true", ...place },
    svg("circle", { cx: "12", cy: "12", r: "11" }),
    svg("path", { d: STROKES[sign] }),
  );
}
