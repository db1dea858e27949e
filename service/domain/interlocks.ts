/**
 * What became of a receipt, as far as it decides what may still be done with it. entered: some of it was reimbursed or is held for
 * that. red: it is a red-letter receipt itself. docs/domain.md 3.6.
 */
export type LifeState = "normal" | "on_paper" | "entered" | "reversed" | "red" | "void";
export const LIFE_STATES: readonly LifeState[] = ["normal", "on_paper", "entered", "reversed", "red", "void"];

/** reverse 冲红; exchange 换开纸质; returnPaper 收回作废纸质; replacePaper 重新换开; enter 入账; cancelEntry 取消入账. */
export type LifeAction = "reverse" | "exchange" | "returnPaper" | "replacePaper" | "enter" | "cancelEntry";
export const LIFE_ACTIONS: readonly LifeAction[] = [
  "reverse",
  "exchange",
  "returnPaper",
  "replacePaper",
  "enter",
  "cancelEntry",
];

export type Interlock =
  | "already_reversed"
  | "receipt_is_red"
  | "receipt_void"
  | "receipt_on_paper"
  | "receipt_in_use"
  | "not_on_paper"
  | "not_entered";

/** Why the action is refused in that state; undefined: it is allowed. An entry past the receipt's amount is the contract's to refuse. */
export function interlockOf(state: LifeState, action: LifeAction): Interlock | undefined {
  return INTERLOCKS[state][action];
}

/** The facts of which the state is made. Amounts in fen. */
export type LifeFacts = {
  readonly isVoid: boolean;
  readonly isRed: boolean;
  readonly isReversed: boolean;
  readonly isOnPaper: boolean;
  /** Claimed, or held by a lock that has not lapsed. */
  readonly usedFen: number;
};

/** What was reversed stays so, whatever else holds: it can be in use, too, if a claim slipped in between. */
export function lifeStateOf({ isVoid, isRed, isReversed, isOnPaper, usedFen }: LifeFacts): LifeState {
  if (isVoid) return "void";
  if (isRed) return "red";
  if (isReversed) return "reversed";
  if (isOnPaper) return "on_paper";
  return usedFen > 0 ? "entered" : "normal";
}

/** The same of a receipt as it is kept, as far as its own record tells. @param usedFen what the chain says is claimed or held */
export function lifeStateOfReceipt(
  receipt: {
    readonly state: "issued" | "rendered" | "void";
    readonly reverses?: unknown;
    readonly reversedBy?: unknown;
    readonly paper?: unknown;
  },
  usedFen = 0,
): LifeState {
  return lifeStateOf({
    isVoid: receipt.state === "void",
    isRed: receipt.reverses !== undefined,
    isReversed: receipt.reversedBy !== undefined,
    isOnPaper: receipt.paper !== undefined,
    usedFen,
  });
}

type Row = Readonly<Partial<Record<LifeAction, Interlock>>>;

const NO_PAPER = { returnPaper: "not_on_paper", replacePaper: "not_on_paper" } as const;

function never(interlock: Interlock): Row {
  return Object.fromEntries(LIFE_ACTIONS.map((action) => [action, interlock]));
}

const INTERLOCKS: Readonly<Record<LifeState, Row>> = {
  normal: { ...NO_PAPER, cancelEntry: "not_entered" },
  on_paper: {
    reverse: "receipt_on_paper",
    exchange: "receipt_on_paper",
    enter: "receipt_on_paper",
    cancelEntry: "not_entered",
  },
  entered: { ...NO_PAPER, reverse: "receipt_in_use", exchange: "receipt_in_use" },
  reversed: { ...omit(never("already_reversed"), "cancelEntry") },
  red: never("receipt_is_red"),
  void: never("receipt_void"),
};

function omit(row: Row, action: LifeAction): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== action));
}
