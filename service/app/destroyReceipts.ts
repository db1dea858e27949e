import { AppError } from "../core/errors.ts";
import { dayOf } from "../domain/fiscalTime.ts";
import { isKeptLongEnough, type Keeping } from "../domain/keeping.ts";
import type { Deps } from "./deps.ts";
import type { Destruction } from "./destructionPorts.ts";
import { documentName } from "./documentName.ts";
import type { Unit } from "./storePorts.ts";
import type { Run } from "./writeOffPorts.ts";

type DestroyDeps = Pick<Deps, "store" | "clock" | "blobs">;

export type ApplyResult =
  | { readonly kind: "applied"; readonly destruction: Destruction }
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000;
/** Rows erased in one transaction. */
const PAGE = 500;

/**
 * Applies for the destruction (销毁) of what a unit issued through a day. Refused unless the keeping period of each kind is over, and
 * every number is archived and written off.
 * @param through yyyyMMdd
 */
export async function applyForDestruction(
  deps: DestroyDeps,
  unit: Unit,
  wanted: { readonly through: string; readonly applicant: string; readonly reason: string },
  keeping: Keeping,
): Promise<ApplyResult> {
  const { store, clock } = deps;
  const nowMs = clock.nowMs();
  const day = dayOf(wanted.through);
  if (day === undefined) throw new AppError("time_out_of_range", `${wanted.through} is no day`);
  const erased = await store.approvedRuns();
  const runs: Run[] = [];
  const reasons: string[] = [];
  for (const { bookId, kind, first, next } of await store.books(unit.unitId)) {
    const done = erased.filter((run) => run.bookId === bookId).map((run) => run.through);
    const from = Math.max(first - 1, ...done) + 1;
    const later = await store.firstIssuedFrom(bookId, from - 1, (day + 1) * DAY_MS - OFFSET_MS);
    const through = (later ?? next) - 1;
    if (through < from) continue;
    runs.push({ bookId, from, through });
    if (!isKeptLongEnough(kind, wanted.through, nowMs, keeping))
      reasons.push(`号段 (book) ${bookId}: 保管期未满 (still to be kept)`);
    const missing = await store.notReady({ bookId, from, through });
    if (missing.archived > 0) reasons.push(`号段 (book) ${bookId}: ${missing.archived} 个号码未归档 (not archived)`);
    if (missing.writtenOff > 0)
      reasons.push(`号段 (book) ${bookId}: ${missing.writtenOff} 个号码未核销 (not written off)`);
  }
  if (runs.length === 0) return { kind: "nothing" };
  if (reasons.length > 0) return { kind: "refused", reasons };
  const destruction: Destruction = {
    destructionId: `XH${String(unit.unitId).padStart(8, "0")}-${wanted.through}-${nowMs}`,
    unitId: unit.unitId,
    ...wanted,
    runs,
    numberCount: runs.reduce((sum, run) => sum + run.through - run.from + 1, 0),
    appliedAtMs: nowMs,
    state: "applied",
  };
  const isNew = await store.insertDestruction(destruction);
  if (isNew) return { kind: "applied", destruction };
  return { kind: "refused", reasons: ["该单位有销毁申请尚未办结 (another application of the unit is under way)"] };
}

/** The bureau's answer. Nothing is destroyed by it yet. @throws AppError destruction_state */
export async function reviewDestruction(
  { store, clock }: DestroyDeps,
  destructionId: string,
  review: { readonly isPassed: boolean; readonly reviewer: string; readonly opinion: string },
): Promise<void> {
  const { isPassed, reviewer, opinion } = review;
  const change = { state: isPassed ? "passed" : "refused", reviewer, opinion, reviewedAtMs: clock.nowMs() } as const;
  if (!(await store.moveDestruction(destructionId, "applied", change))) throw wrongState(destructionId);
}

/**
 * Destroys what was approved: first what the rows tell of persons, then the documents. Cut short at any point it is run again, and
 * an audit meanwhile names the documents that are left.
 * @throws AppError destruction_state unless it was passed
 */
export async function destroyReceipts(
  { store, clock, blobs }: DestroyDeps,
  destructionId: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const destruction = await store.destruction(destructionId);
  if (destruction?.state === "done") return;
  if (destruction?.state !== "passed") throw wrongState(destructionId);
  const codes = new Map((await store.books(destruction.unitId)).map(({ bookId, code }) => [bookId, code]));
  let done = 0;
  for (const { bookId, from, through } of destruction.runs) {
    const code = codes.get(bookId);
    if (code === undefined) throw new AppError("book_unknown", `there is no book ${bookId}`);
    for (let start = from; start <= through; start += PAGE) {
      const end = Math.min(start + PAGE - 1, through);
      await store.eraseRun({ bookId, from: start, through: end }, clock.nowMs());
      for (let number = start; number <= end; number++) await blobs.remove(documentName(code, number));
      done += end - start + 1;
      onProgress(done, destruction.numberCount);
    }
  }
  const change = { state: "done", doneAtMs: clock.nowMs() } as const;
  if (!(await store.moveDestruction(destructionId, "passed", change))) throw wrongState(destructionId);
}

function wrongState(destructionId: string): AppError {
  return new AppError(
    "destruction_state",
    `销毁申请 ${destructionId} 不存在，或其状态不允许。 There is no such application, or its state does not allow it.`,
  );
}
