/** What became of a receipt, as the desk's list is narrowed by it: each leads to few receipts, without a look at all others. */
export const DESK_RECEIPT_STATES = ["waiting", "red", "reversed", "paper", "held", "void"] as const;
export type DeskReceiptState = (typeof DESK_RECEIPT_STATES)[number];

/** What became of a request to reverse: waits for a reviewer; was agreed to and done; was not agreed to. */
export const DESK_REQUEST_STATES = ["asked", "done", "refused"] as const;
export type DeskRequestState = (typeof DESK_REQUEST_STATES)[number];

/** What a list of exchanges to paper is narrowed by: stands now; was taken back or replaced; was refused. */
export const DESK_PAPER_STATES = ["standing", "over", "refused"] as const;
export type DeskPaperState = (typeof DESK_PAPER_STATES)[number];
