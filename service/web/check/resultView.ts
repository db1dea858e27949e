import { bytesOfHex } from "../../core/bytes.ts";
import { parseProof, proofToJson } from "../../core/proof.ts";
import type { Report } from "../../core/report.ts";
import type { Text } from "../../core/reportTexts.ts";
import type { FinanceCheck } from "../../domain/financeCheck.ts";
import { both, el } from "../shared/dom.ts";
import type { Place } from "../shared/place.ts";
import { beijingTime, dashedDate, words, yuan } from "../shared/words.ts";
import type { Conclusion } from "../verify/conclude.ts";
import { icon, TONE_SIGNS } from "../verify/icon.ts";
import type { CheckMatch } from "./answer.ts";
import { saveLink } from "./save.ts";

export type Shown = {
  readonly conclusion: Conclusion;
  readonly place: Place;
  readonly checkedAtMs: number;
  readonly match?: CheckMatch;
  readonly report?: Report;
};

/** All about one check. The heading takes the focus, so that a reader of the screen hears the verdict first. */
export function resultView(shown: Shown): HTMLElement {
  const { match } = shown;
  const beside = match === undefined ? [] : [faceView(match, shown.report)];
  return el(
    "article",
    { class: "result" },
    el("div", { class: "beside" }, el("div", {}, verdictView(shown.conclusion), factsView(shown)), ...beside),
    match === undefined ? undefined : evidenceView(match, shown),
  );
}

export function verdictView({ tone, headline, reasons, advice }: Conclusion): HTMLElement {
  return el(
    "section",
    { class: `verdict ${tone}` },
    icon(TONE_SIGNS[tone], tone),
    el(
      "div",
      {},
      el("h2", { tabindex: "-1", id: "verdict" }, both(headline)),
      reasons.length === 0 ? undefined : el("ul", {}, ...reasons.map((reason) => el("li", {}, both(reason)))),
      ...advice.map((each) => el("p", { class: "advice" }, both(each))),
    ),
  );
}

/** When, how often, and where it was read. */
function factsView({ place, checkedAtMs, match, report }: Shown): HTMLElement {
  const chain = report?.chain;
  const times = match === undefined ? undefined : String(match.checkedBefore);
  const rows: readonly (readonly [Text, string | undefined])[] = [
    [words("查验时间", "Checked at"), beijingTime(checkedAtMs)],
    [words("此前查验一致次数", "Agreed before"), times],
    [words("上链时间", "Anchored"), chain === undefined ? undefined : beijingTime(chain.batchTimeS * 1000)],
    [words("合约", "Contract"), chain?.contract],
    [words("链", "Chain"), chain === undefined ? undefined : String(chain.chainId)],
    [words("读自区块", "Read at block"), chain === undefined ? undefined : String(chain.blockNumber)],
    [chain === undefined ? words("节点（没有读到）", "Node (nothing read)") : words("节点", "Node"), place.node],
  ];
  return facts(rows.filter(([, value]) => value !== undefined));
}

function facts(rows: readonly (readonly [Text, string | undefined])[]): HTMLElement {
  const list = rows.map(([label, value]) => el("div", {}, el("dt", {}, both(label)), el("dd", {}, value ?? "")));
  return el("dl", { class: "facts read" }, ...list);
}

/** What the chain does not vouch for (the payer, masked) is marked as the server's word. */
function faceView({ face }: CheckMatch, report: Report | undefined): HTMLElement {
  const isProved = report?.verdict === "valid";
  const note = isProved
    ? words("除交款人外，均已与链上核对", "All but the payer was held against the chain")
    : words("以下内容仅为开票系统所述，未与链上核对", "This is the issuing system's word, not held against the chain");
  const rows: readonly (readonly [Text, string])[] = [
    [words("票据代码", "Code"), face.eInvoiceCode],
    [words("票据号码", "Number"), face.eInvoiceNumber],
    [words("开票日期", "Date"), dashedDate(face.issueDate)],
    [words("收款单位", "Issuing unit"), face.invoicingPartyName],
    [words("单位统一社会信用代码", "Credit code"), face.invoicingPartyCode],
    [words("交款人（已脱敏）", "Payer (masked)"), [face.payerPartyName, face.payerPartyCode].join(" ").trim()],
    [words("金额大写", "In capitals"), face.totalAmountCapitals],
  ];
  const list = rows.map(([label, value]) => el("div", {}, el("dt", {}, both(label)), el("dd", {}, value)));
  return el(
    "section",
    { class: isProved ? "face" : "face unconfirmed" },
    el("h3", {}, both(words("票面", "Face of the receipt"))),
    el("p", { class: "soft" }, both(note)),
    el(
      "div",
      { class: "paper" },
      el("p", { class: "paper-title" }, face.eInvoiceName),
      el("dl", { class: "facts" }, ...list),
      el(
        "p",
        { class: "total" },
        el("span", {}, both(words("金额合计", "Total"))),
        el("strong", {}, yuan(face.totalAmount)),
      ),
    ),
  );
}

const FINANCE_LABELS: Readonly<Record<keyof FinanceCheck, Text>> = {
  Result: words("查验结果", "Genuine"),
  IsExchangePaper: words("是否换开纸票", "Changed to paper"),
  RelatedInvoiceCode: words("相关票据代码", "Related code"),
  RelatedInvoiceNumber: words("相关票据号码", "Related number"),
  IsReversal: words("是否冲红", "Reversed"),
  ReversalInvoiceCode: words("红字票据代码", "Red-letter code"),
  ReversalInvoiceNumber: words("红字票据号码", "Red-letter number"),
  IsAccounted: words("是否入账", "Entered"),
  AccDate: words("入账日期（开票系统所述）", "Date of entry (the issuing system's word)"),
  AccAmount: words("入账金额（元）", "Amount entered"),
};

/** DA/T 95's block and the proof, to be kept beside the voucher. */
function evidenceView(match: CheckMatch, shown: Shown): HTMLElement {
  const rows = Object.entries(FINANCE_LABELS).map(([name, label]) => {
    const value: boolean | string | null | undefined = Object.entries(match.financeCheck).find(
      ([key]) => key === name,
    )?.[1];
    return el("tr", {}, el("th", { scope: "row" }, both(label), el("code", {}, name)), el("td", {}, said(value)));
  });
  const head = [words("项目", "Item"), words("值", "Value")];
  const title = words("FinanceCheck 查验信息（DA/T 95-2022）", "FinanceCheck (DA/T 95-2022)");
  const scroll = el(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": title.zh },
    el(
      "table",
      { class: "finance" },
      el("thead", {}, el("tr", {}, ...head.map((each) => el("th", { scope: "col" }, both(each))))),
      el("tbody", {}, ...rows),
    ),
  );
  return el(
    "section",
    { class: "card" },
    el("h3", {}, both(title)),
    scroll,
    el(
      "p",
      { class: "buttons" },
      saveLink(
        words("保存查验凭据 JSON", "Save this check as JSON"),
        `${nameOf(match)}_check.json`,
        "application/json",
        () => evidenceText(shown),
      ),
      typeof match.disclosure === "string"
        ? saveLink(
            words("保存披露文件", "Save the disclosure file"),
            `${nameOf(match)}.disclosure.json`,
            "application/json",
            () => match.disclosure ?? "",
          )
        : undefined,
    ),
    proofView(match),
  );
}

function proofView({ proof }: CheckMatch): HTMLElement | undefined {
  if (proof === null) return undefined;
  const json = JSON.stringify(proofToJson(parseProof(bytesOfHex(proof))), null, 2);
  const box = (label: Text, text: string): HTMLElement =>
    el("div", {}, el("p", { class: "soft" }, both(label)), el("pre", { class: "proof", tabindex: "0" }, text));
  return el(
    "details",
    {},
    el("summary", {}, both(words("上链证明", "The proof"))),
    box(words("JSON", "as JSON"), json),
    box(words("十六进制", "in hexadecimal"), proof),
  );
}

const nameOf = ({ face }: CheckMatch): string => `${face.eInvoiceCode}_${face.eInvoiceNumber}`;

function evidenceText({ match, report, place, checkedAtMs, conclusion }: Shown): string {
  const evidence = {
    checkedAt: new Date(checkedAtMs).toISOString(),
    verdict: { tone: conclusion.tone, zh: conclusion.headline.zh, en: conclusion.headline.en },
    FinanceCheck: match?.financeCheck,
    face: match?.face,
    checkedBefore: match?.checkedBefore,
    ledger: {
      node: place.node,
      chainId: place.chainId,
      contract: place.contract,
      blockNumber: report?.chain?.blockNumber,
    },
    checks: report?.checks.map(({ id, outcome, reason }) => ({ id, outcome, reason })),
    proof: match?.proof,
  };
  return `${JSON.stringify(evidence, null, 2)}\n`;
}

function said(value: boolean | string | null | undefined): string {
  if (value === true) return "是 yes";
  if (value === false) return "否 no";
  return value === null ? "无法确定 could not be told" : (value ?? "");
}
