import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Result } from "./check.ts";
import type { Tone } from "./conclude.ts";
import { icon, TONE_SIGNS } from "./icon.ts";

const TONES: readonly Tone[] = ["bad", "unsure", "notice", "good"];
const COUNTS = {
  good: words("有效", "valid"),
  notice: words("须留意", "to be noted"),
  bad: words("无效", "not valid"),
  unsure: words("无法判断", "could not tell"),
} as const;

/** Several documents: how many of each, and a button for each that shows all about it. */
export function listView(results: readonly Result[], chosen: number, choose: (index: number) => void): HTMLElement {
  const counts = TONES.flatMap((tone) => {
    const count = results.filter(({ conclusion }) => conclusion.tone === tone).length;
    return count === 0
      ? []
      : [el("li", { class: tone }, icon(TONE_SIGNS[tone], tone), `${String(count)} `, both(COUNTS[tone]))];
  });
  const rows = results.map(({ name, conclusion }, index) => {
    const button = el(
      "button",
      { type: "button", class: "row", "aria-pressed": String(index === chosen) },
      icon(TONE_SIGNS[conclusion.tone], conclusion.tone),
      el("span", { class: "row-name" }, name),
      el("span", { class: "row-verdict" }, both(conclusion.headline)),
    );
    button.addEventListener("click", () => choose(index));
    return el("li", {}, button);
  });
  return el(
    "section",
    { class: "card list" },
    el("h2", {}, both(words(`共 ${results.length} 份`, `${results.length} documents`))),
    el("ul", { class: "counts" }, ...counts),
    el("ol", { class: "rows" }, ...rows),
  );
}
