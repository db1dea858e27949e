import type { Reply } from "../call.ts";
import { pageReply } from "../pages/html.ts";

/** A page for payers: forms go to us alone, and the document is shown in it. */
export function citizenPage(title: string, body: string, status = 200): Reply {
  const page = pageReply(title, body, { style: STYLE, script: SCRIPT, policy: POLICY });
  return { ...page, status, headers: { ...page.headers, "X-Robots-Tag": "noindex, nofollow" } };
}

/** Chinese first, English beside it. */
export const bilingual = (zh: string, en: string): string => `${zh} <small lang="en">${en}</small>`;

/** Something that a page tells at its top; read out by screen readers when the page has come. */
export function notice(zh: string, en: string, role: "status" | "alert" = "status"): string {
  return `<p class="notice" role="${role}">${zh}<br><span class="en" lang="en">${en}</span></p>`;
}

const POLICY = "form-action 'self'; object-src 'self'; frame-src 'self';";

/** Shows what needs a script only where one runs; tells that a form is on its way, and sends it once however often it is pressed. */
const SCRIPT = `for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const form of document.querySelectorAll("form[method=post]")) {
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  form.append(said);
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true") event.preventDefault();
    form.setAttribute("aria-busy", "true");
    said.textContent = "正在提交… Sending…";
  });
  addEventListener("pageshow", () => {
    form.removeAttribute("aria-busy");
    said.textContent = "";
  });
}`;

const STYLE = `
.sum { font-size: 2rem; font-weight: 600; margin: .25rem 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.state { display: inline-block; padding: .1rem .6rem; border: 1px solid currentColor; border-radius: 1rem; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; padding: 0; }
.button, button {
  display: inline-flex; align-items: center; min-height: 2.75rem; padding: .4rem 1.1rem; font: inherit;
  color: var(--ink); background: var(--card); border: 1px solid var(--soft); border-radius: .6rem;
  text-decoration: none; cursor: pointer;
}
form[aria-busy=true] button { opacity: .6; cursor: progress; }
form > p[role=status] { margin: .25rem 0 0; }
form > p[role=status]:empty { display: none; }
[hidden] { display: none; }
.main { color: #fff; background: #a31c26; border-color: #a31c26; }
.main small { color: #fff; }
.button small, button small { margin-left: .5em; }
button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible {
  outline: 3px solid var(--mark); outline-offset: 2px;
}
form { margin: 0; }
.fields { display: grid; gap: .75rem; max-width: 28rem; margin: 1rem 0; }
.filters {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); gap: .75rem; align-items: end;
  margin: 1rem 0;
}
label { display: grid; gap: .25rem; }
input, select {
  width: 100%; min-height: 2.75rem; padding: .4rem .7rem; font: inherit; color: var(--ink); background: var(--card);
  border: 1px solid var(--soft); border-radius: .6rem;
}
input[name=code] { font-size: 1.6rem; letter-spacing: .4em; max-width: 12rem; font-variant-numeric: tabular-nums; }
.receipts { display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem; }
.receipts a { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; }
.receipts .amount { font-weight: 600; font-variant-numeric: tabular-nums; }
.face { display: block; width: 100%; height: 42rem; border: 1px solid var(--line); border-radius: .6rem; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 3px solid var(--mark); }
td.money, th.money { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
summary { cursor: pointer; padding: .5rem 0; }
.whole { white-space: nowrap; }
.onpaper { display: none; }
@media (max-width: 40rem) { .face { display: none; } }
@media print {
  :root { --ink: #000; --soft: #333; --line: #999; --back: #fff; --card: #fff; --mark: #000; }
  main { max-width: none; padding: 0; }
  .actions, form, .fields, .filters, .face, .notice, nav, details, .screen { display: none; }
  .onpaper { display: block; }
}
`;

/** What an unknown, revoked or held link shows: always the same. */
export const FORGOTTEN_LINK = citizenPage(
  "链接无效 · 链票",
  `<h1>${bilingual("链接无效", "This link leads nowhere")}</h1>
<p>链接不完整、已停用，或票据尚未对外流转。请核对收到的完整链接，或用手机号、邮箱查询。<br>
<span class="en" lang="en">It is incomplete or was switched off, or the receipt was not released yet. Check the whole link, or look your
receipts up by phone or e-mail.</span></p>
<ul><li><a href="/my">${bilingual("查询我的票据", "My receipts")}</a></li>
<li><a href="/check">${bilingual("查验票据", "Check a receipt")}</a></li></ul>`,
  404,
);
