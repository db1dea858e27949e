/**
 * What became of a receipt, as far as it decides what may still be done with it. entered: some of it was reimbursed or is held for
 * that. red: it is a red-letter receipt itself. changed_elsewhere: the chain has it reversed or on paper by an act that was not done
 * here, so the contract would refuse ours. docs/domain.md 3.6.
 */
export type LifeState = "normal" | "on_paper" | "entered" | "reversed" | "changed_elsewhere" | "red" | "void";
export const LIFE_STATES: readonly LifeState[] = [
  "normal",
  "on_paper",
  "entered",
  "reversed",
  "changed_elsewhere",
  "red",
  "void",
];

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
  | "changed_elsewhere"
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
  /** On chain it is reversed or on paper, and not by us; absent: not that we know. */
  readonly isChangedElsewhere?: boolean;
  /** Claimed, or held by a lock that has not lapsed. */
  readonly usedFen: number;
};

/** What was reversed stays so, whatever else holds: it can be in use, too, if a claim slipped in between. */
export function lifeStateOf(facts: LifeFacts): LifeState {
  const { isVoid, isRed, isReversed, isOnPaper, isChangedElsewhere, usedFen } = facts;
  if (isVoid) return "void";
  if (isRed) return "red";
  if (isReversed) return "reversed";
  if (isOnPaper) return "on_paper";
  if (isChangedElsewhere === true) return "changed_elsewhere";
  return usedFen > 0 ? "entered" : "normal";
}

/** The same of a receipt as it is kept, as far as its own record tells. @param chain what is known of the chain */
export function lifeStateOfReceipt(
  receipt: {
    readonly state: "issued" | "rendered" | "void";
    readonly reverses?: unknown;
    readonly reversedBy?: unknown;
    readonly paper?: unknown;
  },
  chain: Partial<Pick<LifeFacts, "usedFen" | "isChangedElsewhere">> = {},
): LifeState {
  return lifeStateOf({
    isVoid: receipt.state === "void",
    isRed: receipt.reverses !== undefined,
    isReversed: receipt.reversedBy !== undefined,
    isOnPaper: receipt.paper !== undefined,
    usedFen: 0,
    ...chain,
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
  changed_elsewhere: { ...omit(never("changed_elsewhere"), "cancelEntry"), ...NO_PAPER },
  red: never("receipt_is_red"),
  void: never("receipt_void"),
};

function omit(row: Row, action: LifeAction): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== action));
}
