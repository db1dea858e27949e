import { el, type Child } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { button, failureText, noteBox } from "./parts.ts";

/** All rows of a list, page by page. @param load a page from a place on; "" is the first */
export async function allRows<Row>(
  load: (cursor: string) => Promise<{ readonly rows: readonly Row[]; readonly nextCursor: string | null }>,
): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { rows, nextCursor } = await load(cursor);
    all.push(...rows);
    cursor = nextCursor;
  }
  return all;
}

type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | number | null };

/** A list that grows by pages, newest first: what is there, and a button for older rows. `reload`: from its first page anew. */
export function pagedList<Row>(
  load: (from: string | number | undefined) => Promise<Page<Row>>,
  show: (rows: readonly Row[]) => readonly Child[],
): { readonly element: HTMLElement; readonly reload: () => Promise<void> } {
  const element = el("div", { "data-part": "list" });
  const note = noteBox();
  let rows: Row[] = [];
  const more = async (from?: string | number): Promise<void> => {
    try {
      const page = await load(from);
      rows = [...(from === undefined ? [] : rows), ...page.rows];
      const { next } = page;
      const older = (): void => void more(next ?? undefined);
      element.replaceChildren(
        ...show(rows).filter((child) => child !== undefined),
        ...(next === null ? [] : [button(words("再看更早的", "Older ones"), older, { class: "plain" })]),
      );
    } catch (error) {
      note.tell(failureText(error));
      element.append(note.box);
    }
  };
  return { element, reload: () => more() };
}
