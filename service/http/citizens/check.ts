import type { z } from "zod";
import { checkReceipts, type CheckAnswer, type CheckElements, type CheckMatch } from "../../app/checkReceipt.ts";
import type { Deps } from "../../app/deps.ts";
import { hexOf, textOfUtf8 } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
import { parseProof, proofToJson } from "../../core/proof.ts";
import { NO_MATCH } from "../../domain/financeCheck.ts";
import { parseQrText } from "../../domain/qrText.ts";
import type { FieldProblem } from "../../domain/receipt.ts";
import { jsonReply, type Call, type Reply } from "../call.ts";
import { fieldErrors } from "../fieldErrors.ts";
import { jsonBody } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import { rfc3339 } from "../rfc3339.ts";
import {
  listBody,
  scannedBody,
  scannedRow,
  typedBody,
  typedRow,
  type CheckListView,
  type CheckRowView,
  type CheckView,
} from "./checkSchema.ts";

/** POST /v1/checks */
export async function postCheck(deps: Deps, call: Call): Promise<Reply> {
  const body = jsonBody(call);
  const { work, ...row } = isScanned(body) ? parsed(scannedBody, body) : parsed(typedBody, body);
  const checkedAt = rfc3339(deps.clock.nowMs());
  const [answer] = await answersOf(deps, call, [elementsOf(row, "")], work, false);
  if (answer === undefined || answer.kind === "limited") throw receiptLimit();
  const { proof, disclosure } = answer.kind === "match" ? answer : NO_PROOF;
  const more = {
    checkedAt,
    proofJson: proof === undefined ? null : { ...proofToJson(parseProof(proof)) },
    disclosure: disclosure === undefined ? null : textOfUtf8(disclosure),
  };
  const view: CheckView =
    answer.kind === "match" ? { ...matchView(deps, answer), ...more } : { ...noMatchView, checkedAt };
  return jsonReply(200, view);
}

const NO_PROOF: Pick<CheckMatch, "proof" | "disclosure"> = {};

/** POST /v1/checks/batch */
export async function postChecks(deps: Deps, call: Call): Promise<Reply> {
  const { checks, work } = parsed(listBody, jsonBody(call));
  const checkedAt = rfc3339(deps.clock.nowMs());
  const elements = readRows(checks);
  const answers = await answersOf(deps, call, elements, work, true);
  const view: CheckListView = { checkedAt, results: answers.map((answer) => rowView(deps, answer)) };
  return jsonReply(200, view);
}

async function answersOf(
  deps: Deps,
  call: Call,
  checks: readonly CheckElements[],
  work: string | undefined,
  isList: boolean,
): Promise<readonly CheckAnswer[]> {
  const shown = work === undefined ? {} : { work };
  const outcome = await checkReceipts(deps, { checks, address: call.address, isList, ...shown });
  switch (outcome.kind) {
    case "answered":
      return outcome.answers;
    case "work_needed":
      throw challengeRequired(outcome.challenge);
    case "too_many":
      throw tooManyChecks(outcome.retryAfterS);
  }
}

/** All rows, or a problem that names the wrong fields of the first rows that are wrong. */
function readRows(rows: readonly unknown[]): readonly CheckElements[] {
  const errors: FieldProblem[] = [];
  const elements = rows.flatMap((row, index) => {
    try {
      const pointer = `/checks/${index}`;
      return [elementsOf(isScanned(row) ? parsed(scannedRow, row, pointer) : parsed(typedRow, row, pointer), pointer)];
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      errors.push(...error.errors);
      return [];
    }
  });
  if (errors.length > 0) throw wrongFields(errors.slice(0, MAX_ERRORS));
  return elements;
}

const MAX_ERRORS = 100;

const isScanned = (value: unknown): boolean => typeof value === "object" && value !== null && "qr" in value;

function elementsOf(row: z.infer<typeof typedRow> | z.infer<typeof scannedRow>, pointer: string): CheckElements {
  if (!("qr" in row)) {
    const { eInvoiceCode, eInvoiceNumber, ...rest } = row;
    return { code: Number(eInvoiceCode), number: Number(eInvoiceNumber), ...rest };
  }
  try {
    const { eInvoiceCode, eInvoiceNumber, randomNumber, totalAmount, issueDate, ...scanned } = parseQrText(row.qr);
    const key = { code: Number(eInvoiceCode), number: Number(eInvoiceNumber) };
    return { ...key, randomNumber, totalAmount, issueDate, scanned };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw wrongFields([
      {
        code: error.code,
        pointer: `${pointer}/qr`,
        zh: "不是财政电子票据的二维码",
        en: "not the QR code of a receipt",
      },
    ]);
  }
}

function rowView(deps: Deps, answer: CheckAnswer): CheckRowView {
  switch (answer.kind) {
    case "match":
      return matchView(deps, answer);
    case "no_match":
      return noMatchView;
    case "limited":
      return { result: "limited" };
  }
}

const noMatchView = { result: "no_match", financeCheck: NO_MATCH } as const;

function matchView(deps: Deps, match: CheckMatch): Extract<CheckRowView, { result: "match" }> {
  const { finding, checkedBefore, proof, batchNo, blockNumber } = match;
  const { chainId, contract } = deps.ledger;
  return {
    result: "match",
    checkedBefore,
    ...finding,
    ledger: batchNo === undefined ? null : { chainId, contract, batchNo, blockNumber: blockNumber ?? null },
    proof: proof === undefined ? null : hexOf(proof),
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, pointer = ""): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw wrongFields(fieldErrors(result.error, value, pointer));
}

function wrongFields(errors: HttpProblem["errors"]): HttpProblem {
  return new HttpProblem(
    "invalid_fields",
    { zh: "请按票面逐项核对，或重新扫码", en: "compare each of errors with the face, or scan again" },
    { errors },
  );
}

function challengeRequired(challenge: { token: string; bits: number; expiresAtMs: number }): HttpProblem {
  const { token, bits, expiresAtMs } = challenge;
  return new HttpProblem(
    "challenge_required",
    {
      zh: `请找出一个随机数，使 SHA-256(令牌 || 8 字节大端随机数) 以 ${bits} 个零位开头，再连同 work 重发；扫描票面二维码则不需要`,
      en: `find a nonce so that SHA-256(token || nonce:u64) begins with ${bits} zero bits and send again with work; a scan needs none`,
    },
    { members: { challenge: { token, bits, expiresAt: rfc3339(expiresAtMs) } } },
  );
}

function tooManyChecks(retryAfterS: number): HttpProblem {
  return new HttpProblem(
    "too_many_checks",
    { zh: "本地址一小时内的查验已到上限", en: "the address has had its checks of this hour" },
    { headers: { "Retry-After": String(retryAfterS) } },
  );
}

function receiptLimit(): HttpProblem {
  return new HttpProblem("receipt_check_limit", {
    zh: "请改为扫描票面二维码，或在 /verify 查验 PDF 文件；明日可再输入查验",
    en: "scan its QR code, or verify its PDF at /verify; typing works again tomorrow",
  });
}
