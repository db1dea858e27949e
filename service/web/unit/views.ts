import type { Text } from "../../core/reportTexts.ts";
import type { DeskAction } from "../../domain/deskRoles.ts";
import { words } from "../shared/words.ts";
import type { Me } from "./answers.ts";
import { showIssue } from "./issueView.ts";
import { showMe } from "./meView.ts";
import { showSearch } from "./searchView.ts";

export type View = {
  /** /unit/<path>; "": /unit itself. */
  readonly path: string;
  readonly label: Text;
  readonly action: DeskAction;
  readonly isHidden?: boolean;
  readonly show: (me: Me) => Promise<void> | void;
};

export const HOME: View = { path: "receipts", label: words("查票", "Search"), action: "read", show: showSearch };

/** The pages of the desk, in the order of the menu. */
export const VIEWS: readonly View[] = [
  HOME,
  { path: "issue", label: words("开票", "Issue"), action: "issue", show: showIssue },
  { path: "me", label: words("我的账号", "My account"), action: "read", isHidden: true, show: showMe },
];
