import { codeNumberOf, codeTextOf } from "../domain/code.ts";
import { yearOf } from "../domain/fiscalTime.ts";
import { checkApplication, checkCodeYear, codeInYear, grantBlocks } from "../domain/numberRules.ts";
import type { FieldProblem } from "../domain/receipt.ts";
import type { Deps } from "./deps.ts";
import { checkNewForOld, type NewForOldAnswer, type NewForOldDeps } from "./newForOld.ts";
import type { Application, ApplicationContent, ApplicationState } from "./numberPorts.ts";
import type { Unit } from "./storePorts.ts";

export type ApplyDeps = Pick<Deps, "kinds"> & NewForOldDeps;

/** What a unit fills in; its code follows from kind and year. */
export type ApplicationInput = Omit<ApplicationContent, "code"> & { readonly year?: number };

export type ApplyResult =
  | {
      readonly kind: "created" | "repeated" | "saved" | "submitted";
      readonly application: Application;
      /** What the bureau may hold against it, told once. */
      readonly warnings?: readonly FieldProblem[];
    }
  | { readonly kind: "invalid"; readonly problems: readonly FieldProblem[] }
  /** By the unit's standing, or by what it has not accounted for. */
  | { readonly kind: "blocked"; readonly problems: readonly FieldProblem[] }
  /** There is one of this number with other content. */
  | { readonly kind: "conflict"; readonly application: Application }
  | { readonly kind: "not_open"; readonly state: ApplicationState }
  | { readonly kind: "unknown" };

/** Applies for numbers, or writes an application down for later. The same again gives what is there. */
export async function applyForNumbers(
  deps: ApplyDeps,
  unit: Unit,
  applicationNo: string,
  input: ApplicationInput,
  isSubmitted: boolean,
): Promise<ApplyResult> {
  const nowMs = deps.clock.nowMs();
  const earlier = await deps.store.application(unit.unitId, applicationNo);
  if (earlier !== undefined) return resultOf(deps, unit, input, earlier, false);
  const content = contentOf(deps, unit, input);
  if (content.kind === "invalid") return content;
  const { problems, warnings } = isSubmitted ? await checkUnit(deps, unit) : { problems: [], warnings: [] };
  if (problems.length > 0) return { kind: "blocked", problems };
  const { isNew, application } = await deps.store.createApplication({
    ...content.content,
    ...{ unitId: unit.unitId, applicationNo, source: "unit", createdAtMs: nowMs },
    ...(isSubmitted ? { state: "submitted", submittedAtMs: nowMs } : { state: "new" }),
  });
  return { ...resultOf(deps, unit, input, application, isNew), ...(isNew && warnings.length > 0 && { warnings }) };
}

/** Changes an application that was not submitted, or was returned; it is saved then. */
export async function editApplication(
  deps: ApplyDeps,
  unit: Unit,
  applicationNo: string,
  input: ApplicationInput,
): Promise<ApplyResult> {
  const earlier = await deps.store.application(unit.unitId, applicationNo);
  if (earlier === undefined) return { kind: "unknown" };
  const content = contentOf(deps, unit, input);
  if (content.kind === "invalid") return content;
  const application = await deps.store.editApplication(unit.unitId, applicationNo, content.content);
  return application === undefined ? notOpen(deps, unit, applicationNo) : { kind: "saved", application };
}

/** Submits an application that was written down, or was returned; submitting again changes nothing. */
export async function submitApplication(deps: ApplyDeps, unit: Unit, applicationNo: string): Promise<ApplyResult> {
  const nowMs = deps.clock.nowMs();
  const earlier = await deps.store.application(unit.unitId, applicationNo);
  if (earlier === undefined) return { kind: "unknown" };
  if (earlier.state === "submitted") return { kind: "submitted", application: earlier };
  if (earlier.state === "passed") return { kind: "not_open", state: earlier.state };
  const stale = checkCodeYear(codeTextOf(earlier.code), nowMs);
  if (stale.length > 0) return { kind: "invalid", problems: stale };
  const { problems, warnings } = await checkUnit(deps, unit);
  if (problems.length > 0) return { kind: "blocked", problems };
  const application = await deps.store.submitApplication(unit.unitId, applicationNo, nowMs);
  if (application === undefined) return notOpen(deps, unit, applicationNo);
  return { kind: "submitted", application, ...(warnings.length > 0 && { warnings }) };
}

async function checkUnit(deps: ApplyDeps, { unitId }: Unit): Promise<NewForOldAnswer> {
  const { problems, warnings } = await checkNewForOld(deps, unitId);
  return { problems: [...grantBlocks(await deps.store.standing(unitId)), ...problems], warnings };
}

type Content =
  | { readonly kind: "content"; readonly content: ApplicationContent }
  | { readonly kind: "invalid"; readonly problems: readonly FieldProblem[] };

function contentOf(deps: ApplyDeps, unit: Unit, { year: asked, ...input }: ApplicationInput): Content {
  const nowMs = deps.clock.nowMs();
  const year = asked ?? yearOf(nowMs);
  const kind = deps.kinds.get(input.kind);
  const problems = checkApplication({ kind, unit, year, count: input.count, nowMs });
  if (problems.length > 0 || kind === undefined) return { kind: "invalid", problems };
  const code = codeNumberOf(codeInYear(kind, unit, year));
  return { kind: "content", content: { ...input, code, author: input.author.trim() } };
}

/** Compared with the year of its own day: what was asked for in December without a year is not another in January. */
function resultOf(
  deps: ApplyDeps,
  unit: Unit,
  input: ApplicationInput,
  application: Application,
  isNew: boolean,
): ApplyResult {
  if (isNew) return { kind: "created", application };
  const year = input.year ?? yearOf(application.createdAtMs);
  const kind = deps.kinds.get(input.kind);
  const code = kind === undefined ? undefined : codeNumberOf(codeInYear(kind, unit, year));
  const isSame =
    application.code === code &&
    application.kind === input.kind &&
    application.author === input.author.trim() &&
    (["count", "contact", "phone", "address", "memo"] as const).every((name) => application[name] === input[name]);
  return { kind: isSame ? "repeated" : "conflict", application };
}

async function notOpen({ store }: ApplyDeps, unit: Unit, applicationNo: string): Promise<ApplyResult> {
  const now = await store.application(unit.unitId, applicationNo);
  return now === undefined ? { kind: "unknown" } : { kind: "not_open", state: now.state };
}
