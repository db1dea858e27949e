// Bundles the pages to check by typing, scanning and lists (service/web/check) into build/web: part of npm run build:web.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildScan } from "./buildScan.ts";

const root = path.dirname(import.meta.dirname);
const source = path.join(root, "service/web/check");

/** Where the server that serves a page puts which ledger it trusts and what node it asks (service/http/citizens/checkPage.ts). */
const PLACE = '<script type="application/json" id="site-place">null</script>';

export type CheckBuild = { readonly file: string; readonly html: string; readonly scriptGzipBytes: number };

/** The pages by the name of their file; script and style stand in each page and are allowed by their digests alone. */
const PAGES = [
  { name: "check", template: "check.html", entry: "main.ts" },
  { name: "checkBulk", template: "bulk.html", entry: "bulkMain.ts" },
] as const;

/** @param outDir build/web by default */
export async function buildCheck(outDir = path.join(root, "build/web")): Promise<readonly CheckBuild[]> {
  const scan = await buildScan(outDir);
  return Promise.all(
    PAGES.map(async ({ name, template, entry }) => {
      const [script, style] = await Promise.all([bundle(entry), bundle("check.css")]);
      const parts: readonly (readonly [mark: string, part: string])[] = [
        ['content="POLICY"', `content="${policyOf(script, style, scan.source)}"`],
        ["<!-- STYLE -->", `<style>${style}</style>`],
        ["<!-- SCRIPT -->", `${PLACE}<script>${script}</script>`],
      ];
      const page = fs.readFileSync(path.join(source, template), "utf8");
      const html = parts.reduce((text, [mark, part]) => text.replace(mark, () => part), page);
      const file = path.join(outDir, `${name}.html`);
      // Renamed into place, so that a service that reads it meanwhile never sees half of it.
      const temporary = `${file}.${String(process.pid)}`;
      fs.writeFileSync(temporary, html);
      fs.renameSync(temporary, file);
      return { file, html, scriptGzipBytes: gzipSync(script, { level: 9 }).length };
    }),
  );
}

async function bundle(name: string): Promise<string> {
  const result = await build({
    entryPoints: [path.join(source, name)],
    bundle: true,
    write: false,
    minify: true,
    platform: "browser",
    format: "iife",
    target: "es2023",
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
  });
  return (result.outputFiles[0]?.text ?? "").trim();
}

/** Beside its own script it runs the QR reader that it was built with. It asks us, and the node that the user has chosen on the verifier page. */
function policyOf(script: string, style: string, scan: string): string {
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return (
    `default-src 'none'; script-src ${hash(script)} ${scan}; style-src ${hash(style)}; connect-src 'self' http: https:; ` +
    "img-src data:; base-uri 'none'; form-action 'none'"
  );
}

if (process.argv[1] === import.meta.filename) {
  for (const { file, html, scriptGzipBytes } of await buildCheck()) {
    const size = (bytes: number): string => `${String(Math.round(bytes / 100) / 10)} kB`;
    const name = path.relative(root, file);
    console.log(`${name}: ${size(Buffer.byteLength(html))}, script gzip ${size(scriptGzipBytes)}`);
  }
}
