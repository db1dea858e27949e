import type { Text } from "../../core/reportTexts.ts";
import type { DeskAction } from "../../domain/deskRoles.ts";
import { words } from "../shared/words.ts";
import type { Me } from "./answers.ts";
import { showAccounts } from "./accountsView.ts";
import { showBooks } from "./booksView.ts";
import { showDay } from "./dayView.ts";
import { showImport } from "./importView.ts";
import { showIssue } from "./issueView.ts";
import { showItems } from "./itemsView.ts";
import { showLog } from "./logView.ts";
import { showMe } from "./meView.ts";
import { showPaper } from "./paperView.ts";
import { showReconcile } from "./reconcileView.ts";
import { showRequests } from "./requestsView.ts";
import { showSearch } from "./searchView.ts";
import { showVoids } from "./voidsView.ts";
import { showWriteOffs } from "./writeOffsView.ts";

export type View = {
  /** /unit/<path>; "": /unit itself. */
  readonly path: string;
  readonly label: Text;
  readonly action: DeskAction;
  readonly isHidden?: boolean;
  readonly show: (me: Me) => Promise<void> | void;
};

export const HOME: View = { path: "", label: words("今日", "Today"), action: "read", show: showDay };

/** The pages of the desk, in the order of the menu. */
export const VIEWS: readonly View[] = [
  HOME,
  { path: "issue", label: words("开票", "Issue"), action: "issue", show: showIssue },
  { path: "import", label: words("导入", "Import"), action: "issue", show: showImport },
  { path: "receipts", label: words("查票", "Search"), action: "read", show: showSearch },
  { path: "requests", label: words("冲红申请", "Reversals"), action: "read", show: showRequests },
  { path: "reconcile", label: words("对账", "Reconcile"), action: "read", show: showReconcile },
  { path: "books", label: words("号段与申领", "Numbers"), action: "read", show: (me) => showBooks(me) },
  { path: "write-offs", label: words("核销", "Write-off"), action: "read", show: (me) => showWriteOffs(me) },
  { path: "paper", label: words("纸质票据", "Paper"), action: "read", show: (me) => showPaper(me) },
  { path: "voids", label: words("作废", "Void"), action: "read", show: showVoids },
  { path: "items", label: words("收费项目", "Items"), action: "items", show: (me) => showItems(me) },
  { path: "accounts", label: words("账号", "Accounts"), action: "accounts", show: showAccounts },
  { path: "log", label: words("操作日志", "Log"), action: "log", show: showLog },
  { path: "me", label: words("我的账号", "My account"), action: "read", isHidden: true, show: showMe },
];
