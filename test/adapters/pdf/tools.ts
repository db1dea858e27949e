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

export type Raster = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** One page, the first if none is named, as grey values. */
export function rasterOf(pdf: Uint8Array, dpi: number, page = 1): Raster {
  return rasterFrom(pdf, page, 1, "-r", String(dpi), "-gray");
}

/** The first page in colour: red, green, blue of each pixel. */
export function colorsOf(pdf: Uint8Array, dpi: number): Raster {
  return rasterFrom(pdf, 1, 3, "-r", String(dpi));
}

function rasterFrom(pdf: Uint8Array, page: number, channels: number, ...options: readonly string[]): Raster {
  const only = String(page);
  const image = runOn(pdf, "pdftoppm", ...options, "-f", only, "-l", only, "-singlefile", "{}");
  const [, width = "0", height = "0"] =
    /^P[56]\s(\d+)\s(\d+)\s255\s/.exec(image.subarray(0, 40).toString("latin1")) ?? [];
  const size = Number(width) * Number(height) * channels;
  return { width: Number(width), height: Number(height), data: image.subarray(image.length - size) };
}
