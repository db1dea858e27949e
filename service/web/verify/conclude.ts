import type { Check, Report } from "../../core/report.ts";
import type { CheckId, Text } from "../../core/reportTexts.ts";
import type { Place } from "../shared/place.ts";
import { words, yuan } from "../shared/words.ts";

/** good is the only green one. notice: genuine, but not to be taken as it stands. unsure: could not be told. */
export type Tone = "good" | "notice" | "bad" | "unsure";

/** A report in the words of a person. */
export type Conclusion = {
  readonly tone: Tone;
  readonly headline: Text;
  readonly reasons: readonly Text[];
  readonly advice: readonly Text[];
};

/** Only a receipt that is valid and has nothing against it comes out good. */
export function conclude(report: Report, place: Place): Conclusion {
  switch (report.verdict) {
    case "valid":
      return withUnit(concludeValid(report), report);
    case "invalid":
      return concludeInvalid(report, place);
    case "undetermined":
      return concludeUntold(report, place);
  }
}

function concludeValid(report: Report): Conclusion {
  const { status, state } = report;
  if (status === undefined) return UNTOLD;
  switch (state) {
    case "normal":
      return report.isRedLetter ? redLetter(report) : NORMAL;
    case "reversed":
      return {
        tone: "bad",
        headline: words("已冲红，不再有效", "Reversed: it no longer counts"),
        reasons: [reversedBy(status.reversedByCode, status.reversedByNumber)],
        advice: [
          words("请勿报销、入账。如有疑问，请联系开票单位。", "Do not reimburse or book it. Ask the issuing unit."),
        ],
      };
    case "on_paper":
      return {
        tone: "notice",
        headline: words("已换开纸质票据", "Changed to a paper receipt"),
        reasons: [words("票据真实，但已换开为纸质票据", "It is genuine, but was exchanged for a paper receipt")],
        advice: [words("请以纸质票据为准，勿凭此文件报销。", "The paper receipt counts. Do not reimburse this file.")],
      };
    case "claimed":
      return claimed(status.capFen, status.usedFen, status.lockedFen, status.leftFen);
    case "not_anchored":
    case "unknown":
      return UNTOLD;
  }
}

const NORMAL: Conclusion = {
  tone: "good",
  headline: words("真实有效", "Genuine and valid"),
  reasons: [
    words(
      "由财政部门准入的单位签发，内容未被改动，已上链，未冲红、未换开、未入账",
      "Issued by a unit that the bureau admitted, unaltered, anchored on chain; not reversed, not on paper, not claimed",
    ),
  ],
  advice: [],
};

const UNTOLD: Conclusion = {
  tone: "unsure",
  headline: words("无法判断", "Could not tell"),
  reasons: [],
  advice: [words("请稍后重试，或更换节点。", "Try again later, or use another node.")],
};

function redLetter({ data }: Report): Conclusion {
  const ext = new Map(Object.entries(data?.["mainExt"] ?? {}));
  const names = ["relatedInvoiceCode", "relatedInvoiceNumber"].map((name) => String(ext.get(name) ?? ""));
  const original = names.includes("") ? undefined : names.join(" ");
  return {
    tone: "notice",
    headline: words("真实的红字票据", "A genuine red-letter receipt"),
    reasons: [
      original === undefined
        ? words("它冲销了另一张票据，号码未披露", "It reverses another receipt, whose number is withheld")
        : words(`它冲销了票据 ${original}`, `It reverses the receipt ${original}`),
    ],
    advice: [words("红字票据不能用于报销。", "A red-letter receipt cannot be reimbursed.")],
  };
}

function reversedBy(code: number, number: number): Text {
  const red = `${String(code).padStart(8, "0")} ${String(number).padStart(10, "0")}`;
  return words(`票据真实，但已被红字票据 ${red} 冲销`, `It is genuine, but the red-letter receipt ${red} reversed it`);
}

function claimed(capFen: number, usedFen: number, lockedFen: number, leftFen: number): Conclusion {
  const locked = lockedFen > 0;
  return {
    tone: "notice",
    headline: leftFen === 0 ? words("已全额入账", "Claimed in full") : words("已部分入账", "Claimed in part"),
    reasons: [
      words(
        `可入账 ${yuan(capFen)}：已入账 ${yuan(usedFen)}${locked ? `，已锁定 ${yuan(lockedFen)}` : ""}，剩余 ${yuan(leftFen)}`,
        `Of ${yuan(capFen)}, ${yuan(usedFen)} is claimed${locked ? `, ${yuan(lockedFen)} locked` : ""}; ${yuan(leftFen)} is left`,
      ),
    ],
    advice: [
      leftFen === 0
        ? words("请勿重复报销。", "Do not reimburse it again.")
        : words(`最多还可报销 ${yuan(leftFen)}。`, `At most ${yuan(leftFen)} may still be reimbursed.`),
    ],
  };
}

function withUnit(conclusion: Conclusion, { chain }: Report): Conclusion {
  if (chain?.isUnitSuspended !== true) return conclusion;
  const note = words(
    "开票单位现已停用；此前开具的票据不受影响",
    "The unit has been suspended since; what it issued before still counts",
  );
  return { ...conclusion, reasons: [...conclusion.reasons, note] };
}

/** What a failure means, the gravest first. */
const FAILURES: readonly (readonly [headline: Text, ids: readonly CheckId[]])[] = [
  [words("存证合约不可信", "The contract is not trusted"), ["trusted_contract"]],
  [
    words("不是票据原件，或已被改动", "No original receipt, or altered"),
    ["file_structure", "whole_document", "signature_form", "document_digest", "receipt_data"],
  ],
  [
    words("签名者不被认可", "The signer is not recognised"),
    ["signature", "certificate_chain", "issuer", "certificate_root", "certificate_validity", "unit"],
  ],
  [
    words("存证不属于这张票据", "The proof is not this receipt’s"),
    ["proof", "proof_document", "data_digest", "code_and_number", "amounts"],
  ],
  [words("链上没有这张票据", "This receipt is not on the chain"), ["batch_root", "book"]],
];

/** What people choose by mistake: most have the receipt, too. */
const NO_PDF: Conclusion = {
  tone: "bad",
  headline: words("不是 PDF 文件", "No PDF file"),
  reasons: [words("照片、截图、网页和压缩过的文件不能证明票据", "A photo, a screenshot, or a web page proves nothing")],
  advice: [
    words(
      "请选择开票单位发来的 PDF 原文件；没有的，可扫描或输入票面信息查验。",
      "Choose the PDF that the unit sent. Without it, scan or type what stands on the receipt.",
    ),
    words("请勿凭此报销、入账。", "Do not reimburse or book this."),
  ],
};

function concludeInvalid({ checks, proof }: Report, { chainId, contract }: Place): Conclusion {
  const failed = checks.filter(({ outcome }) => outcome === "fail");
  const headline = FAILURES.find(([, ids]) => failed.some(({ id }) => ids.includes(id)))?.[0];
  if (failed.some(({ reason }) => reason === "not_a_pdf")) return NO_PDF;
  const other = failed.find(({ id }) => id === "trusted_contract");
  const named =
    other === undefined || proof === undefined
      ? []
      : [
          words(
            `凭据所指：链 ${proof.chainId}，合约 ${String(other.details["contract"])}；您信任的是：链 ${chainId}，合约 ${contract}`,
            `It points to chain ${proof.chainId}, contract ${String(other.details["contract"])}; ` +
              `you trust chain ${chainId}, contract ${contract}`,
          ),
        ];
  return {
    tone: "bad",
    headline: headline ?? words("不可信", "Not to be trusted"),
    reasons: [...failed.map(textOf), ...named],
    advice: [
      words(
        "请勿报销、入账。请向开票单位重新索取原始文件；如疑伪造，请报告财政部门。",
        "Do not reimburse or book it. Ask the issuing unit for the original file; report a forgery to the bureau.",
      ),
      ...(other === undefined
        ? []
        : [
            words(
              "如确认应信任该合约，请先向财政部门核实，再更改上方设置。",
              "If that contract should be trusted, confirm it with the bureau before you change the settings above.",
            ),
          ]),
    ],
  };
}

const HEADLINES: Readonly<Record<string, Text>> = {
  not_sealed: words("尚未上链，暂不能证明", "Not yet anchored: not proved yet"),
  batch_unknown: words("此链尚无这张票据", "Unknown to this chain so far"),
  node_unreachable: words("节点没有响应，无法判断", "Could not tell: the node does not answer"),
  wrong_chain: words("节点属于另一条链，无法判断", "Could not tell: the node is of another chain"),
  evidence_malformed: words("节点的回答无法识别，无法判断", "Could not tell: the node’s answer makes no sense"),
  status_unreadable: words("当前状态读不出，无法判断", "Could not tell: its present status cannot be read"),
};

const ADVICE: Readonly<Record<string, Text>> = {
  not_sealed: words(
    "新开的票据通常几分钟内上链：请稍后从开票单位或查验网站重新下载文件再验。",
    "A new receipt is anchored within minutes: download the file again later, and check that.",
  ),
  batch_unknown: words(
    "节点可能尚未同步：请稍后重试，或更换节点。",
    "The node may be behind: try again later, or use another node.",
  ),
  node_unreachable: words(
    "请检查网络和节点地址，或更换节点。节点须允许浏览器访问（CORS）；https 网页不能读取 http 节点。",
    "Check the network and the node’s address, or use another. The node must allow browsers (CORS); a page over https " +
      "cannot read a node over http.",
  ),
  wrong_chain: words(
    "请把节点换成所信任的链上的节点，或核对链的编号。",
    "Use a node of the chain that you trust, or check the chain’s number.",
  ),
  evidence_malformed: words("请核对合约地址，或更换节点。", "Check the contract’s address, or use another node."),
  status_unreadable: words("请更换节点后重试。", "Use another node and try again."),
};

/** The first reason gives the headline: it is the one that the others follow from. */
function concludeUntold({ checks }: Report, { node }: Place): Conclusion {
  const untold = checks.filter(({ outcome }) => outcome === "unknown");
  const seen = new Set<string>();
  const first = untold.filter(({ reason = "" }) => !seen.has(reason) && seen.add(reason));
  const where = seen.has("node_unreachable") ? [words(`节点：${node}`, `Node: ${node}`)] : [];
  const advice = [...seen].flatMap((reason) => ADVICE[reason] ?? []);
  return {
    tone: "unsure",
    headline: HEADLINES[first[0]?.reason ?? ""] ?? UNTOLD.headline,
    reasons: [...first.map(textOf), ...where],
    advice: [
      ...advice,
      words("在得到明确结果之前，请勿报销、入账。", "Do not reimburse or book it before there is a clear result."),
    ],
  };
}

const textOf = ({ zh, en }: Check): Text => ({ zh, en });
