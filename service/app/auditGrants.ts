import type { AuditDeps } from "./auditLedger.ts";
import { find, type Tally } from "./auditTally.ts";
import type { BookStory } from "./numberPorts.ts";
import type { BookEvent } from "./ports.ts";

/**
 * Books' ranges and returns against the chain's own story of them: what was granted to whom, and where each book was closed.
 * The chain is read first: what it has by then is in the database that is read later, or passed and about to be.
 */
export async function auditGrants({ ledger, store }: AuditDeps, tally: Tally): Promise<void> {
  const chain = chainBooks(await ledger.bookEvents());
  const pending = await store.pendingGrants(Number.MAX_SAFE_INTEGER);
  const stories = await store.bookStories();
  const known = new Set(stories.map(({ bookId }) => bookId));
  for (const story of stories) {
    const onChain = chain.get(story.bookId);
    // A book granted since is younger than the look at the chain; one that the chain has not at all is found elsewhere.
    if (onChain !== undefined) find(tally, "book_differs", `book ${story.bookId} grant`, reasons(story, onChain));
  }
  for (const [bookId, { unitId, code, first, last }] of chain) {
    const isPending = pending.some(
      (each) => each.unitId === unitId && each.code === code && each.range?.first === first && each.range.last === last,
    );
    if (known.has(bookId) || isPending) continue;
    find(tally, "book_extra", `book ${bookId}`, [`unit ${unitId} code ${code} ${first} to ${last} is on chain alone`]);
  }
}

type ChainBook = {
  readonly unitId: number;
  readonly code: number;
  readonly first: number;
  readonly last: number;
  /** undefined: never closed. */
  readonly closedLast?: number;
};

function chainBooks(events: readonly BookEvent[]): ReadonlyMap<number, ChainBook> {
  const books = new Map<number, ChainBook>();
  for (const event of events) {
    if (event.kind === "granted") {
      const { unitId, code, first, last } = event;
      books.set(event.bookId, { unitId, code, first, last });
    } else {
      const book = books.get(event.bookId);
      if (book !== undefined) books.set(event.bookId, { ...book, closedLast: event.last });
    }
  }
  return books;
}

function reasons(story: BookStory, onChain: ChainBook): readonly string[] {
  const found: string[] = [];
  const compare = (what: string, here: number, there: number): void => {
    if (here !== there) found.push(`${what} ${here} here, ${there} on chain`);
  };
  compare("unit", story.unitId, onChain.unitId);
  compare("code", story.code, onChain.code);
  compare("first", story.first, onChain.first);
  compare("granted last", story.grantedLast, onChain.last);
  const end = onChain.closedLast ?? onChain.last;
  if (end !== story.closingLast) compare("numbers returned", story.returnedCount, onChain.last - end);
  return found;
}
