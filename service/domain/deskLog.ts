import { jcs } from "../core/canonical.ts";
import { utf8 } from "../core/bytes.ts";
import { hashOf } from "../core/hash.ts";

/** One line of a unit's operator log. Nobody's name and nothing of a payer stands in it. */
export type DeskLogEntry = {
  readonly unitId: number;
  /** From 1, without gaps. */
  readonly seq: number;
  readonly atMs: number;
  readonly accountId: string;
  readonly action: string;
  /** What it was done to: "44060126 0000000001", "account 1f…", "busNo D-…". */
  readonly object: string;
};

/** What the operator log tells of. */
export type DeskLogAction =
  | "signed_in"
  | "sign_in_refused"
  | "signed_out"
  | "password_changed"
  | "totp_bound"
  | "recovery_code_used"
  | "issue_asked"
  | "issued"
  | "issue_refused"
  | "receipt_seen"
  | "receipt_downloaded"
  | "receipt_sent"
  | "links_revoked"
  | "contact_corrected"
  | "arrears_released"
  | "receipts_searched"
  | "receipts_exported"
  | "reconciled"
  | "reversal_asked"
  | "reversal_approved"
  | "reversal_refused"
  | "reversed"
  | "exchanged"
  | "paper_returned"
  | "paper_replaced"
  | "blanks_spoilt"
  | "application_saved"
  | "application_submitted"
  | "numbers_returned"
  | "low_water_set"
  | "place_set"
  | "book_placed"
  | "write_off_filed"
  | "write_off_rectified"
  | "item_saved"
  | "item_removed"
  | "account_made"
  | "account_changed"
  | "account_reset"
  | "action_denied";

/** 32 zero bytes stand before the first line. */
export const LOG_START = new Uint8Array(32);

/** SHA-256 of the line before and of this one's canonical JSON: no line can be changed, taken out or put between unnoticed. */
export function deskLogHash(entry: DeskLogEntry, before: Uint8Array): Uint8Array {
  const { unitId, seq, atMs, accountId, action, object } = entry;
  return hashOf(before, utf8(jcs({ unitId, seq, atMs, accountId, action, object })));
}
