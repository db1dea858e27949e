import { z } from "zod";
import { askReversal, decideReversalRequest, type DecideResult } from "../../app/deskReversal.ts";
import type { Deps } from "../../app/deps.ts";
import type { DeskRequest } from "../../app/deskPorts.ts";
import { codeTextOf } from "../../domain/code.ts";
import { numberText } from "../../domain/number.ts";
import { jsonReply, type Reply } from "../call.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import { interlockProblem, reissueOutcomes, reversalOutcome } from "../units/reversal.ts";
import { reversalInput } from "../units/reversalSchema.ts";
import type { DeskCall } from "./guard.ts";
import { parsed } from "./issue.ts";
import { summaryOf } from "./present.ts";
import { ownReceipt } from "./receipts.ts";
import { LIST_SIZE, pageOf, placeAt } from "./lists.ts";
import { plainText, requestQuery } from "./schema.ts";

const askBody = z.strictObject({
  reversal: reversalInput.pick({ reasonCode: true, reason: true, documentNo: true }),
  rest: z.record(z.string(), z.unknown()).optional(),
});
const decideBody = z.strictObject({ isAgreed: z.boolean(), note: plainText(200, 0).default("") });

/** POST /unit/api/receipts/{code}/{number}/reversal-request */
export async function postReversalRequest(deps: Deps, call: DeskCall): Promise<Reply> {
  const { reversal, rest } = validated(askBody, jsonBody(call));
  const original = await ownReceipt(deps, call);
  const { account } = call.session;
  // Who reviews it is not known yet; the name is put in by whoever agrees.
  const input = rest && parsed(call, account, rest);
  const result = await askReversal(deps, { unit: call.unit, account }, original, reversal, input);
  switch (result.kind) {
    case "asked":
      return jsonReply(201, { requestId: result.requestId });
    case "refused":
      throw invalidFields(result.problems);
    case "interlocked":
      throw interlockProblem(result.interlock, original.reversedBy);
    case "open_already":
      throw new HttpProblem("desk_request_open", {
        zh: "这张票据已有待复核的冲红申请，请等复核人处理",
        en: "a reversal of this receipt is waiting for a reviewer already",
      });
  }
}

/** GET /unit/api/requests: newest first. */
export async function getRequests(deps: Deps, call: DeskCall): Promise<Reply> {
  const { state, cursor } = validated(requestQuery, Object.fromEntries(call.query), "/query");
  const { unitId } = call.unit;
  const found = await deps.store.deskRequests(unitId, state, placeAt(cursor, unitId), LIST_SIZE + 1);
  const { shown, nextCursor } = pageOf(found, ({ askedAtMs, requestId }) => ({ atMs: askedAtMs, id: requestId }));
  const accounts = await deps.store.deskAccounts(call.unit.unitId);
  const names = new Map(accounts.map(({ accountId, displayName }) => [accountId, displayName]));
  const requests = await Promise.all(
    shown.map(async (request) => {
      const data = (await deps.store.receipt(request.code, request.number))?.data;
      const receipt = { payerPartyName: data?.payerPartyName ?? "", amountFen: data?.totalAmount ?? 0 };
      return { ...presentRequest(request, names), ...receipt };
    }),
  );
  return jsonReply(200, { requests, nextCursor });
}

/** POST /unit/api/requests/{id} */
export async function postDecision(deps: Deps, call: DeskCall): Promise<Reply> {
  const decision = validated(decideBody, jsonBody(call));
  const request = await deps.store.deskRequest(call.params["id"] ?? "");
  const { account } = call.session;
  if (request === undefined || request.unitId !== account.unitId) throw noRequest();
  return jsonReply(200, present(await decideReversalRequest(deps, { unit: call.unit, account }, request, decision)));
}

function present(result: DecideResult): unknown {
  switch (result.kind) {
    case "refused":
      return {};
    case "decided_already":
      throw noRequest();
    case "own":
      throw new HttpProblem("desk_not_allowed", {
        zh: "申请人和原开票人不能复核这笔冲红，请由另一位复核人处理",
        en: "who asked for it, or issued the receipt, does not decide: another reviewer must",
      });
    case "reversal": {
      const outcome = reversalOutcome(result.result);
      if (outcome.kind === "problem") throw outcome.problem;
      return { red: summaryOf(outcome.receipt) };
    }
    case "reissue": {
      const [red, blue] = reissueOutcomes(result.result);
      return { red: summaryOf(red.receipt), rest: summaryOf(blue.receipt) };
    }
  }
}

function presentRequest(request: DeskRequest, names: ReadonlyMap<string, string>) {
  const { requestId, code, number, terms, rest, askedBy, askedAtMs, state, decidedBy, note } = request;
  return {
    requestId,
    code: codeTextOf(code),
    number: numberText(number),
    terms,
    rest: rest ?? null,
    askedBy,
    askedByName: names.get(askedBy) ?? "",
    askedAtMs,
    state,
    decidedByName: decidedBy === undefined ? "" : (names.get(decidedBy) ?? ""),
    note,
  };
}

function noRequest(): HttpProblem {
  return new HttpProblem("not_found", {
    zh: "没有这笔待复核的申请，可能已处理；请刷新",
    en: "there is no such open request; somebody may have decided it: load the page again",
  });
}
