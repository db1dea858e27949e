import { svg } from "../shared/dom.ts";

const [WIDTH, HEIGHT, FOOT, HEAD] = [720, 190, 30, 26];
const STEP = WIDTH / 24;

/** Bars by hour. The table beside it says the same in figures, so it is a picture and nothing else to who can't see it. */
export function hourChart(counts: readonly number[]): SVGElement {
  const most = Math.max(1, ...counts);
  const bars = counts.flatMap((count, hour) => {
    const height = Math.round((count / most) * (HEIGHT - FOOT - HEAD));
    const [x, y] = [hour * STEP + 4, HEIGHT - FOOT - height];
    const rect = svg(
      "rect",
      { x: String(x), y: String(y), width: String(STEP - 8), height: String(height), class: "bar-of-hour" },
      svg("title", {}, `${hour}:00 — ${count}`),
    );
    const label = svg(
      "text",
      { x: String(x + (STEP - 8) / 2), y: String(y - 4), "text-anchor": "middle", class: "value" },
      String(count),
    );
    return count === 0 ? [] : [rect, label];
  });
  const hours = [0, 3, 6, 9, 12, 15, 18, 21].map((hour) =>
    svg("text", { x: String(hour * STEP + 4), y: String(HEIGHT - 8) }, `${String(hour)}:00`),
  );
  const line = svg("line", {
    x1: "0",
    x2: String(WIDTH),
    y1: String(HEIGHT - FOOT),
    y2: String(HEIGHT - FOOT),
    class: "axis",
  });
  const label = "每小时开票张数 Receipts issued each hour";
  return svg(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    line,
    ...bars,
    ...hours,
  );
}
