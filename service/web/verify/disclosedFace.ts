import type { DisclosureReport } from "../../core/verifyDisclosure.ts";
import { ALWAYS_SHOWN } from "../../core/disclosure.ts";
import { groupFields, groupShown } from "../../domain/disclosure/fieldGroups.ts";
import { fieldWords } from "../../domain/disclosure/fieldWords.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";

/** What a disclosure shows, and every field that it withholds. Of one that is not proved nothing is shown as if it were. */
export function disclosedFace(report: DisclosureReport): HTMLElement {
  const title = el("h3", {}, both(words("披露的字段", "The fields shown")));
  const { shown, withheld, verdict } = report;
  if (shown === undefined || withheld === undefined || verdict === "invalid") {
    const why = words("披露不可信，不显示其内容。", "The disclosure is not to be trusted, so nothing of it is shown.");
    return el("section", { class: "face" }, title, el("p", { class: "withheld" }, both(why)));
  }
  const fields = [shownView(shown), withheldView(withheld)];
  if (verdict === "valid") return el("section", { class: "face" }, title, ...fields);
  const warning = words("以下内容未经证实，不得作为凭据", "What follows is not confirmed: it proves nothing");
  const summary = words("查看文件自称的内容（未经证实）", "What the file claims (not confirmed)");
  return el(
    "section",
    { class: "face" },
    title,
    el(
      "details",
      { class: "unconfirmed" },
      el("summary", {}, both(summary)),
      el("p", { class: "warning" }, both(warning)),
      ...fields,
    ),
  );
}

function shownView(shown: NonNullable<DisclosureReport["shown"]>): HTMLElement {
  const rank = (path: string): number =>
    ALWAYS_SHOWN.includes(path) ? ALWAYS_SHOWN.indexOf(path) : ALWAYS_SHOWN.length;
  const groups = [...groupShown(shown)].sort((a, b) => rank(a.path) - rank(b.path));
  const rows = groups.map(({ words: label, path, lines }) =>
    el(
      "div",
      { "data-path": path },
      el("dt", {}, both(label)),
      el("dd", {}, ...lines.map((line) => el("span", { class: "line" }, line))),
    ),
  );
  return el("div", { class: "paper" }, el("dl", { class: "facts disclosed" }, ...rows));
}

function withheldView(withheld: readonly string[]): HTMLElement {
  const heading = words(`未披露（${withheld.length} 项）`, `Withheld (${withheld.length})`);
  const rows = groupFields(withheld).map(({ words: label, path, rowCount, names, paths }) => {
    const count = `${String(rowCount)} 行：${names.map((name) => fieldWords(name).zh).join("、")}`;
    const more =
      rowCount === 0
        ? undefined
        : el("details", {}, el("summary", {}, count), ...paths.map((each) => el("code", { class: "line" }, each)));
    return el("li", { "data-path": path }, both(label), " ", el("code", {}, path), more);
  });
  if (withheld.length === 0)
    return el("p", { class: "withheld-none" }, both(words("没有隐去任何字段", "Nothing is withheld")));
  return el("section", { class: "withheld-fields" }, el("h4", {}, both(heading)), el("ul", {}, ...rows));
}
