import { mayAtDesk, DESK_ROLE_NAMES } from "../../domain/deskRoles.ts";
import { both, byId, el } from "../shared/dom.ts";
import type { Me } from "./answers.ts";
import { get, post, useGuard } from "./ask.ts";
import { showBind, showPassword } from "./firstSteps.ts";
import { button, failureText, showMain } from "./parts.ts";
import { showReceipt } from "./receiptView.ts";
import { showSignIn } from "./signInView.ts";
import { words } from "../shared/words.ts";
import { HOME, VIEWS, type View } from "./views.ts";

void start();

async function start(): Promise<void> {
  try {
    const me = await get("me", "me");
    if (me.isSignedIn) {
      useGuard(me.guard);
      await show(me);
    } else {
      showSignIn();
    }
  } catch (error) {
    showMain(el("p", { class: "note bad", role: "alert" }, both(failureText(error))));
  }
  document.documentElement.dataset["ready"] = "";
}

async function show(me: Me): Promise<void> {
  showTop(me);
  if (me.todo === "password") {
    showPassword(me);
    return;
  }
  if (me.todo === "totp") return showBind(me);
  const [, , name = "", code = "", number = ""] = location.pathname.split("/");
  if (name === "receipts" && number !== "") return showReceipt(me, code, number);
  const view = VIEWS.find((each) => each.path === name && mayAtDesk(me.account.role, each.action)) ?? HOME;
  return view.show(me);
}

/** Name of the unit, who is signed in, and where one may go. */
function showTop(me: Me): void {
  const here = location.pathname.split("/")[2] ?? "";
  const mine = VIEWS.filter(({ action, isHidden }) => isHidden !== true && mayAtDesk(me.account.role, action));
  const role = DESK_ROLE_NAMES[me.account.role];
  const links = me.todo === null ? mine.map((view) => el("li", {}, linkOf(view, here))) : [];
  byId("top").replaceChildren(
    el(
      "div",
      { class: "who" },
      el("strong", {}, me.unit.name),
      el("span", { class: "soft" }, `${me.account.displayName} · ${role.zh} `, el("span", { lang: "en" }, role.en)),
      el("a", { href: "/unit/me" }, both(words("我的账号", "My account"))),
      button(words("退出", "Sign out"), () => void leave(), { class: "plain" }),
    ),
    el("nav", { "aria-label": "开票台 Desk" }, el("ul", {}, ...links)),
  );
  // On a phone the menu is one line that scrolls.
  byId("top").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function linkOf({ path, label }: View, here: string): HTMLElement {
  const isHere = path === here;
  return el(
    "a",
    { href: `/unit/${path}`.replace(/\/$/, ""), ...(isHere ? { "aria-current": "page" } : {}) },
    both(label),
  );
}

async function leave(): Promise<void> {
  sessionStorage.clear();
  await post("nothing", "sign-out", {}).catch(() => undefined);
  location.assign("/unit");
}
