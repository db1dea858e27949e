import type { DeskCursor } from "../../app/deskPorts.ts";
import { badCursor, decodeCursor, encodeNumberCursor } from "../units/numberCursor.ts";

/** Rows of a page of the desk's lists. */
export const LIST_SIZE = 50;

/** Where a list goes on. @throws HttpProblem invalid_fields */
export function placeAt(cursor: string | undefined, unitId: number): DeskCursor | undefined {
  if (cursor === undefined) return undefined;
  const place = decodeCursor(cursor, unitId);
  if (place === undefined) throw badCursor();
  return { atMs: place.atMs, id: place.no };
}

/** What is shown of LIST_SIZE + 1 rows or fewer, and where the list goes on: null if that was all. */
export function pageOf<Row>(
  found: readonly Row[],
  placeOf: (row: Row) => DeskCursor,
): { readonly shown: readonly Row[]; readonly nextCursor: string | null } {
  const shown = found.slice(0, LIST_SIZE);
  const last = shown.at(-1);
  if (found.length <= LIST_SIZE || last === undefined) return { shown, nextCursor: null };
  const { atMs, id } = placeOf(last);
  return { shown, nextCursor: encodeNumberCursor(atMs, id) };
}
