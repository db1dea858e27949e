import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "mocha";

/** Skips the test, visibly, where a tool is not installed. */
export function needTools(context: Context, ...names: readonly string[]): void {
  const missing = names.filter((name) => spawnSync("which", [name]).status !== 0);
  if (missing.length === 0) return;
  console.log(`      not installed: ${missing.join(", ")} (poppler-utils, qpdf, openssl)`);
  context.skip();
}

/** Runs a tool on a file with these bytes; `{}` among the arguments stands for its path. */
export function runOn(bytes: Uint8Array, tool: string, ...args: readonly string[]): Buffer {
  return inFolder((folder) => {
    const file = path.join(folder, "file.pdf");
    fs.writeFileSync(file, bytes);
    return execFileSync(
      tool,
      args.map((arg) => (arg === "{}" ? file : arg)),
      { stdio: "pipe", maxBuffer: 64 * 1024 * 1024 },
    );
  });
}

export function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pdf-"));
  try {
    return work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** The text of each page, line by line as the eye reads it. */
export function pagesOf(pdf: Uint8Array): readonly string[] {
  return runOn(pdf, "pdftotext", "-layout", "{}", "-").toString().split("\f").slice(0, -1);
}

/** All text of the document, line by line, without white space. */
export function textOf(pdf: Uint8Array): string {
  return pagesOf(pdf).join("").replaceAll(/\s/g, "");
}

/** One page, the first if none is named, as grey values. */
export function rasterOf(
  pdf: Uint8Array,
  dpi: number,
  page = 1,
): { readonly width: number; readonly height: number; readonly data: Uint8Array } {
  const only = String(page);
  const pgm = runOn(pdf, "pdftoppm", "-r", String(dpi), "-gray", "-f", only, "-l", only, "-singlefile", "{}");
  const [, width = "0", height = "0"] = /^P5\s(\d+)\s(\d+)\s255\s/.exec(pgm.subarray(0, 40).toString("latin1")) ?? [];
  const size = Number(width) * Number(height);
  return { width: Number(width), height: Number(height), data: pgm.subarray(pgm.length - size) };
}
