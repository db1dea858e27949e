import { systemHash } from "../../service/adapters/system/hash.ts";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import type { AuditReport } from "../../service/app/auditTally.ts";
import type { Book, Receipt } from "../../service/app/storePorts.ts";
import { openParts, type Parts } from "../../service/compose.ts";
import { parseConfig } from "../../service/config.ts";
import type { Client } from "../../scripts/client.ts";
import type { Acknowledged } from "./program.ts";

/** Opens a stopped program's folder, does something with it, and closes it. */
export async function withFolder<T>(
  dataDir: string,
  work: (parts: Parts) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const config = parseConfig({ DATA_DIR: dataDir, CHAIN_PORT: "0", LOG_LEVEL: "silent", ...env });
  const parts = await openParts(config, () => undefined);
  try {
    return await work(parts);
  } finally {
    await parts.stop();
  }
}

export const auditParts = ({ store, blobs, ledger, unitLedger }: Parts): Promise<AuditReport> =>
  auditLedger({ store, blobs, ledger, unitLedger, examine: examineHere(systemHash), onProgress: () => undefined });

export const auditFolder = (dataDir: string): Promise<AuditReport> => withFolder(dataDir, auditParts);

export function inspectFolder(
  dataDir: string,
): Promise<{ readonly receipts: readonly Receipt[]; readonly books: readonly Book[] }> {
  return withFolder(dataDir, async ({ store }) => {
    const books = await store.books();
    const receipts: Receipt[] = [];
    for (const book of books) receipts.push(...(await store.receiptsOfBook(book.bookId, book.first, 1_000_000)));
    return { receipts, books };
  });
}

type BookView = {
  readonly eInvoiceCode: string;
  readonly first: string;
  readonly last: string;
  readonly left: number;
  readonly anchored: number;
};

/** Waits until all numbers taken of the codes of these receipts are anchored. */
export async function untilAllAnchored(
  client: Client,
  issued: readonly Acknowledged[],
  timeoutMs = 120_000,
): Promise<void> {
  const codes = new Set(issued.map((each) => each.eInvoiceCode));
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { books } = (await (await client.call("GET", "/v1/books")).json()) as { books: readonly BookView[] };
    const behind = books.filter(
      ({ eInvoiceCode, first, last, left, anchored }) =>
        codes.has(eInvoiceCode) && anchored < Number(last) - Number(first) + 1 - left,
    );
    if (behind.length === 0) return;
    if (Date.now() > deadline) throw new Error(`not anchored in time: ${JSON.stringify(behind)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
