import { AppError } from "../core/errors.ts";
import { assertKind } from "../domain/assertKind.ts";
import type { Kind } from "../domain/kind.ts";
import { problem } from "../domain/problem.ts";
import type { FieldProblem } from "../domain/receipt.ts";
import type { Register } from "./register.ts";
import type { Clock } from "./ports.ts";
import type { RegisterStore } from "./registerPorts.ts";

export type KindDeps = {
  readonly store: RegisterStore;
  readonly clock: Clock;
  readonly register: Pick<Register, "refresh">;
  /** Why the face of a kind cannot be drawn; [] if it can. */
  readonly faceProblems: (kind: Kind) => readonly FieldProblem[];
};

const FIRST_VERSION = "01";
const LAST_VERSION = 99;

/**
 * Adds a kind. Other programs take it over within seconds.
 * @throws AppError kind_invalid (details.problems: FieldProblem[]), kind_exists
 */
export async function addKind(deps: KindDeps, value: unknown, changedBy: string): Promise<Kind> {
  const kind = drawable(deps, assertKind(value));
  if (kind.specimenVersion !== FIRST_VERSION) throw invalid([versionProblem(FIRST_VERSION)]);
  await append(
    deps,
    kind,
    changedBy,
    "kind_exists",
    `there is a kind ${kind.id} already: change it, or choose another id`,
  );
  return kind;
}

/**
 * Makes the next version of a kind. The value's specimenVersion says which version was edited: it must be the newest
 * one. Receipts that are issued keep the version they were issued under.
 * @throws AppError kind_invalid (details.problems: FieldProblem[]), unknown_kind, kind_unchanged,
 * kind_changed_meanwhile, kind_versions_exhausted
 */
export async function changeKind(deps: KindDeps, value: unknown, changedBy: string): Promise<Kind> {
  const edited = drawable(deps, assertKind(value));
  const newest = (await deps.store.kindHistory(edited.id)).at(-1);
  if (newest === undefined) throw new AppError("unknown_kind", `there is no kind ${edited.id}: add it`);
  const meanwhile = `version ${newest.specimenVersion} of ${edited.id} is the newest: take it, edit it and try again`;
  if (newest.specimenVersion !== edited.specimenVersion) throw new AppError("kind_changed_meanwhile", meanwhile);
  if (sortedText(newest.body) === sortedText(edited)) {
    throw new AppError("kind_unchanged", `nothing of ${edited.id} is changed`);
  }
  const next = Number(newest.specimenVersion) + 1;
  if (next > LAST_VERSION) {
    throw new AppError("kind_versions_exhausted", `${edited.id} has had ${LAST_VERSION} versions: add a new kind`);
  }
  const kind = { ...edited, specimenVersion: String(next).padStart(2, "0") };
  await append(deps, kind, changedBy, "kind_changed_meanwhile", meanwhile);
  return kind;
}

async function append(deps: KindDeps, kind: Kind, changedBy: string, code: string, refusal: string): Promise<void> {
  const { id: kindId, specimenVersion } = kind;
  const changedAtMs = deps.clock.nowMs();
  if (specimenVersion === FIRST_VERSION && (await deps.store.kindHistory(kindId)).length > 0) {
    throw new AppError(code, refusal);
  }
  const isAdded = await deps.store.addKindVersion({ kindId, specimenVersion, body: kind, changedAtMs, changedBy });
  if (!isAdded) throw new AppError(code, refusal);
  await deps.register.refresh();
}

function drawable(deps: KindDeps, kind: Kind): Kind {
  const problems = deps.faceProblems(kind);
  if (problems.length > 0) throw invalid(problems);
  return kind;
}

function invalid(problems: readonly FieldProblem[]): AppError {
  return new AppError("kind_invalid", "the data is no kind of receipt: see the problems", { details: { problems } });
}

function versionProblem(expected: string): FieldProblem {
  return problem(
    "version_wrong",
    ["specimenVersion"],
    `新种类的版本应为 ${expected}`,
    `the version of a new kind is ${expected}`,
  );
}

/** PostgreSQL keeps no order of properties. */
function sortedText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
