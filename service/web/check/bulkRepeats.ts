import type { ListRow } from "./columns.ts";

/**
 * A receipt that is handed in twice is to be paid once.
 * @returns by the index of each entry whose code and number stand in the list before, the index of the first
 */
export function repeatsIn(outcomes: ReadonlyMap<number, Pick<ListRow, "cells">>): ReadonlyMap<number, number> {
  const firsts = new Map<string, number>();
  const repeats = new Map<number, number>();
  // Outcomes come in an order of their own.
  for (let index = 0, seen = 0; seen < outcomes.size; index += 1) {
    const outcome = outcomes.get(index);
    if (outcome === undefined) continue;
    seen += 1;
    const { eInvoiceCode, eInvoiceNumber } = outcome.cells;
    const receipt = `${eInvoiceCode} ${eInvoiceNumber}`;
    const first = firsts.get(receipt);
    if (eInvoiceCode === "" || eInvoiceNumber === "") continue;
    if (first === undefined) firsts.set(receipt, index);
    else repeats.set(index, first);
  }
  return repeats;
}
