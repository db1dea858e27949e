import { stockLineOf, type StockLine } from "../domain/stock.ts";
import type { Deps } from "./deps.ts";
import type { StockQuestion } from "./numberPorts.ts";

/** The stock ledger by unit and code for a period. A difference other than 0 is logged: books and receipts disagree. */
export async function reportStock(
  { store, log }: Pick<Deps, "store" | "log">,
  question: StockQuestion,
): Promise<readonly StockLine[]> {
  const lines = (await store.stockCounts(question)).map(stockLineOf);
  for (const { unitId, code, difference } of lines) {
    if (difference !== 0) log.error("stock_differs", { unitId, code, difference });
  }
  return lines;
}
