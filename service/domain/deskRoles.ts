/** Who works at a unit's desk (docs/desk.md): 开票员, 复核, 会计, 负责人. */
export const DESK_ROLES = ["cashier", "reviewer", "accountant", "head"] as const;
export type DeskRole = (typeof DESK_ROLES)[number];

/** What can be done there. `read`: receipts, books, the day and its reconciliation. */
export const DESK_ACTIONS = [
  "read",
  "issue",
  "send",
  "ask_reversal",
  "decide_reversal",
  "paper",
  "items",
  "numbers",
  "log",
  "accounts",
] as const;
export type DeskAction = (typeof DESK_ACTIONS)[number];

/** Nobody who issues may review: the two columns of cashier and reviewer share nothing but reading and sending. */
const ALLOWED: Readonly<Record<DeskAction, readonly DeskRole[]>> = {
  read: DESK_ROLES,
  issue: ["cashier"],
  send: ["cashier", "reviewer", "head"],
  ask_reversal: ["cashier"],
  decide_reversal: ["reviewer", "head"],
  paper: ["cashier"],
  items: ["accountant", "head"],
  numbers: ["accountant", "head"],
  log: ["accountant", "head"],
  accounts: ["head"],
};

/** Whether the role may do it. */
export function mayAtDesk(role: DeskRole, action: DeskAction): boolean {
  return ALLOWED[action].includes(role);
}

/** Whose name may stand as 复核人 on a receipt that another issues. */
export function mayReview(role: DeskRole): boolean {
  return mayAtDesk(role, "decide_reversal");
}

/** The role's name on the pages. */
export const DESK_ROLE_NAMES: Readonly<Record<DeskRole, { readonly zh: string; readonly en: string }>> = {
  cashier: { zh: "开票员", en: "Cashier" },
  reviewer: { zh: "复核", en: "Reviewer" },
  accountant: { zh: "会计", en: "Accountant" },
  head: { zh: "负责人", en: "Head" },
};
