import type { Text } from "../../core/reportTexts.ts";
import { capitalsOf } from "../../domain/capitals.ts";
import { both, el } from "../shared/dom.ts";
import { words, yuan } from "../shared/words.ts";
import type { Detail, Summary } from "./answers.ts";
import { sendForm } from "./sendForm.ts";

const POLL_MS = 1_000;
/** Drawing and anchoring take seconds; a page that nobody closes need not ask for ever. */
const MAX_POLLS = 300;

export const STATUS_WORDS: Readonly<Record<Summary["status"], Text>> = {
  issued: words("已开出，正在生成文件", "issued, being drawn"),
  rendered: words("文件已生成，等待上链", "drawn, waiting to be anchored"),
  anchored: words("已上链", "anchored"),
  void: words("已作废", "void"),
};

type More = { readonly ask: () => Promise<Detail>; readonly actions: readonly HTMLElement[] };

/** What a cashier reads out: number and amount; the state goes on by itself until the receipt is anchored. */
export function issuedPanel(issued: Summary, { ask, actions }: More): HTMLElement {
  const status = el(
    "strong",
    { id: "receipt-status", "data-status": issued.status },
    both(STATUS_WORDS[issued.status]),
  );
  const files = el("p", { class: "buttons" });
  const panel = el(
    "section",
    { class: "issued" },
    el("h1", { tabindex: "-1" }, both(words("已开票", "Issued"))),
    el("p", { class: "big" }, el("span", { class: "soft" }, issued.code, " "), issued.number),
    el("p", { class: "big" }, yuan(issued.amountFen)),
    el("p", {}, capitalsOf(issued.amountFen)),
    el("p", { class: "status", role: "status" }, both(words("状态", "Status")), " ", status),
    ...issued.warnings.map((warning) => el("p", { class: "note warn" }, both(warning))),
    el("p", { class: "buttons" }, ...actions),
    files,
    sendForm(issued),
  );
  const show = (receipt: Summary): void => {
    status.replaceChildren(both(STATUS_WORDS[receipt.status]));
    status.dataset["status"] = receipt.status;
    if (receipt.status !== "issued" && files.childElementCount === 0) files.append(...fileLinks(receipt));
  };
  const poll = async (left: number): Promise<void> => {
    if (left === 0 || (left < MAX_POLLS && !panel.isConnected)) return;
    // A look that fails is made again: nothing hangs on it.
    const receipt = await ask().catch(() => undefined);
    if (receipt !== undefined) show(receipt);
    if (receipt?.status !== "anchored" && receipt?.status !== "void") setTimeout(() => void poll(left - 1), POLL_MS);
  };
  void poll(MAX_POLLS);
  return panel;
}

export function fileLinks({ code, number }: Pick<Summary, "code" | "number">): readonly HTMLElement[] {
  const base = `/unit/api/receipts/${code}/${number}/pdf`;
  return [
    el("a", { class: "button", href: base }, both(words("下载 PDF", "Download the PDF"))),
    el("a", { class: "button", href: `/unit/receipts/${code}/${number}` }, both(words("查看票面", "See it"))),
  ];
}
