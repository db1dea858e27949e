import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Reply } from "../call.ts";
import { HttpProblem } from "../problem.ts";

/** Only from this server: no font, picture, script or request from elsewhere. Swagger UI's icons are data: URLs. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const CACHED = { "Cache-Control": "public, max-age=3600" } as const;

/** Trap: without a charset the bundle is read as Latin-1 and dies with a syntax error. */
const PACKAGE_FILES: ReadonlyMap<string, string> = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ["favicon-32x32.png", "image/png"],
]);

const OWN_FILES: ReadonlyMap<string, Reply> = new Map([
  ["init.js", { status: 200, type: "text/javascript; charset=utf-8", body: initScript(), headers: CACHED }],
  ["page.css", { status: 200, type: "text/css; charset=utf-8", body: pageStyle(), headers: CACHED }],
]);

/** The files that the page loads. */
export const docsFiles: readonly string[] = [...PACKAGE_FILES.keys(), ...OWN_FILES.keys()];

export function docsPage(): Reply {
  const body = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>接口文档 · 链票 Lianpiao</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/page.css">
</head>
<body>
<noscript>请启用 JavaScript，或直接阅读 <a href="/openapi.json">/openapi.json</a>。</noscript>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/init.js"></script>
</body>
</html>
`;
  return { status: 200, type: "text/html; charset=utf-8", body, headers: { "Content-Security-Policy": POLICY } };
}

/** @throws HttpProblem not_found for a name that is not in the list */
export async function docsFile(name: string): Promise<Reply> {
  const own = OWN_FILES.get(name);
  if (own !== undefined) return own;
  const type = PACKAGE_FILES.get(name);
  if (type === undefined) {
    throw new HttpProblem("not_found", { zh: "没有这个文件", en: "there is no such file" });
  }
  const body = await readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)));
  return { status: 200, type, body, headers: CACHED };
}

/** Requests need a signature, so the page shows them but does not send them. */
function initScript(): string {
  return `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  supportedSubmitMethods: [],
  validatorUrl: null,
});
`;
}

function pageStyle(): string {
  return `body { margin: 0; }
.swagger-ui .topbar { display: none; }
.swagger-ui .opblock .opblock-summary-description { white-space: normal; }
@media (max-width: 40rem) {
  .swagger-ui .wrapper { padding: 0 .5rem; }
  .swagger-ui table { display: block; overflow-x: auto; }
}
`;
}
