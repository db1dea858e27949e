import type { AuditDeps } from "./auditLedger.ts";
import { find, type Tally } from "./auditTally.ts";
import { claimText, isSameClaim } from "./confirmDeclarations.ts";
import type { Declaration, Declared } from "./declarationPorts.ts";
import type { Book } from "./storePorts.ts";

/**
 * Compares what units have declared with the rows: each declaration that was written down, and the last of each book as the
 * chain keeps it, with the sums of the rows through its number.
 */
export async function auditDeclarations(deps: AuditDeps, books: readonly Book[], tally: Tally): Promise<void> {
  // What was done before the chain is read stands there, and what stands there was written down before it is read again: so a
  // program that declares meanwhile gives no finding.
  const before = await byBook(deps);
  const onChain = new Map<number, Declared | undefined>();
  for (const { bookId } of books) onChain.set(bookId, await deps.unitLedger.declared(bookId));
  const after = await byBook(deps);
  for (const book of books) {
    const declared = onChain.get(book.bookId);
    if (declared !== undefined) tally.declarationCount += 1;
    const written = after.get(book.bookId) ?? [];
    const done = before.get(book.bookId)?.findLast(({ declaredAtMs }) => declaredAtMs !== undefined);
    const reasons = [...(await sumReasons(deps, book, declared, written)), ...chainReasons(declared, written, done)];
    find(tally, "declaration_differs", `book ${book.bookId}`, reasons);
  }
}

async function byBook({ store }: AuditDeps): Promise<ReadonlyMap<number, readonly Declaration[]>> {
  return Map.groupBy(await store.declarations(), ({ bookId }) => bookId);
}

async function sumReasons(
  { store }: AuditDeps,
  { bookId, first }: Book,
  onChain: Declared | undefined,
  written: readonly Declaration[],
): Promise<readonly string[]> {
  const reasons: string[] = [];
  let [from, issuedFen, reversedFen, voidCount] = [first, 0, 0, 0];
  const claims = onChain === undefined ? written : [...written.filter((each) => !isSameClaim(each, onChain)), onChain];
  for (const claim of claims.toSorted((a, b) => a.through - b.through)) {
    const added = await store.bookTotals(bookId, from, claim.through);
    from = claim.through + 1;
    issuedFen += added.issuedFen;
    reversedFen += added.reversedFen;
    voidCount += added.voidCount;
    const rows = { bookId, through: claim.through, issuedFen, reversedFen, voidCount };
    if (!isSameClaim(rows, claim)) reasons.push(`declared ${claimText(claim)}; the rows give ${claimText(rows)}`);
  }
  return reasons;
}

/** The chain keeps the last alone: it is one that was written down, and none that is known to be done lies past it. */
function chainReasons(
  onChain: Declared | undefined,
  written: readonly Declaration[],
  done: Declaration | undefined,
): readonly string[] {
  const missing = done === undefined ? [] : [`${claimText(done)} is not on chain`];
  if (onChain === undefined) return missing;
  const same = written.find(({ through }) => through === onChain.through);
  return [
    ...(same === undefined ? [`on chain ${claimText(onChain)}, which was not written down here`] : []),
    ...(same !== undefined && !isSameClaim(same, onChain) ? [`written down ${claimText(same)}`] : []),
    ...(done !== undefined && done.through > onChain.through ? missing : []),
  ];
}
