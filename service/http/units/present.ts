import type { PaperExchange, StandingPaper } from "../../app/paperPorts.ts";
import type { ReversalRecord } from "../../app/reversalPorts.ts";
import type { Book, Receipt } from "../../app/storePorts.ts";
import { numberText } from "../../domain/number.ts";
import { presentFieldProblem, type Language } from "../problem.ts";
import { rfc3339 } from "../rfc3339.ts";
import type { BookList, ExchangeView, ReceiptView } from "./view.ts";

/** What the presentation needs to know beside the receipt. */
export type Presenter = {
  readonly chainId: number;
  /** 0x-prefixed lower case. */
  readonly contract: string;
  /** The public address at which anyone checks the receipt: the text of its QR code, nothing more. */
  readonly verifyUrl: (receipt: Receipt) => string;
};

/** issued, rendered, anchored in order; or void. */
export function statusOf(receipt: Receipt): ReceiptView["status"] {
  return receipt.state === "rendered" && receipt.anchoring !== undefined ? "anchored" : receipt.state;
}

/** The path of a receipt. Relative, so that it holds at whichever address (inside, outside, proxy) the unit calls. */
export function receiptPath(receipt: Pick<Receipt, "code" | "number">): string {
  return `/v1/receipts/${codeText(receipt.code)}/${numberText(receipt.number)}`;
}

export function presentReceipt(presenter: Presenter, receipt: Receipt, language: Language): ReceiptView {
  const { data, anchoring, renderedAtMs, voidReason, reversedBy, reverses, paper } = receipt;
  const self = receiptPath(receipt);
  return {
    eInvoiceCode: codeText(receipt.code),
    eInvoiceNumber: numberText(receipt.number),
    randomNumber: data.randomNumber,
    busNo: receipt.busNo,
    kind: receipt.kind,
    totalAmount: data.totalAmount,
    status: statusOf(receipt),
    issuedAt: rfc3339(receipt.issuedAtMs),
    ...(renderedAtMs === undefined ? {} : { renderedAt: rfc3339(renderedAtMs) }),
    ...(anchoring === undefined ? {} : { anchoredAt: rfc3339(anchoring.anchoredAtMs) }),
    ...(voidReason === undefined ? {} : { voidReason }),
    warnings: receipt.warnings.map((warning) => presentFieldProblem(warning, language)),
    ...(anchoring === undefined ? {} : { anchoring: presentAnchoring(presenter, anchoring) }),
    ...(reversedBy === undefined ? {} : { reversedBy: presentReversal(reversedBy) }),
    ...(reverses === undefined ? {} : { reverses: presentReversal(reverses) }),
    ...(paper === undefined ? {} : { paper: presentPaper(paper) }),
    links: {
      self,
      pdf: `${self}/pdf`,
      xml: `${self}/xml`,
      json: `${self}/json`,
      proof: `${self}/proof`,
      verify: presenter.verifyUrl(receipt),
    },
  };
}

function presentReversal(record: ReversalRecord): NonNullable<ReceiptView["reversedBy"]> {
  const { code, number, reasonCode, reason, documentNo, reversedAtMs } = record;
  const other = { eInvoiceCode: codeText(code), eInvoiceNumber: numberText(number) };
  return { ...other, reasonCode, reason, documentNo, reversedAt: rfc3339(reversedAtMs) };
}

function presentPaper({
  paperCode,
  paperNumber,
  state,
  requestedAtMs,
}: StandingPaper): NonNullable<ReceiptView["paper"]> {
  return { paperCode, paperNumber, state, requestedAt: rfc3339(requestedAtMs) };
}

export function presentExchange(exchange: PaperExchange): ExchangeView {
  const { code, number, placeCode, operator, reason, settledAtMs } = exchange;
  return {
    ...presentPaper(exchange),
    eInvoiceCode: codeText(code),
    eInvoiceNumber: numberText(number),
    ...{ placeCode, operator, reason },
    ...(settledAtMs === undefined ? {} : { settledAt: rfc3339(settledAtMs) }),
  };
}

/** The unit's books in order, and what is left of each code and kind. */
export function presentBooks(books: readonly Book[]): BookList {
  const stock = new Map<string, BookList["stock"][number]>();
  for (const book of books) {
    // A region may give two kinds the same code; each has its own books.
    const key = `${book.code} ${book.kind}`;
    const left = leftOf(book) + (stock.get(key)?.left ?? 0);
    const lowWater = Math.max(book.lowWater, stock.get(key)?.lowWater ?? 0);
    stock.set(key, {
      eInvoiceCode: codeText(book.code),
      kind: book.kind,
      left,
      lowWater,
      isLow: left < lowWater,
    });
  }
  return { stock: [...stock.values()], books: books.map(presentBook) };
}

function presentBook(book: Book): BookList["books"][number] {
  return {
    bookId: book.bookId,
    eInvoiceCode: codeText(book.code),
    kind: book.kind,
    first: numberText(book.first),
    last: numberText(book.last),
    next: leftOf(book) === 0 ? null : numberText(book.next),
    left: leftOf(book),
    rendered: book.rendered - book.first,
    anchored: book.anchored - book.first,
    ...(book.heldReason === undefined ? {} : { heldReason: book.heldReason }),
    ...(book.placeCode === undefined ? {} : { placeCode: book.placeCode }),
    ...(book.usableLast === undefined ? {} : { returning: book.last - book.usableLast }),
  };
}

function presentAnchoring(
  presenter: Presenter,
  anchoring: NonNullable<Receipt["anchoring"]>,
): NonNullable<ReceiptView["anchoring"]> {
  const { batchNo, txHash, blockNumber } = anchoring;
  return { chainId: presenter.chainId, contract: presenter.contract, batchNo, txHash, blockNumber };
}

function leftOf(book: Book): number {
  return (book.usableLast ?? book.last) + 1 - book.next;
}

function codeText(code: number): string {
  return String(code).padStart(8, "0");
}
