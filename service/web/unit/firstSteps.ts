import { both, el, svg } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Me } from "./answers.ts";
import { get, post, Refused, useGuard } from "./ask.ts";
import { button, failureText, fieldOf, heading, noteBox, showMain, type Field } from "./parts.ts";

/** A new password, for who was given theirs by another. */
export function showPassword(_me: Me): void {
  showMain(
    heading(words("请先设置自己的口令", "First choose your own password")),
    passwordForm(() => location.reload()),
  );
}

/** @param done what comes once it is changed */
export function passwordForm(done: () => void): HTMLElement {
  const input = (autocomplete: string): HTMLInputElement => el("input", { type: "password", autocomplete });
  const old = fieldOf(words("原口令（或一次性口令）", "Old or one-time password"), input("current-password"), true);
  const fresh = fieldOf(
    words("新口令，至少 10 个字符", "New password, at least 10 characters"),
    input("new-password"),
    true,
  );
  const again = fieldOf(words("再输一次新口令", "The new one again"), input("new-password"), true);
  const note = noteBox();
  const form = el(
    "form",
    { class: "card narrow" },
    ...[old.box, fresh.box, again.box, note.box],
    el("button", { type: "submit" }, both(words("保存口令", "Save the password"))),
  );
  const send = async (): Promise<void> => {
    const isSame = fresh.control.value === again.control.value;
    again.tell(isSame ? undefined : words("两次输入不一样", "The two differ"));
    if (!isSame) {
      again.control.focus();
      return;
    }
    try {
      await post("nothing", "password", { old: old.control.value, fresh: fresh.control.value });
      done();
    } catch (error) {
      tellFields(error, { "/old": old, "/fresh": fresh });
      note.tell(failureText(error));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  return form;
}

/** Binds an authenticator app: a QR code to scan, a code to prove it, recovery codes to keep. */
export async function showBind(_me: Me): Promise<void> {
  const { secret, qr } = await post("totp", "totp", {});
  const code = fieldOf(
    words("App 上显示的 6 位数字", "The 6 digits that the app shows"),
    el("input", { type: "text", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "7" }),
    true,
  );
  const note = noteBox();
  const form = el(
    "form",
    { class: "card narrow" },
    code.box,
    note.box,
    el("button", { type: "submit" }, both(words("绑定", "Bind"))),
  );
  const send = async (): Promise<void> => {
    try {
      const { recoveryCodes } = await post("bound", "totp/confirm", { code: code.control.value.replace(/\s/g, "") });
      showRecovery(recoveryCodes);
    } catch (error) {
      tellFields(error, { "/code": code });
      note.tell(failureText(error));
      code.control.select();
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  showMain(
    heading(words("绑定动态口令", "Bind an authenticator")),
    el(
      "p",
      {},
      both(
        words("用手机上的身份验证器 App 扫码，或手工输入密钥。", "Scan it with an authenticator app, or type the key."),
      ),
    ),
    qrPicture(qr),
    el(
      "p",
      {},
      both(words("密钥", "Key")),
      " ",
      el("code", { class: "secret" }, secret.replace(/(.{4})(?=.)/g, "$1 ")),
    ),
    form,
  );
  code.control.focus();
}

function showRecovery(codes: readonly string[]): void {
  const goOn = async (): Promise<void> => {
    const me = await get("me", "me");
    if (me.isSignedIn) useGuard(me.guard);
    location.assign("/unit");
  };
  showMain(
    heading(words("请保存恢复码", "Keep these recovery codes")),
    el(
      "p",
      {},
      both(
        words(
          "手机不在身边时，每个恢复码可代替一次动态口令。只显示这一次：请抄下或打印，放在安全处。",
          "Without the phone each of them takes the place of one code. They are shown this once: write them down or print them.",
        ),
      ),
    ),
    el("ol", { class: "codes" }, ...codes.map((code) => el("li", {}, el("code", {}, code)))),
    el(
      "p",
      { class: "buttons" },
      button(words("已保存，进入开票台", "Kept: go to the desk"), () => void goOn()),
      button(words("打印", "Print"), () => print(), { class: "plain" }),
    ),
  );
  document.querySelector("h1")?.focus();
}

/** Dark modules as one path, on white whatever the page's colours. */
function qrPicture(rows: readonly string[]): Element {
  const cells = rows.flatMap((row, y) => [...row].flatMap((each, x) => (each === "1" ? [`M${x} ${y}h1v1h-1z`] : [])));
  const size = String(rows.length);
  return svg(
    "svg",
    { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "绑定用的二维码 The QR code to scan" },
    svg("rect", { width: size, height: size, fill: "#fff" }),
    svg("path", { d: cells.join(""), fill: "#000" }),
  );
}

function tellFields(error: unknown, fields: Readonly<Record<string, Field>>): void {
  const found = error instanceof Refused ? error.problem.fields : [];
  for (const [pointer, field] of Object.entries(fields)) {
    const one = found.find((each) => each.pointer === pointer);
    field.tell(one);
    if (one !== undefined) field.control.focus();
  }
}
