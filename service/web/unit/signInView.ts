import { both, byId, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { post } from "./ask.ts";
import { failureText, fieldOf, heading, noteBox, showMain } from "./parts.ts";

/** Who has signed in on this machine before types the account once. */
const REMEMBERED = "lianpiao.unit.login";

/** Account, password and, once bound, the one-time code. */
export function showSignIn(): void {
  const login = fieldOf(
    words("账号", "Account"),
    el("input", {
      type: "text",
      autocomplete: "username",
      autocapitalize: "none",
      spellcheck: "false",
      placeholder: "3-cashier",
    }),
    true,
  );
  const password = fieldOf(
    words("口令", "Password"),
    el("input", { type: "password", autocomplete: "current-password" }),
    true,
  );
  const code = fieldOf(
    words("动态口令（已绑定时）或恢复码", "One-time code, if bound, or a recovery code"),
    el("input", { type: "text", autocomplete: "one-time-code", spellcheck: "false" }),
  );
  const note = noteBox();
  const submit = el("button", { type: "submit" }, both(words("登录", "Sign in")));
  const form = el("form", { class: "card narrow" }, login.box, password.box, code.box, note.box, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  const send = async (): Promise<void> => {
    submit.disabled = true;
    try {
      const body = {
        login: login.control.value.trim(),
        password: password.control.value,
        code: code.control.value.trim(),
      };
      await post("nothing", "sign-in", body);
      localStorage.setItem(REMEMBERED, body.login);
      location.reload();
    } catch (error) {
      note.tell(failureText(error));
      password.control.focus();
      password.control.select();
      submit.disabled = false;
    }
  };
  byId("top").replaceChildren();
  showMain(
    heading(words("单位开票台", "Unit desk")),
    el(
      "p",
      {},
      both(
        words(
          "没有自己系统的单位在这里开票。账号由单位负责人发放。",
          "For units without a system of their own. Accounts come from the unit's head.",
        ),
      ),
    ),
    form,
  );
  login.control.value = localStorage.getItem(REMEMBERED) ?? "";
  (login.control.value === "" ? login.control : password.control).focus();
}
