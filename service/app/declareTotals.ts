import { decideDeclaration, isBookEnded, lastPeriodEndMs, type DeclarationPeriod } from "../domain/declaration.ts";
import type { DeclarationPlan } from "../domain/declaration.ts";
import type { BookTotals, Declaration, DeclarationStanding } from "./declarationPorts.ts";
import type { Deps } from "./deps.ts";
import { confirmDeclarations } from "./confirmDeclarations.ts";

export type DeclarationSchedule = {
  readonly every: DeclarationPeriod;
  /** How long after a period's end its declarations are made. */
  readonly delayMs: number;
  /** How long, from the first of them on, few red-letter receipts hold a declaration back; 0: not at all. */
  readonly redDelayMs: number;
};

type DeclareDeps = Parameters<typeof confirmDeclarations>[0];

/** What was found for a book whose totals are not declared. */
export type PlannedBook = { readonly standing: DeclarationStanding; readonly plan: DeclarationPlan };

/**
 * Makes the declarations of the last period that is over, for every unit by itself. Each is written down before it is sent and is
 * done once it is read back; repeated at any point it goes on where it was.
 * @param mayGoOn asked before each is sent: false if another program sends by the same account now
 * @returns how many are sent and not yet confirmed
 * @throws AppError chain_unreachable, database_unreachable
 */
export async function declareTotals(
  deps: DeclareDeps,
  schedule: DeclarationSchedule,
  mayGoOn: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<number> {
  // What was begun comes first: a book's next declaration starts where it ends.
  await confirmDeclarations(deps, mayGoOn);
  const { planned, periodEndMs } = await planDeclarations(deps, schedule);
  for (const { standing, plan } of planned) {
    if (plan.kind === "declare") await writeDown(deps, standing, plan.through, periodEndMs);
  }
  return confirmDeclarations(deps, mayGoOn);
}

/** Looks at each book that has something to declare, and changes nothing. */
export async function planDeclarations(
  deps: Pick<Deps, "store" | "clock" | "unitLedger">,
  { every, delayMs, redDelayMs }: DeclarationSchedule,
): Promise<{ readonly periodEndMs: number; readonly planned: readonly PlannedBook[] }> {
  const nowMs = deps.clock.nowMs();
  const periodEndMs = lastPeriodEndMs(nowMs - delayMs, every);
  const least = await deps.unitLedger.declareMinReceipts();
  const planned: PlannedBook[] = [];
  for (const standing of await deps.store.declarationStandings(periodEndMs)) {
    const facts = await factsOf(deps, standing, periodEndMs, { nowMs, redDelayMs });
    planned.push({ standing, plan: decideDeclaration(facts, least) });
  }
  return { periodEndMs, planned };
}

const coveredOf = ({ declaration, first }: DeclarationStanding): number => declaration?.through ?? first - 1;

async function factsOf(
  { store }: Pick<Deps, "store">,
  standing: DeclarationStanding,
  periodEndMs: number,
  { nowMs, redDelayMs }: { readonly nowMs: number; readonly redDelayMs: number },
): Promise<Parameters<typeof decideDeclaration>[0]> {
  const { bookId, anchored, next } = standing;
  const covered = coveredOf(standing);
  const periodThrough = ((await store.firstIssuedFrom(bookId, covered, periodEndMs)) ?? next) - 1;
  const of = (from: number, through: number): Promise<BookTotals> =>
    store.bookTotals(bookId, from, Math.min(through, anchored - 1));
  const { receiptCount, redCount, firstRedAtMs = nowMs } = await of(covered + 1, periodThrough);
  return {
    ...{ covered, periodThrough, anchored, next },
    isEnded: isBookEnded(standing, nowMs),
    ...{ receiptCount, redCount, isRedOverdue: nowMs >= firstRedAtMs + redDelayMs },
    restCount: (await of(periodThrough + 1, anchored - 1)).receiptCount,
  };
}

/** A chain that tells of another last declaration than our rows is somebody else's doing, and nothing is put on top of it. */
async function writeDown(
  deps: DeclareDeps,
  standing: DeclarationStanding,
  through: number,
  periodEndMs: number,
): Promise<void> {
  const { bookId, unitId, declaration: last } = standing;
  const nowMs = deps.clock.nowMs();
  const covered = coveredOf(standing);
  const onChain = await deps.unitLedger.declared(bookId);
  if ((onChain?.through ?? standing.first - 1) !== covered) {
    const details = `declared through ${onChain?.through ?? "nothing"} on chain, ${last?.through ?? "nothing"} here`;
    deps.log.error("declaration_differs", { bookId, details });
    await deps.store.raiseAlarm("declaration_differs", `book ${bookId}`, details, nowMs);
    return;
  }
  const added = await deps.store.bookTotals(bookId, covered + 1, through);
  const declaration: Declaration = {
    ...{ bookId, unitId, through, periodEndMs, plannedAtMs: nowMs },
    issuedFen: (last?.issuedFen ?? 0) + added.issuedFen,
    reversedFen: (last?.reversedFen ?? 0) + added.reversedFen,
    voidCount: (last?.voidCount ?? 0) + added.voidCount,
  };
  if (await deps.store.planDeclaration(declaration)) deps.log.info("declaration_planned", { bookId, through });
}
