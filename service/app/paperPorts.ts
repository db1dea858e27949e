import type { Interlock } from "../domain/interlocks.ts";
import type { ReversalRecord } from "./reversalPorts.ts";
import type { Receipt } from "./storePorts.ts";

/**
 * requested: the paper number is set aside, the chain is being told; the paper may not be handed out yet. given: it counts.
 * returning: taken back, the chain is being told. Over: returned; replaced (spoilt paper handed back, another given); refused (by the
 * contract; the paper number is free again).
 */
export type PaperState = "requested" | "given" | "returning" | "returned" | "replaced" | "refused";

/** 换开: one paper receipt that stands, or stood, for an e-receipt. */
export type PaperExchange = {
  readonly exchangeId: string;
  readonly unitId: number;
  readonly code: number;
  readonly number: number;
  /** 纸质票据代码 and 号码, as printed on the paper. */
  readonly paperCode: string;
  readonly paperNumber: string;
  readonly state: PaperState;
  readonly placeCode: string;
  readonly operator: string;
  /** Why it was taken back, replaced or refused; "" before. */
  readonly reason: string;
  readonly requestedAtMs: number;
  readonly settledAtMs?: number;
};

/** A receipt's paper that stands now: requested, given or returning. */
export type StandingPaper = Pick<PaperExchange, "exchangeId" | "paperCode" | "paperNumber" | "state" | "requestedAtMs">;

/** 纸质票据号段 of a unit, or of one of its places ("": of all). */
export type PaperBook = {
  readonly unitId: number;
  readonly paperCode: string;
  readonly placeCode: string;
  readonly first: number;
  readonly last: number;
  /** The next number that nobody has used. */
  readonly next: number;
  /** Digits of the printed number. */
  readonly digits: number;
  readonly grantedAtMs: number;
};

export type PaperStock = PaperBook & { readonly givenCount: number; readonly spoiltCount: number };

export type NewExchange = Pick<
  PaperExchange,
  "exchangeId" | "unitId" | "code" | "number" | "placeCode" | "operator"
> & {
  readonly paperCode: string | undefined;
  /** The number on the blank in hand; another that comes next is refused. */
  readonly paperNumber: string | undefined;
  readonly requestedAtMs: number;
};

export type PaperRefusal =
  | { readonly kind: "interlocked"; readonly interlock: Interlock; readonly by?: ReversalRecord }
  | { readonly kind: "no_paper" }
  /** The next blank has another number than the one in hand. */
  | { readonly kind: "paper_differs"; readonly next: string };

export type ExchangeOutcome =
  | { readonly kind: "requested"; readonly exchange: PaperExchange }
  /** It is on paper already, or being exchanged: what stands. */
  | { readonly kind: "standing"; readonly exchange: PaperExchange }
  | PaperRefusal;

export type SpoilOutcome =
  | { readonly kind: "spoilt"; readonly count: number }
  | { readonly kind: "not_blank"; readonly numbers: readonly string[] };

export interface PaperStore {
  /** Sets a paper number aside for a receipt, in one transaction that locks the receipt. */
  requestExchange(exchange: NewExchange): Promise<ExchangeOutcome>;
  /** given -> returning; undefined: no paper of the receipt is given. What is returning already stays so. */
  requestReturn(receipt: Pick<Receipt, "code" | "number">, reason: string): Promise<PaperExchange | undefined>;
  /** Spoilt paper is handed back and another blank given, in one transaction; the chain has nothing to be told. */
  replacePaper(exchange: NewExchange, reason: string): Promise<ExchangeOutcome>;
  /** What the chain has confirmed or refused. False if it was settled before. */
  settleExchange(
    exchangeId: string,
    state: "given" | "returned" | "refused",
    reason: string,
    nowMs: number,
  ): Promise<boolean>;
  /** What waits for the chain, oldest first. */
  unsettledExchanges(limit: number): Promise<readonly PaperExchange[]>;
  /** All paper that ever stood for a receipt, oldest first. */
  exchangesOf(receipt: Pick<Receipt, "code" | "number">): Promise<readonly PaperExchange[]>;
  /** For the auditor: exchanges by id after one, with their receipts. */
  exchanges(
    after: string,
    limit: number,
  ): Promise<readonly { readonly exchange: PaperExchange; readonly receipt?: Receipt }[]>;
  /** False if a book of this paper code has some of these numbers already; nothing is saved then. */
  savePaperBook(book: PaperBook): Promise<boolean>;
  paperStock(unitId: number): Promise<readonly PaperStock[]>;
  /** Marks blanks as spoilt, all or none. */
  spoilBlanks(unitId: number, spoil: SpoiltBlanks): Promise<SpoilOutcome>;
}

export type SpoiltBlanks = {
  readonly paperCode: string;
  readonly first: number;
  readonly last: number;
  readonly reason: string;
  readonly nowMs: number;
};
