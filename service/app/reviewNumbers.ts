import { codeTextOf } from "../domain/code.ts";
import { checkCodeYear, grantBlocks } from "../domain/numberRules.ts";
import { problem } from "../domain/problem.ts";
import type { FieldProblem } from "../domain/receipt.ts";
import type { Deps } from "./deps.ts";
import { checkNewForOld, type NewForOldDeps } from "./newForOld.ts";
import type { Application, BookReturn } from "./numberPorts.ts";

export type ReviewDeps = Pick<Deps, "store" | "clock" | "log">;
export type ReviewApplicationDeps = ReviewDeps & NewForOldDeps;

export type ReviewInput = {
  readonly isPassed: boolean;
  /** Another than who applied. */
  readonly reviewer: string;
  /** Needed to return an application. */
  readonly opinion: string;
};

export type ReviewResult<Reviewed> =
  /** warnings: what is outstanding though it was passed. */
  | { readonly kind: "reviewed"; readonly reviewed: Reviewed; readonly warnings?: readonly FieldProblem[] }
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] }
  | { readonly kind: "not_submitted"; readonly state: string }
  | { readonly kind: "unknown" };

/**
 * The bureau's word on an application (审核). Passed, its range is decided in the same transaction and the worker grants it
 * on chain: whatever a crash cuts short, the range is found again.
 */
export async function reviewApplication(
  deps: ReviewApplicationDeps,
  unitId: number,
  applicationNo: string,
  input: ReviewInput,
): Promise<ReviewResult<Application>> {
  const { store, clock, log } = deps;
  const atMs = clock.nowMs();
  const application = await store.application(unitId, applicationNo);
  if (application === undefined) return { kind: "unknown" };
  const old = input.isPassed ? await checkNewForOld(deps, unitId) : { problems: [], warnings: [] };
  const problems = [
    ...checkReview(input, application.author),
    ...(input.isPassed ? checkCodeYear(codeTextOf(application.code), atMs) : []),
    ...old.problems,
  ];
  if (problems.length > 0) return { kind: "refused", problems };
  const review = { reviewer: input.reviewer.trim(), atMs, opinion: input.opinion };
  if (!input.isPassed) {
    const refused = await store.refuseApplication(unitId, applicationNo, review);
    return refused === undefined ? changed(deps, unitId, applicationNo) : { kind: "reviewed", reviewed: refused };
  }
  const outcome = await store.passApplication(unitId, applicationNo, review);
  switch (outcome.kind) {
    case "passed":
      log.info("application_passed", { unitId, applicationNo, code: application.code, ...outcome.application.range });
      return { kind: "reviewed", reviewed: outcome.application, warnings: old.warnings };
    case "blocked":
      return { kind: "refused", problems: grantBlocks(outcome.standing) };
    case "range_exhausted":
      return { kind: "refused", problems: [rangeExhausted(application.code)] };
    case "not_submitted":
    case "unknown":
      return outcome;
  }
}

/** The bureau's word on a return. Passed, the worker closes the book on chain; refused, its numbers can be used again. */
export async function reviewReturn(
  { store, clock }: ReviewDeps,
  unitId: number,
  returnNo: string,
  input: ReviewInput,
): Promise<ReviewResult<BookReturn>> {
  const known = await store.bookReturn(unitId, returnNo);
  if (known === undefined) return { kind: "unknown" };
  const problems = checkReview(input, known.author);
  if (problems.length > 0) return { kind: "refused", problems };
  const review = { reviewer: input.reviewer.trim(), atMs: clock.nowMs(), opinion: input.opinion };
  const reviewed = await store.reviewReturn(unitId, returnNo, input.isPassed, review);
  if (reviewed !== undefined) return { kind: "reviewed", reviewed };
  const now = await store.bookReturn(unitId, returnNo);
  return { kind: "not_submitted", state: now?.state ?? "unknown" };
}

function checkReview({ isPassed, reviewer, opinion }: ReviewInput, author: string): readonly FieldProblem[] {
  const name = reviewer.trim();
  return [
    ...(name === "" ? [problem("field_required", ["reviewer"], "请写明审核人", "the reviewer's name is needed")] : []),
    ...(name !== "" && name === author.trim()
      ? [problem("reviewer_is_author", ["reviewer"], "申请人不能审核自己的申请", "who applied can't review it")]
      : []),
    ...(!isPassed && opinion.trim() === ""
      ? [problem("field_required", ["opinion"], "退回须写明意见", "to return it, say why")]
      : []),
  ];
}

function rangeExhausted(code: number): FieldProblem {
  return problem(
    "range_exhausted",
    ["count"],
    `票据代码 ${codeTextOf(code)} 剩余号码不足，请减少数量`,
    `the code ${codeTextOf(code)} has not so many numbers left: pass fewer`,
  );
}

async function changed(
  { store }: ReviewDeps,
  unitId: number,
  applicationNo: string,
): Promise<ReviewResult<Application>> {
  const now = await store.application(unitId, applicationNo);
  return now === undefined ? { kind: "unknown" } : { kind: "not_submitted", state: now.state };
}
