import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Reply } from "../call.ts";

/** `npm run build:web` writes it. */
const FILE = path.resolve(import.meta.dirname, "../../../build/web/unit.html");

/** The desk's page: one for all its addresses, with nothing of anybody in it. Script and style are allowed by their digests alone. */
export async function deskShell(): Promise<Reply> {
  const html = await readShell();
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "default-src 'none'";
  const headers = {
    "Content-Security-Policy": `${policy}; frame-ancestors 'none'`,
    "X-Robots-Tag": "noindex, nofollow",
  };
  return { status: 200, type: "text/html; charset=utf-8", body: html, headers };
}

async function readShell(): Promise<string> {
  try {
    return await readFile(FILE, "utf8");
  } catch (cause) {
    throw new Error("the unit desk is not built: run npm run build:web", { cause });
  }
}
