import { DESK_ROLE_NAMES, DESK_ROLES } from "../../domain/deskRoles.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Account, Me } from "./answers.ts";
import { get, post } from "./ask.ts";
import { downloads } from "./download.ts";
import {
  button,
  failureText,
  fieldOf,
  focusHeading,
  heading,
  noteBox,
  selectField,
  showMain,
  table,
  textField,
} from "./parts.ts";
import { formCard, tried } from "./tried.ts";

const ROLE_OPTIONS = DESK_ROLES.map(
  (role) => [role, `${DESK_ROLE_NAMES[role].zh} ${DESK_ROLE_NAMES[role].en}`] as const,
);

/** 账号: the head makes, changes, resets and closes them. */
export async function showAccounts(me: Me): Promise<void> {
  const { accounts } = await get("accounts", "accounts");
  const note = noteBox();
  const list = table(
    words("本单位账号", "The unit's accounts"),
    [
      { head: words("账号", "Account") },
      { head: words("姓名", "Name") },
      { head: words("角色", "Role") },
      { head: words("开票点", "Place") },
      { head: words("状态", "State") },
      { head: words("操作", "Do") },
    ],
    accounts.map((account) => [
      account.login,
      account.displayName,
      roleControl(me, account, note),
      account.placeCode,
      el("span", {}, both(stateOf(account))),
      account.accountId === me.account.accountId ? "" : actions(me, account, note),
    ]),
  );
  const rows = accounts.map((account) => [
    account.login,
    account.displayName,
    DESK_ROLE_NAMES[account.role].zh,
    account.placeCode,
    stateOf(account).zh,
  ]);
  const kept = downloads("账号", [["账号", "姓名", "角色", "开票点", "状态"], ...rows]);
  showMain(heading(words("账号", "Accounts")), note.box, list, kept, newForm(me));
}

function stateOf({ isClosed, isPasswordGiven, isTotpBound, needsTotp }: Account) {
  if (isClosed) return words("已停用", "closed");
  if (isPasswordGiven) return words("待首次登录", "not signed in yet");
  return isTotpBound || !needsTotp ? words("正常", "in use") : words("待绑定动态口令", "no authenticator yet");
}

type Note = ReturnType<typeof noteBox>;

function roleControl(me: Me, account: Account, note: Note): HTMLElement | string {
  if (account.accountId === me.account.accountId || account.isClosed) return DESK_ROLE_NAMES[account.role].zh;
  const select = el(
    "select",
    { "aria-label": `${account.login} 的角色 role` },
    ...ROLE_OPTIONS.map(([value, text]) => el("option", { value }, text)),
  );
  select.value = account.role;
  select.addEventListener("change", () => void change(me, account, { role: select.value }, note));
  return select;
}

function actions(me: Me, account: Account, note: Note): HTMLElement {
  const reset = async (): Promise<void> => {
    try {
      const { password } = await post("reset", `accounts/${account.accountId}/reset`, {});
      await showAccounts(me);
      showPassword(account.login, password);
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  const close = account.isClosed ? words("启用", "Open") : words("停用", "Close");
  return el(
    "span",
    { class: "buttons" },
    button(words("重置", "Reset"), () => void reset(), { class: "plain", "aria-label": `重置 Reset ${account.login}` }),
    button(close, () => void change(me, account, { isClosed: !account.isClosed }, note), {
      class: "plain",
      "aria-label": `${close.zh} ${close.en} ${account.login}`,
    }),
  );
}

async function change(me: Me, account: Account, body: object, note: Note): Promise<void> {
  try {
    await post("account", `accounts/${account.accountId}`, body);
    await showAccounts(me);
  } catch (error) {
    note.tell(failureText(error));
  }
}

function newForm(me: Me): HTMLElement {
  const name = textField(
    words("账号名（小写字母和数字）", "Account: a-z, 0-9"),
    { maxlength: "20", autocapitalize: "none" },
    true,
  );
  const displayName = textField(words("姓名（印在票面上）", "Name, as on receipts"), { maxlength: "100" }, true);
  const role = selectField(words("角色", "Role"), ROLE_OPTIONS, true);
  const place = fieldOf(
    words("开票点", "Place"),
    el("input", { type: "text", maxlength: "50", value: me.account.placeCode }),
    true,
  );
  const own = noteBox();
  const run = (): Promise<void> =>
    tried(
      async () => {
        const made = await post("made", "accounts", {
          name: name.control.value.trim(),
          displayName: displayName.control.value.trim(),
          role: role.control.value,
          placeCode: place.control.value.trim(),
        });
        await showAccounts(me);
        showPassword(made.account.login, made.password);
      },
      own,
      { "/name": name, "/displayName": displayName, "/role": role, "/placeCode": place },
    );
  const boxes = [name.box, displayName.box, role.box, place.box];
  return formCard(words("新建账号", "New account"), boxes, own, { label: words("新建", "Make it"), run }, "h2");
}

/** Shown once: nobody can look it up afterwards. */
function showPassword(login: string, password: string): void {
  const text = words(
    `请把一次性口令交给本人，只显示这一次；首次登录须修改`,
    "Hand this one-time password over: it is shown once, and changed at the first sign-in",
  );
  const box = el(
    "div",
    { class: "note good", role: "alert" },
    both(text),
    el("p", { class: "big" }, `${login}　${password}`),
  );
  document.querySelector("h1")?.after(box);
  focusHeading();
}
