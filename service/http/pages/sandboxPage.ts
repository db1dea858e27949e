import type { MessageSandbox, SandboxMessage } from "../../app/sandboxPorts.ts";
import type { Call, Reply } from "../call.ts";
import { HttpProblem } from "../problem.ts";
import type { OpenRoute, OperationDoc } from "../route.ts";
import { escapeHtml, pageReply } from "./html.ts";

const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
/** As http/address.ts gives them: 127.0.0.0/8, and the /64 of ::1. */
const LOCAL_ADDRESS = /^(?:127\.\d+\.\d+\.\d+|0:0:0:0)$/;

/** The mailbox of an installation that is tried out. It holds one-time codes, so only whoever sits at this machine may look. */
export function sandboxRoutes(sandbox: MessageSandbox | undefined, publicUrl: string): readonly OpenRoute[] {
  if (sandbox === undefined) return [];
  return [
    {
      ...{ method: "GET", access: "open", isProbe: false, bodyLimitBytes: 0 },
      ...{ path: "/sandbox/mail", doc: docs.mail },
      handle: (call) => {
        assertLocal(call);
        return Promise.resolve(sandboxPage(sandbox.messages(), publicUrl));
      },
    },
  ];
}

/**
 * Neither another machine, nor a proxy's askers, nor a page that has its own name point here (DNS rebinding).
 * @throws HttpProblem not_found
 */
function assertLocal(call: Call): void {
  const isForwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "via"].some((name) => call.field(name));
  const isLocal = LOCAL_ADDRESS.test(call.address) && LOCAL_HOST.test(call.field("host") ?? "");
  if (isLocal && !isForwarded) return;
  throw new HttpProblem("not_found", {
    zh: "演示信箱只能在运行本程序的机器上以 localhost 打开",
    en: "the sandbox mailbox opens only on the machine that runs the program, as localhost",
  });
}

function sandboxPage(messages: readonly SandboxMessage[], publicUrl: string): Reply {
  const body = `<nav><a href="/">← 首页 <small lang="en">Front page</small></a></nav>
<h1>演示信箱 <small lang="en">Sandbox mailbox</small></h1>
<p>未配置 SMTP 和短信网关时，邮件和短信都送到这里，不会发往外部。只能在本机打开；重启后清空。<br>
<span class="en" lang="en">Without an SMTP server and a text message gateway, all mail and messages come here and go nowhere else. Opens on
this machine only; empty after a restart.</span></p>
<p><a href="/sandbox/mail">刷新 <small lang="en">Refresh</small></a> · <a href="/my">我的票据 <small lang="en">My receipts</small></a></p>
${messages.length === 0 ? EMPTY : messages.map((message) => article(message, publicUrl)).join("\n")}`;
  return pageReply("演示信箱 · 链票", body, { style: STYLE });
}

const EMPTY = `<p role="status">还没有邮件或短信。开票时填写 delivery，或在“我的票据”获取验证码。<br>
<span class="en" lang="en">Nothing yet: issue a receipt with delivery, or ask for a code at “My receipts”.</span></p>`;

const STYLE = `
article { margin: 1rem 0; padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
article, h1 { overflow-wrap: anywhere; }
article h2 { margin: 0 0 .25rem; }
article pre { margin: .5rem 0 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

function article({ channel, to, subject, text, attachments, receivedAtMs }: SandboxMessage, publicUrl: string): string {
  const kind =
    channel === "email" ? `邮件 <small lang="en">E-mail</small>` : `短信 <small lang="en">Text message</small>`;
  const files = attachments.map(({ name, byteCount }) => `${escapeHtml(name)} (${Math.ceil(byteCount / 1024)} KiB)`);
  return `<article><h2>${subject === "" ? kind : escapeHtml(subject)}</h2>
<p>${kind} → ${escapeHtml(to)} <small>${timeOf(receivedAtMs)}</small></p>
<pre>${linked(text, publicUrl)}</pre>
${files.length === 0 ? "" : `<p><small>附件 <span lang="en">Attached</span>: ${files.join(", ")}</small></p>`}</article>`;
}

/** Beijing time. */
const timeOf = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");

/** Our own addresses become links; they work under the name that the page was opened by. */
function linked(text: string, publicUrl: string): string {
  const own = new RegExp(`${escapePattern(escapeHtml(publicUrl))}(/[\\w/-]*)`, "g");
  return escapeHtml(text).replace(own, (address, path: string) => `<a href="${path}">${address}</a>`);
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const docs = {
  mail: {
    operationId: "getSandboxMail",
    tag: "pages",
    summary: { zh: "演示信箱（仅限本机）", en: "The sandbox mailbox, on this machine only" },
    answers: [{ status: 200, description: { zh: "网页", en: "The page" }, content: { "text/html": {} } }],
    problems: ["not_found"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;
