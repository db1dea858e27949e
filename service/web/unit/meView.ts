import { DESK_ROLE_NAMES } from "../../domain/deskRoles.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Me } from "./answers.ts";
import { passwordForm, showBind } from "./firstSteps.ts";
import { button, heading, noteBox, showMain } from "./parts.ts";

/** My account: who I am here, my password, my authenticator. */
export function showMe(me: Me): void {
  const { account } = me;
  const role = DESK_ROLE_NAMES[account.role];
  const note = noteBox();
  const facts: readonly (readonly [zh: string, en: string, value: string])[] = [
    ["账号", "Account", account.login],
    ["姓名（印在票面上）", "Name, as on receipts", account.displayName],
    ["角色", "Role", `${role.zh} ${role.en}`],
    ["开票点", "Place", account.placeCode],
    ["动态口令", "Authenticator", account.isTotpBound ? "已绑定 bound" : "未绑定 not bound"],
  ];
  showMain(
    heading(words("我的账号", "My account")),
    el(
      "dl",
      { class: "facts" },
      ...facts.map(([zh, en, value]) => el("div", {}, el("dt", {}, both(words(zh, en))), el("dd", {}, value))),
    ),
    account.isTotpBound
      ? undefined
      : el(
          "p",
          { class: "buttons" },
          button(words("绑定动态口令", "Bind an authenticator"), () => void showBind(me), { class: "plain" }),
        ),
    el("h2", {}, both(words("修改口令", "Change the password"))),
    note.box,
    passwordForm(() =>
      note.tell(words("口令已修改，其他地方的登录已退出", "Changed: all other sessions were ended"), "good"),
    ),
  );
}
