import type { Entry, Outcome } from "./bulkRun.ts";
import type { ListRow } from "./columns.ts";

const KEY = "lianpiao.bulk";

/** A list that was begun in this tab: documents are not kept. */
export type Kept = { readonly rows: readonly ListRow[]; readonly outcomes: readonly (readonly [number, Outcome])[] };

/** Keeps the list until the tab is closed, so that a reload loses nothing; the browser may refuse. */
export function keepList(entries: readonly Entry[], outcomes: ReadonlyMap<number, Outcome>): void {
  const rows = entries.flatMap((entry) => (entry.kind === "row" ? [entry.row] : []));
  if (rows.length === 0 || rows.length < entries.length) return;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ rows, outcomes: [...outcomes] }));
  } catch {
    forgetList();
  }
}

export function recallList(): Kept | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    // What this very page has written, in this very tab.
    return text === null ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

export function forgetList(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
