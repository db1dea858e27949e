import type { ReversalReason } from "../domain/reversal.ts";
import type { Channel } from "../domain/contact.ts";
import type { NewLink } from "./deliveryPorts.ts";
import type { Receipt } from "./storePorts.ts";

/** What the transaction that takes a red-letter receipt's number writes beside it. */
export type NewReversal = ReversalTerms & {
  /** How whoever was sent the original is told: the transaction knows to whom. */
  readonly notice: { readonly link: NewLink; readonly deliveryIds: Readonly<Record<Channel, string>> };
};

export type ReversalTerms = {
  /** The original (蓝票). */
  readonly code: number;
  readonly number: number;
  readonly reasonCode: ReversalReason;
  readonly reason: string;
  readonly documentNo: string;
};

/** One side of a reversal as seen from the other: code and number are the other's. */
export type ReversalRecord = ReversalTerms & { readonly reversedAtMs: number };

/** A red-letter receipt with its original, for the auditor; undefined: there is no such row. */
export type ReversalPair = { readonly red: Receipt; readonly blue: Receipt | undefined };

export interface ReversalStore {
  /** Reversals in the order of the red-letter receipts' codes and numbers, after a place; with their receipts' places on chain. */
  reversals(after: { readonly code: number; readonly number: number }, limit: number): Promise<readonly ReversalPair[]>;
  /** Red-letter receipts of which no reversal is known; [] unless the database was tampered with. */
  strayReds(limit: number): Promise<readonly { readonly code: number; readonly number: number }[]>;
}
