import os from "node:os";
import { isMet, ratioOf, rounded, type Figure } from "./figures.ts";

export type Results = { readonly figures: readonly Figure[]; readonly notes: readonly string[] };

/** The machine that figures are worth something with. */
export function machineLine(): string {
  const memoryGib = Math.round(os.totalmem() / 2 ** 30);
  const model = os.cpus()[0]?.model.trim() ?? "unknown CPU";
  return `${os.cpus().length} cores of ${model}, ${memoryGib} GiB, Node ${process.version}, ${os.platform()} ${os.arch()}`;
}

export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const ratio = ratioOf(figure);
    const met = isMet(figure);
    return [
      figure.name,
      `${rounded(figure.value)} ${figure.unit}`,
      figure.baseline === undefined ? "" : `${rounded(figure.baseline)} ${figure.unit}`,
      ratio === undefined ? "" : `${rounded(ratio)}×`,
      targetText(figure),
      met === undefined ? "" : met ? "met" : "MISSED",
    ];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const head = ["what", "figure", "baseline", "ratio", "target", "met"];
  return [line(head), line(["---", "---:", "---:", "---:", "---", "---"]), ...rows.map(line)].join("\n");
}

export function showFigures({ figures, notes }: Results): void {
  console.log(`\n${machineLine()}\n\n${figureTable(figures)}\n\n${notes.map((note) => `- ${note}`).join("\n")}`);
}

function targetText({ target, targetRatio, unit, isTime = false }: Figure): string {
  const parts = [
    target === undefined ? [] : [`${isTime ? "≤" : "≥"} ${rounded(target)} ${unit}`],
    targetRatio === undefined ? [] : [`≥ ${rounded(targetRatio)}× baseline`],
  ].flat();
  return parts.join(", ");
}
