import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Call, Reply } from "../call.ts";
import type { OpenRoute, OperationDoc } from "../route.ts";

/** `npm run build:web` writes it. */
const SCRIPT_FILE = path.resolve(import.meta.dirname, "../../../build/web/scan.js");
const TYPE = "text/javascript; charset=utf-8";

/** For pages that may use the camera: nobody else's frame may. */
export const CAMERA_POLICY = { "Permissions-Policy": "camera=(self), microphone=(), geolocation=()" } as const;

/** The QR reader, which pages fetch when somebody scans. They run it only if it is the one that they were built with. */
export function scanRoutes(): readonly OpenRoute[] {
  const open = { method: "GET", access: "open", isProbe: false, bodyLimitBytes: 0 } as const;
  return [{ ...open, path: "/scan.js", doc, handle: scanScript }];
}

async function scanScript(call: Call): Promise<Reply> {
  const script = await readScript();
  const headers = { Vary: "Accept-Encoding" };
  const isZipped = /\bgzip\b/.test(call.field("accept-encoding") ?? "");
  return isZipped
    ? { status: 200, type: TYPE, body: gzipSync(script), headers: { ...headers, "Content-Encoding": "gzip" } }
    : { status: 200, type: TYPE, body: script, headers };
}

async function readScript(): Promise<string> {
  try {
    return await readFile(SCRIPT_FILE, "utf8");
  } catch (cause) {
    throw new Error("the QR reader is not built: run npm run build:web", { cause });
  }
}

const doc: OperationDoc = {
  operationId: "getScanScript",
  tag: "pages",
  summary: { zh: "二维码识别程序", en: "The QR reader of the pages" },
  answers: [{ status: 200, description: { zh: "脚本", en: "The script" }, content: { "text/javascript": {} } }],
  problems: [],
};
