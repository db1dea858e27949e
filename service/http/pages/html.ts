import { createHash } from "node:crypto";
import { escapeHtml } from "../../domain/htmlText.ts";
import type { Reply } from "../call.ts";

export { escapeHtml };

/** What a page has beyond text: rules and a script that stand in it, and what its policy allows besides them. */
export type PageExtras = { readonly style?: string; readonly script?: string; readonly policy?: string };

/** A page whose inline style sheet and script are allowed by their hashes; it loads and runs nothing else. */
export function pageReply(title: string, body: string, extras: PageExtras = {}): Reply {
  const style = STYLE + (extras.style ?? "");
  const text = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
${extras.script === undefined ? "" : `<script>${extras.script}</script>`}</body>
</html>
`;
  return {
    status: 200,
    type: "text/html; charset=utf-8",
    body: text,
    headers: { "Content-Security-Policy": policyOf(style, extras) },
  };
}

const STYLE = `
:root {
  color-scheme: light dark; --ink: #1d2129; --soft: #5a6472; --line: #d9dde3; --back: #f6f7f9; --card: #fff;
  --mark: #b3202a;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaee; --soft: #a3acb8; --line: #363c45; --back: #15181c; --card: #1e2228; --mark: #ff7a80; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--back); color: var(--ink);
  font: 1.0625rem/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif;
}
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { margin: 0 0 .25rem; font-size: 1.9rem; color: var(--mark); }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }
p { margin: .25rem 0 1rem; }
small, .en { color: var(--soft); font-size: .85em; }
a { color: inherit; text-decoration-color: var(--mark); text-underline-offset: .2em; }
a:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
dl, table {
  width: 100%; margin: 0; padding: .5rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem;
}
dl > div {
  display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; padding: .5rem 0;
  border-bottom: 1px solid var(--line);
}
dl > div:last-child { border-bottom: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
ul {
  list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
}
li a {
  display: block; padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; text-decoration: none;
}
li a:hover { border-color: var(--mark); }
table { border-collapse: collapse; }
th, td { padding: .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .9em; overflow-wrap: anywhere; }
tr:target { background: color-mix(in srgb, var(--mark) 15%, transparent); }
.notice { padding: .75rem 1rem; border-left: 4px solid var(--mark); background: var(--card); }
`;

function policyOf(style: string, { script, policy = "form-action 'none';" }: PageExtras): string {
  const scripts = script === undefined ? "" : ` script-src 'sha256-${hashOf(script)}';`;
  return `default-src 'none'; style-src 'sha256-${hashOf(style)}';${scripts} base-uri 'none'; ${policy} frame-ancestors 'none'`;
}

function hashOf(text: string): string {
  const known = hashes.get(text) ?? createHash("sha256").update(text).digest("base64");
  hashes.set(text, known);
  return known;
}

/** Of the few sheets and scripts that the pages have. */
const hashes = new Map<string, string>();
