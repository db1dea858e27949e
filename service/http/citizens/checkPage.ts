import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Reply } from "../call.ts";
import { CAMERA_POLICY } from "../pages/scanScript.ts";

/** Where a page reads the chain, and which contract it trusts. */
type Place = { readonly node: string; readonly chainId: number; readonly contract: string };

/** `npm run build:web` writes the pages here. */
const BUILD_DIR = path.resolve(import.meta.dirname, "../../../build/web");
const PLACE_MARK = '<script type="application/json" id="site-place">null</script>';

/** One of the pages, with the place of this installation in it. Script and style are allowed by their digests alone. */
export async function checkPage(name: "check" | "checkBulk", place: Place): Promise<Reply> {
  const html = await readPage(`${name}.html`);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "default-src 'none'";
  const json = JSON.stringify(place).replaceAll("<", "\\u003c");
  const body = html.replace(PLACE_MARK, () => PLACE_MARK.replace("null", () => json));
  const headers = { ...CAMERA_POLICY, "Content-Security-Policy": `${policy}; frame-ancestors 'none'` };
  return { status: 200, type: "text/html; charset=utf-8", body, headers };
}

async function readPage(file: string): Promise<string> {
  try {
    return await readFile(path.join(BUILD_DIR, file), "utf8");
  } catch (cause) {
    throw new Error("the check pages are not built: run npm run build:web", { cause });
  }
}
