import type { Reply } from "../call.ts";
import { problemTable } from "../problem.ts";
import { pageReply } from "./html.ts";

/** What each problem's `type` leads to: all codes with status and meaning. */
export function problemsPage(): Reply {
  const rows = Object.entries(problemTable).map(
    ([code, { status, zh, en, retryAfterS }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${zh}<br>` +
      `<small lang="en">${en}</small></td>` +
      `<td>${retryAfterS === undefined ? "" : `${retryAfterS} s`}</td></tr>`,
  );
  const body = `<h1>错误代码 <small lang="en">Problem codes</small></h1>
<p>错误以 RFC 9457 problem+json 返回；程序请按 <code>code</code> 判断，不要按文字。<br>
<span class="en" lang="en">Errors come as RFC 9457 problem+json; let programs go by
<code>code</code>, never by the words.</span></p>
<table>
<thead><tr><th>code</th><th>HTTP</th>
<th>含义 <small lang="en">Meaning</small></th><th>重试 <small lang="en">Retry after</small></th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
<p><a href="/docs">接口文档 <small lang="en">API documentation</small></a></p>`;
  return pageReply("错误代码 · 链票", body);
}
