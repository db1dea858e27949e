import { utf8 } from "../../core/bytes.ts";
import type { LeafStatus, LedgerReader } from "../../core/ledgerCall.ts";
import type { Report } from "../../core/report.ts";
import { verifyDisclosure, type DisclosureReport } from "../../core/verifyDisclosure.ts";
import type { Place } from "../shared/place.ts";
import { words } from "../shared/words.ts";
import { conclude, type Conclusion } from "../verify/conclude.ts";
import { capitalsOf } from "../../domain/capitals.ts";
import { financeCheckOf, type CheckFace, type FinanceCheck } from "../../domain/financeCheck.ts";
import type { CheckAnswer, CheckMatch } from "./answer.ts";
import type { Question } from "./elements.ts";

/** The server's answer, and what the chain says to it. */
export type Judged = {
  readonly conclusion: Conclusion;
  readonly report?: Report;
  /** With the status that the chain has, where it could be read. */
  readonly match?: CheckMatch;
};

/** Good only if the chain itself bears out every element that was asked about: the server's word alone is never enough. */
export async function judge(
  answer: CheckAnswer,
  question: Question,
  place: Place,
  reader: LedgerReader,
): Promise<Judged> {
  if (answer.result === "limited") return { conclusion: LIMITED };
  if (answer.result === "no_match") return { conclusion: NO_MATCH };
  if (typeof answer.disclosure !== "string") return { conclusion: withoutProof(answer), match: answer };
  const { chainId, contract: address } = place;
  const trustedContract = { chainId, address };
  const report = await verifyDisclosure(utf8(answer.disclosure), { reader, trustedContract });
  const isTrusted = report.verdict === "valid";
  if (isTrusted && !agrees(report, question, answer.face)) return { conclusion: OTHER_RECEIPT, report };
  const pending = isTrusted ? pendingOf(answer, report) : undefined;
  if (pending !== undefined) return { conclusion: pending, report, match: answer };
  const match = {
    ...answer,
    financeCheck: heldAgainst(answer, mainExtOf(report), isTrusted ? report.status : undefined),
  };
  return { conclusion: conclude(report, place), report, match };
}

/** The block as the chain bears it out. The date of entry is the server's word, taken if the chain has the amount that it goes with. */
export function heldAgainst(
  { financeCheck: said }: CheckMatch,
  mainExt: Readonly<Record<string, unknown>>,
  status: LeafStatus | undefined,
): FinanceCheck {
  const { AccAmount } = financeCheckOf(mainExt, status);
  const isDated = said.AccAmount === AccAmount && /^\d{8}$/.test(said.AccDate);
  return financeCheckOf(mainExt, status, isDated ? said.AccDate : "");
}

/** What the issuing system has done and the chain does not know yet: its word against its own receipt is to be believed. */
export function pendingOf(answer: CheckMatch, report: Report): Conclusion | undefined {
  if (answer.state === "reversed" && report.status?.reversed !== true) return REVERSAL_PENDING;
  if (answer.state === "exchanged" && report.status?.onPaper !== true) return EXCHANGE_PENDING;
  return undefined;
}

/** What the chain vouches for is what was asked about, and what the server shows of the face. */
function agrees({ data }: DisclosureReport, { elements }: Question, face: CheckFace): boolean {
  const { payerPartyName: _name, payerPartyCode: _code, payerPartyType: _type, ...shown } = face;
  const { totalAmountCapitals, isRedLetter, ...fields } = shown;
  return (
    [...Object.entries(elements), ...Object.entries(fields)].every(
      ([name, value]) => value === undefined || data?.[name] === value,
    ) &&
    totalAmountCapitals === capitalsOf(face.totalAmount) &&
    isRedLetter === face.totalAmount < 0
  );
}

function mainExtOf({ data }: DisclosureReport): Readonly<Record<string, unknown>> {
  const ext = data?.["mainExt"];
  return Object.fromEntries(Object.entries(ext ?? {}));
}

export function withoutProof({ state }: Pick<CheckMatch, "state">): Conclusion {
  if (state === "void") return VOID;
  if (state === "reversed") return REVERSAL_PENDING;
  if (state === "exchanged") return EXCHANGE_PENDING;
  return state === "not_anchored" ? NOT_ANCHORED : NO_PROOF;
}

export const NO_MATCH: Conclusion = {
  tone: "bad",
  headline: words("查无此票，或信息不符", "No such receipt, or the details differ"),
  reasons: [
    words(
      "没有与所填全部信息一致的票据。为防猜测，不说明是哪一项",
      "No receipt agrees with all of them. Which one differs is not told, so that nobody can guess",
    ),
  ],
  advice: [
    words(
      "请按票面逐项核对（校验码区分大小写），或扫描票面二维码。仍不符的，请勿报销，向开票单位核实。",
      "Compare each with the face (case matters in the check code), or scan the QR code. If it still differs, do not reimburse it: ask the issuing unit.",
    ),
  ],
};

export const LIMITED: Conclusion = {
  tone: "unsure",
  headline: words("今日输入有误次数过多，未查验", "Typed wrongly too often today: not checked"),
  reasons: [],
  advice: [words("请扫描票面二维码，或查验 PDF 文件。", "Scan its QR code, or verify its PDF.")],
};

const VOID: Conclusion = {
  tone: "bad",
  headline: words("空号已作废", "A void number"),
  reasons: [words("该号码取用后未能成为票据，已作废", "The number was taken and never became a receipt")],
  advice: [words("请勿报销、入账。", "Do not reimburse or book it.")],
};

const EXCHANGE_PENDING: Conclusion = {
  tone: "bad",
  headline: words("已换开纸质，正在上链", "Exchanged to paper; the chain will say so soon"),
  reasons: [words("这张票据以纸质票据为准", "The paper receipt counts, not this one")],
  advice: [words("请用纸质票据报销，勿用电子票据。", "Reimburse the paper, not the e-receipt.")],
};

const REVERSAL_PENDING: Conclusion = {
  tone: "bad",
  headline: words("已冲红，冲红正在上链", "Reversed; the reversal is on its way to the chain"),
  reasons: [
    words(
      "开票系统已开出红字票据冲销这张票据，链上稍后更新",
      "The issuing system has reversed it by a red-letter receipt; the chain will say so soon",
    ),
  ],
  advice: [words("请勿报销、入账。", "Do not reimburse or book it.")],
};

const NOT_ANCHORED: Conclusion = {
  tone: "unsure",
  headline: words("已开具，尚未同步上链", "Issued, not yet synchronised"),
  reasons: [
    words(
      "开票系统有这张票据，信息一致，但链上还没有，暂时只有开票系统的说法",
      "The issuing system has it and the details agree; but the chain does not have it yet, so this is the system's word alone",
    ),
  ],
  advice: [words("通常几分钟内上链，请稍后再查。", "It is anchored within minutes: check again in a while.")],
};

const NO_PROOF: Conclusion = {
  tone: "unsure",
  headline: words("没有得到证明，无法判断", "Could not tell: no proof was given"),
  reasons: [],
  advice: [words("请稍后再查，或查验 PDF 文件。", "Check again in a while, or verify its PDF.")],
};

export const OTHER_RECEIPT: Conclusion = {
  tone: "bad",
  headline: words("证明与所查票据不符", "The proof is of another receipt"),
  reasons: [words("服务器给出的证明属于另一张票据", "What the server gave as proof belongs to another receipt")],
  advice: [words("请勿报销，并报告财政部门。", "Do not reimburse it, and report it to the bureau.")],
};
