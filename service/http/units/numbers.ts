import { z } from "zod";
import {
  applyForNumbers,
  editApplication,
  submitApplication,
  type ApplicationInput,
  type ApplyResult,
} from "../../app/applyForNumbers.ts";
import {
  applicationStates,
  type Application,
  type BookReturn,
  type NumberCursor,
  type ReturnOutcome,
} from "../../app/numberPorts.ts";
import { returnNumbers } from "../../app/returnNumbers.ts";
import { codeTextOf } from "../../domain/code.ts";
import { numberText, parseNumberText } from "../../domain/number.ts";
import type { FieldProblem } from "../../domain/receipt.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem, presentFieldProblem, type Language } from "../problem.ts";
import { rfc3339 } from "../rfc3339.ts";
import { badCursor, decodeCursor, encodeNumberCursor, queryValues } from "./numberCursor.ts";
import type { applicationView, returnView } from "./numberSchema.ts";
import { applicationEdit, applicationInput, numberListQuery, returnInput } from "./numberSchema.ts";
import type { UnitContext } from "./issue.ts";

const DEFAULT_LIMIT = 100;
const listSchema = z.strictObject(numberListQuery).partial();

/** POST /v1/number-applications */
export async function postApplication({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const { applicationNo, isSubmitted, ...input } = validated(applicationInput, jsonBody(call));
  const result = await applyForNumbers(deps, call.unit, applicationNo, inputOf(input), isSubmitted);
  return applied(result, call.asker.language);
}

/** POST /v1/number-applications/{applicationNo}/save */
export async function postSave({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const input = validated(applicationEdit, jsonBody(call));
  const result = await editApplication(deps, call.unit, call.params["applicationNo"] ?? "", inputOf(input));
  return applied(result, call.asker.language);
}

/** POST /v1/number-applications/{applicationNo}/submit */
export async function postSubmit({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const result = await submitApplication(deps, call.unit, call.params["applicationNo"] ?? "");
  return applied(result, call.asker.language);
}

/** GET /v1/number-applications/{applicationNo} */
export async function getApplication({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const application = await deps.store.application(call.unit.unitId, call.params["applicationNo"] ?? "");
  if (application === undefined) throw notFound("没有这张申领单", "there is no such application");
  return jsonReply(200, presentApplication(application));
}

/** GET /v1/number-applications */
export async function listApplications({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const { filter, after, limit } = listQuestion(call);
  const found = await deps.store.applications(filter, after, limit + 1);
  const page = found.slice(0, limit);
  const nextCursor = cursorAfter(found.length > limit, page.at(-1), ({ applicationNo }) => applicationNo);
  return jsonReply(200, { applications: page.map((each) => presentApplication(each)), nextCursor });
}

/** POST /v1/book-returns */
export async function postReturn({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const { first, ...input } = validated(returnInput, jsonBody(call));
  return returned(await returnNumbers(deps, call.unit, { ...input, ...firstOf(first) }));
}

/** GET /v1/book-returns/{returnNo} */
export async function getReturn({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const found = await deps.store.bookReturn(call.unit.unitId, call.params["returnNo"] ?? "");
  if (found === undefined) throw notFound("没有这张退票单", "there is no such return");
  return jsonReply(200, presentReturn(found));
}

/** GET /v1/book-returns */
export async function listReturns({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const { filter, after, limit } = listQuestion(call);
  const found = await deps.store.bookReturns(filter, after, limit + 1);
  const page = found.slice(0, limit);
  const nextCursor = cursorAfter(found.length > limit, page.at(-1), ({ returnNo }) => returnNo);
  return jsonReply(200, { returns: page.map(presentReturn), nextCursor });
}

function listQuestion(call: SignedCall) {
  const { state, limit: limitText, cursor } = validated(listSchema, queryValues(call.query), "/query");
  const after: NumberCursor | undefined = cursor === undefined ? undefined : decodeCursor(cursor, call.unit.unitId);
  if (cursor !== undefined && after === undefined) throw badCursor();
  const limit = limitText === undefined ? DEFAULT_LIMIT : Number(limitText);
  return { filter: { unitId: call.unit.unitId, ...(state === undefined ? {} : { state }) }, after, limit };
}

function cursorAfter<Item extends { readonly createdAtMs: number }>(
  isMore: boolean,
  last: Item | undefined,
  noOf: (item: Item) => string,
): string | null {
  return isMore && last !== undefined ? encodeNumberCursor(last.createdAtMs, noOf(last)) : null;
}

export function inputOf({ year, ...rest }: z.infer<typeof applicationEdit>): ApplicationInput {
  return { ...rest, ...(year === undefined ? {} : { year }) };
}

/** @throws HttpProblem for a refusal */
export function applied(result: ApplyResult, language: Language): Reply {
  switch (result.kind) {
    case "created":
      return jsonReply(201, presentApplication(result.application, warningsOf(result, language)));
    case "repeated":
    case "saved":
    case "submitted":
      return jsonReply(200, presentApplication(result.application, warningsOf(result, language)));
    case "invalid":
      throw invalidFields(result.problems);
    case "blocked":
      throw new HttpProblem(
        "numbers_blocked",
        { zh: "单位现在不能申领票号，原因见 errors", en: "the unit gets no numbers now; errors says why" },
        { errors: result.problems },
      );
    case "conflict":
      throw stateConflict(
        "这个单号已用于内容不同的申请；修改请用 /save，另行申请请换单号",
        "this applicationNo is another application's: change that one by /save, or use another",
      );
    case "not_open":
      throw stateConflict(
        `申请现为 ${result.state}，不能再修改或提交`,
        `the application is ${result.state}: it can't be changed or submitted now`,
      );
    case "unknown":
      throw notFound("没有这张申领单", "there is no such application");
  }
}

export function firstOf(first: string | undefined): { readonly first?: number } {
  return first === undefined ? {} : { first: parseNumberText(first) };
}

/** @throws HttpProblem for a refusal */
export function returned(outcome: ReturnOutcome): Reply {
  switch (outcome.kind) {
    case "created":
      return jsonReply(201, presentReturn(outcome.bookReturn));
    case "repeated":
      return jsonReply(200, presentReturn(outcome.bookReturn));
    case "conflict":
      throw stateConflict("这个单号已用于另一次退票，请换一个单号", "this returnNo is another return's: use another");
    case "book_unknown":
      throw notFound("本单位没有这个号段", "the unit has no such book");
    case "return_open": {
      const { returnNo } = outcome;
      throw stateConflict(`该号段已有退票在办：${returnNo}`, `a return of the book is under way: ${returnNo}`);
    }
    case "outside":
      throw invalidFields([outsideBook(outcome.next, outcome.last)]);
  }
}

type ToldWarnings = Pick<z.infer<typeof applicationView>, "warnings">;

function warningsOf({ warnings }: { readonly warnings?: readonly FieldProblem[] }, language: Language): ToldWarnings {
  return warnings === undefined ? {} : { warnings: warnings.map((each) => presentFieldProblem(each, language)) };
}

function presentApplication(application: Application, told: ToldWarnings = {}): z.infer<typeof applicationView> {
  const { applicationNo, kind, count, contact, phone, address, author, memo, source, state } = application;
  const { submittedAtMs, review, range, granted } = application;
  return {
    ...{
      applicationNo,
      kind,
      eInvoiceCode: codeTextOf(application.code),
      count,
      contact,
      phone,
      address,
      author,
      memo,
    },
    ...{ source, state, stateCode: applicationStates.indexOf(state), createdAt: rfc3339(application.createdAtMs) },
    ...(submittedAtMs !== undefined && { submittedAt: rfc3339(submittedAtMs) }),
    ...(review !== undefined && { review: presentReview(review) }),
    ...(range !== undefined && { range: { first: numberText(range.first), last: numberText(range.last) } }),
    ...(granted !== undefined && { bookId: granted.bookId, grantedAt: rfc3339(granted.atMs) }),
    ...told,
  };
}

function presentReturn(bookReturn: BookReturn): z.infer<typeof returnView> {
  const { returnNo, bookId, first, last, reason, author, source, state, review, doneAtMs } = bookReturn;
  return {
    ...{ returnNo, bookId, eInvoiceCode: codeTextOf(bookReturn.code) },
    ...{ first: numberText(first), last: numberText(last), count: last - first + 1 },
    ...{ reason, author, source, state, createdAt: rfc3339(bookReturn.createdAtMs) },
    ...(review !== undefined && { review: presentReview(review) }),
    ...(doneAtMs !== undefined && { doneAt: rfc3339(doneAtMs) }),
  };
}

function presentReview({ reviewer, atMs, opinion }: NonNullable<Application["review"]>) {
  return { reviewer, reviewedAt: rfc3339(atMs), opinion };
}

function outsideBook(next: number, last: number): HttpProblem["errors"][number] {
  if (next > last) {
    const none = { zh: "该号段没有未用票号可退", en: "the book has no unused numbers to return" };
    return { code: "nothing_unused", pointer: "/bookId", ...none };
  }
  const [from, to] = [numberText(next), numberText(last)];
  const range = { zh: `须在未用票号 ${from}～${to} 之内`, en: `must be an unused number, ${from} to ${to}` };
  return { code: "number_out_of_range", pointer: "/first", ...range };
}

export function notFound(zh: string, en: string): HttpProblem {
  return new HttpProblem("number_record_not_found", { zh, en });
}

function stateConflict(zh: string, en: string): HttpProblem {
  return new HttpProblem("number_state_conflict", { zh, en });
}
