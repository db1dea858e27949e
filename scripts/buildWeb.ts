// npm run build:web: bundles the pages of service/web into build/web. The verifier page becomes one self-contained file.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildScan } from "./buildScan.ts";

const root = path.dirname(import.meta.dirname);
const source = path.join(root, "service/web/verify");

/** Where a server that serves the page puts which ledger it trusts and what node it asks (service/http/pages/verifyPage.ts). */
const PLACE = '<script type="application/json" id="site-place">null</script>';

/** What of a build is measured. */
export type WebBuild = {
  /** The self-contained page. */
  readonly file: string;
  readonly html: string;
  readonly script: string;
  /** Of the script alone, gzipped at level 9. */
  readonly scriptGzipBytes: number;
  /** The script that makes sheets to print, loaded by a served page when one is asked for. */
  readonly sheetFile: string;
  readonly sheetGzipBytes: number;
};

/**
 * Builds the verifier page: script and style stand in the page itself, the script is allowed by its digest alone, so the same file
 * is served and works from a disk.
 * @param outDir build/web by default
 */
export async function buildWeb(outDir = path.join(root, "build/web")): Promise<WebBuild> {
  const [script, sheet, style, scan] = await Promise.all([
    bundle("main.ts"),
    bundle("sheetMain.ts"),
    bundle("page.css"),
    buildScan(outDir),
  ]);
  const html = fill(fs.readFileSync(path.join(source, "page.html"), "utf8"), {
    'content="POLICY"': `content="${policyOf(scan.source, script, sheet)}"`,
    "<!-- STYLE -->": `<style>${style}</style>`,
    "<!-- SCRIPT -->": `${PLACE}<script>${script}</script>`,
  });
  const file = path.join(outDir, "verify.html");
  fs.mkdirSync(outDir, { recursive: true });
  const sheetFile = path.join(outDir, "verify-sheet.js");
  put(sheetFile, sheet);
  put(file, html);
  const gzipBytes = (text: string): number => gzipSync(text, { level: 9 }).length;
  return { file, html, script, scriptGzipBytes: gzipBytes(script), sheetFile, sheetGzipBytes: gzipBytes(sheet) };
}

/** Renamed into place, so that a service that reads it meanwhile never sees half of it. */
function put(file: string, content: string): void {
  const temporary = `${file}.${String(process.pid)}`;
  fs.writeFileSync(temporary, content);
  fs.renameSync(temporary, file);
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

/**
 * Beside its own script it runs the QR reader that it was built with. It may ask any node, and nobody else for anything. Its receipts are shown from memory (blob:), where Chromium's viewer of PDFs
 * inherits this policy and needs a style of its own; no style can reach out, for nothing but data: is loaded.
 */
function policyOf(reader: string, ...scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  return (
    `default-src 'none'; script-src ${hashes.join(" ")} ${reader}; style-src 'unsafe-inline'; connect-src *; img-src data:; ` +
    "frame-src blob:; object-src blob:; base-uri 'none'; form-action 'none'"
  );
}

/** @throws Error if the template lacks a mark, or has it twice */
function fill(template: string, parts: Readonly<Record<string, string>>): string {
  let filled = template;
  for (const [mark, part] of Object.entries(parts)) {
    if (template.split(mark).length !== 2) throw new Error(`page.html must have ${mark} once`);
    filled = filled.replace(mark, () => part);
  }
  return filled;
}

if (process.argv[1] === import.meta.filename) {
  const { file, html, scriptGzipBytes, sheetGzipBytes } = await buildWeb();
  const size = (bytes: number): string => `${String(Math.round(bytes / 100) / 10)} kB`;
  console.log(
    `${path.relative(root, file)}: ${size(Buffer.byteLength(html))}, gzip ${size(gzipSync(html).length)}, ` +
      `script gzip ${size(scriptGzipBytes)}, verify-sheet.js gzip ${size(sheetGzipBytes)}`,
  );
}
