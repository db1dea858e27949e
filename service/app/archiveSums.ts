import type { DeclarationClaim } from "../core/segment.ts";
import type { ArchiveRun } from "../domain/archiveIndex.ts";

type Sums = { readonly issuedFen: number; readonly reversedFen: number; readonly voidCount: number };

/** What the entries of a run add up to while they are read, number by number. */
export type RunSums = { readonly run: ArchiveRun; next: number; readonly sums: Sums[] };

/**
 * Compares a run's sums with what was declared of its book: from the first declaration that ends right before the run or in it,
 * each later one's difference. At the book's first number nothing is declared, and that is known without a declaration.
 * @param declared in order
 */
export function checkDeclarations(
  { run, sums }: RunSums,
  bookFirst: number,
  declared: readonly DeclarationClaim[],
): { readonly wrong: readonly string[]; readonly comparedCount: number } {
  const none = { bookId: run.bookId, through: bookFirst - 1, issuedFen: 0, reversedFen: 0, voidCount: 0 };
  const marks = [none, ...declared].filter(({ through }) => run.from - 1 <= through && through <= run.through);
  const wrong = marks.slice(1).flatMap((mark, index) => {
    const before = marks[index]!;
    const part = sums.slice(before.through + 1 - run.from, mark.through + 1 - run.from);
    return (["issuedFen", "reversedFen", "voidCount"] as const).flatMap((field) => {
      const [found, expected] = [part.reduce((sum, each) => sum + each[field], 0), mark[field] - before[field]];
      const where = `${run.eInvoiceCode} ${before.through + 1}-${mark.through}`;
      return found === expected ? [] : [`${where}: ${field} ${found}, declared ${expected}`];
    });
  });
  return { wrong, comparedCount: Math.max(0, marks.length - 1) };
}
