// Bundles the QR reader (service/web/scan) into build/web/scan.js: part of npm run build:web.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = path.dirname(import.meta.dirname);

export type ScanBuild = {
  readonly script: string;
  readonly gzipBytes: number;
  /** As a page's policy names the script. */
  readonly source: string;
};

/** @param outDir build/web by default */
export async function buildScan(outDir = path.join(root, "build/web")): Promise<ScanBuild> {
  const result = await build({
    entryPoints: [path.join(root, "service/web/scan/readerMain.ts")],
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
  const script = (result.outputFiles[0]?.text ?? "").trim();
  fs.mkdirSync(outDir, { recursive: true });
  const file = path.join(outDir, "scan.js");
  // Renamed into place, so that a service that reads it meanwhile never sees half of it; two builds may run at once.
  const temporary = `${file}.${String(process.pid)}.${String(performance.now())}`;
  fs.writeFileSync(temporary, script);
  fs.renameSync(temporary, file);
  const source = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  return { script, gzipBytes: gzipSync(script, { level: 9 }).length, source };
}
