// Bundles the unit desk (service/web/unit) into build/web: part of npm run build:web.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = path.dirname(import.meta.dirname);
const source = path.join(root, "service/web/unit");

export type UnitBuild = { readonly file: string; readonly scriptGzipBytes: number };

/** One page; script and style stand in it and are allowed by their digests alone. @param outDir build/web by default */
export async function buildUnit(outDir = path.join(root, "build/web")): Promise<UnitBuild> {
  fs.mkdirSync(outDir, { recursive: true });
  const [script, style] = await Promise.all([bundle("main.ts"), bundle("unit.css")]);
  const parts: readonly (readonly [mark: string, part: string])[] = [
    ['content="POLICY"', `content="${policyOf(script, style)}"`],
    ["<!-- STYLE -->", `<style>${style}</style>`],
    ["<!-- SCRIPT -->", `<script>${script}</script>`],
  ];
  const page = fs.readFileSync(path.join(source, "unit.html"), "utf8");
  const html = parts.reduce((text, [mark, part]) => text.replace(mark, () => part), page);
  const file = path.join(outDir, "unit.html");
  // Renamed into place, so that a service that reads it meanwhile never sees half of it.
  const temporary = `${file}.${String(process.pid)}`;
  fs.writeFileSync(temporary, html);
  fs.renameSync(temporary, file);
  return { file, scriptGzipBytes: gzipSync(script, { level: 9 }).length };
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

/** It asks us alone; the document is shown in it. */
function policyOf(script: string, style: string): string {
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return (
    `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; connect-src 'self'; img-src data:; ` +
    "object-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
  );
}

if (process.argv[1] === import.meta.filename) {
  const { file, scriptGzipBytes } = await buildUnit();
  const kb = `${String(Math.round(scriptGzipBytes / 100) / 10)} kB`;
  console.log(`${path.relative(root, file)}: script gzip ${kb}`);
}
