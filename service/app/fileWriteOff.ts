import { codeTextOf } from "../domain/code.ts";
import { dayOf } from "../domain/fiscalTime.ts";
import { checkWriteOff, type WriteOffLine, type WriteOffReport } from "../domain/writeOff.ts";
import { AppError } from "../core/errors.ts";
import type { Deps } from "./deps.ts";
import type { Book, Unit } from "./storePorts.ts";
import type { Run, WriteOff, WriteOffMark } from "./writeOffPorts.ts";

export type FileResult = { readonly kind: "filed" | "repeated"; readonly writeOff: WriteOff } | FileRefusal;

export type FileRefusal =
  /** The day is not over. */
  | { readonly kind: "not_over" }
  /** A later or equal day is accounted for already. */
  | { readonly kind: "period_filed"; readonly lastCutoff: string }
  | { readonly kind: "nothing" }
  /** Numbers of these books are not on chain yet. */
  | { readonly kind: "not_anchored"; readonly bookIds: readonly number[] }
  /** The numbers do not add up: nothing is filed. */
  | { readonly kind: "differs"; readonly reasons: readonly string[] };

type FileDeps = Pick<Deps, "store" | "clock">;

const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000;
const ATTEMPTS = 5;

/**
 * Files a unit's account of all its numbers used through a day (核销申报), from where its last one ended. The same day again gives
 * the report that is there; nothing is accounted for twice. Only numbers on chain are: what is filed can't change any more.
 * @param cutoff yyyyMMdd, the last day, in Asia/Shanghai
 */
export async function fileWriteOff(deps: FileDeps, unit: Unit, cutoff: string): Promise<FileResult> {
  const day = dayOf(cutoff);
  if (day === undefined) throw new AppError("time_out_of_range", `${cutoff} is no day`);
  const endMs = (day + 1) * DAY_MS - OFFSET_MS;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await tryFiling(deps, unit, cutoff, endMs);
    if (result !== undefined) return result;
  }
  throw new AppError("queue_full", "others file for the same unit at the same time");
}

/** 单号: the unit and the day, each once. */
export const writeOffIdOf = (unitId: number, cutoff: string): string =>
  `HX${String(unitId).padStart(8, "0")}-${cutoff}`;

/** undefined: another filed at the same time. */
async function tryFiling(
  { store, clock }: FileDeps,
  unit: Unit,
  cutoff: string,
  endMs: number,
): Promise<FileResult | undefined> {
  const { unitId } = unit;
  const writeOffId = writeOffIdOf(unitId, cutoff);
  const existing = await store.writeOff(writeOffId);
  if (existing !== undefined) return { kind: "repeated", writeOff: existing };
  const nowMs = clock.nowMs();
  if (nowMs < endMs) return { kind: "not_over" };
  const [last] = await store.writeOffs(unitId, undefined, 1);
  // The day itself was filed just now: it is found at the next attempt.
  if (last?.cutoff === cutoff) return undefined;
  if (last !== undefined && last.cutoff > cutoff) return { kind: "period_filed", lastCutoff: last.cutoff };
  const result = await fileAfter(store, { writeOffId, unitId, cutoff, filedAtMs: nowMs }, endMs);
  if (result === undefined || result.kind === "filed") return result;
  // What is refused was read in several statements: if another filed between them, it is no answer.
  const [latest] = await store.writeOffs(unitId, undefined, 1);
  return latest?.writeOffId === last?.writeOffId ? result : undefined;
}

/** undefined: another filed at the same time. */
async function fileAfter(
  store: FileDeps["store"],
  filing: Omit<WriteOff, "events" | "report" | "state">,
  endMs: number,
): Promise<FileResult | undefined> {
  const { unitId } = filing;
  const marks = new Map((await store.writeOffMarks(unitId)).map((mark) => [mark.bookId, mark]));
  const books = await store.books(unitId);
  const runs = await Promise.all(books.map((book) => runOf(store, book, marks.get(book.bookId), endMs)));
  const notAnchored = books.filter((book, index) => runs[index]!.through >= book.anchored);
  if (notAnchored.length > 0) return { kind: "not_anchored", bookIds: notAnchored.map(({ bookId }) => bookId) };
  if (runs.every(({ from, through }) => through < from)) return { kind: "nothing" };
  const report = await reportOf(store, books, runs, marks);
  const reasons = checkWriteOff(report);
  if (reasons.length > 0) return { kind: "differs", reasons };
  const marked = books.map((book, index) => ({ ...runs[index]!, last: book.last }));
  const isNew = await store.insertWriteOff({ ...filing, report }, marked);
  const writeOff = isNew ? await store.writeOff(filing.writeOffId) : undefined;
  return writeOff && { kind: "filed", writeOff };
}

/** From the number after those that are accounted for to the last one used by the day's end. */
async function runOf(
  store: FileDeps["store"],
  { bookId, first, next }: Book,
  mark: WriteOffMark | undefined,
  endMs: number,
): Promise<Run> {
  const from = (mark?.through ?? first - 1) + 1;
  if (from >= next) return { bookId, from, through: from - 1 };
  const later = await store.firstIssuedFrom(bookId, from - 1, endMs);
  return { bookId, from, through: (later ?? next) - 1 };
}

async function reportOf(
  store: FileDeps["store"],
  books: readonly Book[],
  runs: readonly Run[],
  marks: ReadonlyMap<number, WriteOffMark>,
): Promise<WriteOffReport> {
  const lines = await Promise.all(
    books.map((book, index) => lineOf(store, book, runs[index]!, marks.get(book.bookId))),
  );
  const total = (field: "blueCount" | "redCount" | "voidCount" | "blueFen" | "redFen"): number =>
    lines.reduce((sum, line) => sum + line[field], 0);
  const used = runs.filter(({ from, through }) => from <= through);
  return {
    receiptCount: total("blueCount") + total("redCount"),
    totalFen: total("blueFen"),
    redFen: total("redFen"),
    voidCount: total("voidCount"),
    // A book without stock or movement tells nothing.
    lines: lines.filter(({ openingCount, grantedCount }) => openingCount > 0 || grantedCount > 0),
    items: await store.runItems(used),
    voids: await store.runVoids(used),
  };
}

async function lineOf(
  store: FileDeps["store"],
  book: Book,
  { from, through }: Run,
  mark: WriteOffMark | undefined,
): Promise<WriteOffLine> {
  const { eInvoiceName, ...counts } = await store.runFacts(book.bookId, from, through);
  return {
    bookId: book.bookId,
    eInvoiceCode: codeTextOf(book.code),
    eInvoiceName,
    first: from,
    last: through,
    count: through - from + 1,
    ...counts,
    openingCount: mark === undefined ? 0 : mark.last - mark.through,
    grantedCount: mark === undefined ? book.last - book.first + 1 : 0,
    returnedCount: mark === undefined ? 0 : mark.last - book.last,
    closingCount: book.last - through,
  };
}
