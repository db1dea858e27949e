import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import type { Ledger } from "../../app/ports.ts";
import type { RpcRequest } from "../../core/ledgerCall.ts";
import { jsonReply, type Call, type Reply } from "../call.ts";
import { CAMERA_POLICY } from "./scanScript.ts";
import { HttpProblem } from "../problem.ts";
import type { OpenRoute, OperationDoc } from "../route.ts";

type Place = Pick<Ledger, "chainId" | "contract">;

/** `npm run build:web` writes it. */
const PAGE_FILE = path.resolve(import.meta.dirname, "../../../build/web/verify.html");
const SHEET_FILE = path.resolve(import.meta.dirname, "../../../build/web/verify-sheet.js");
const PLACE_MARK = '<script type="application/json" id="site-place">null</script>';
const HTML = "text/html; charset=utf-8";
const RPC_LIMIT_BYTES = 4_096;

/**
 * The verifier page, the same page as a file to keep, and a gate to the node for browsers that cannot reach it themselves.
 * @param askNode without it there is no gate, and the page asks its user for a node
 */
export function verifyRoutes(ledger: Place, askNode: RpcRequest | undefined): readonly OpenRoute[] {
  const open = { access: "open", isProbe: false } as const;
  const page = { ...open, method: "GET", bodyLimitBytes: 0 } as const;
  const place = askNode === undefined ? undefined : { node: "/chain", ...placeOf(ledger) };
  return [
    { ...page, path: "/verify", doc: docs.page, handle: (call) => verifyPage(call, place) },
    { ...page, path: "/verify.html", doc: docs.file, handle: () => verifyFile() },
    { ...page, path: "/verify-sheet.js", doc: docs.sheet, handle: () => sheetScript() },
    ...(askNode === undefined
      ? []
      : [
          {
            ...open,
            method: "POST" as const,
            path: "/chain",
            bodyLimitBytes: RPC_LIMIT_BYTES,
            doc: docs.chain,
            handle: (call: Call) => askChain(call, ledger, askNode),
          },
        ]),
  ];
}

const placeOf = ({ chainId, contract }: Place): { readonly chainId: number; readonly contract: string } => ({
  chainId,
  contract: contract.toLowerCase(),
});

/** The page knows where it is served from; its script is the file's own, allowed by its digest. */
async function verifyPage(call: Call, place: object | undefined): Promise<Reply> {
  const html = await readPage();
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "default-src 'none'";
  const headers = {
    ...CAMERA_POLICY,
    ...{ "Content-Security-Policy": `${policy}; frame-ancestors 'none'`, Vary: "Accept-Encoding" },
  };
  const json = JSON.stringify(place ?? null).replaceAll("<", "\\u003c");
  if (!html.includes(PLACE_MARK)) throw new Error("the verifier page is of another build: run npm run build:web");
  const body = html.replace(PLACE_MARK, () => PLACE_MARK.replace("null", () => json));
  const isZipped = /\bgzip\b/.test(call.field("accept-encoding") ?? "");
  return isZipped
    ? { status: 200, type: HTML, body: gzipSync(body), headers: { ...headers, "Content-Encoding": "gzip" } }
    : { status: 200, type: HTML, body, headers };
}

/** As it was built, byte for byte: whoever keeps it can compare its digest with others'. */
async function verifyFile(): Promise<Reply> {
  const headers = { "Content-Disposition": 'attachment; filename="lianpiao-verify.html"' };
  return { status: 200, type: HTML, body: await readPage(), headers };
}

/** Makes sheets of disclosures; the page allows it by its digest. */
async function sheetScript(): Promise<Reply> {
  return { status: 200, type: "text/javascript; charset=utf-8", body: await readPage(SHEET_FILE) };
}

async function readPage(file = PAGE_FILE): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new Error("the verifier page is not built: run npm run build:web", { cause });
  }
}

/** Just what a verifier asks (core/ledgerCall), and of our contract only: no gate to all that a node can do. */
function rpcCall(contract: string) {
  const hex = z.string().regex(/^0x[0-9a-f]*$/);
  const id = z.union([z.string().max(64), z.int()]);
  const envelope = { jsonrpc: z.literal("2.0"), id };
  return z.discriminatedUnion("method", [
    z.strictObject({ ...envelope, method: z.literal("eth_chainId"), params: z.array(z.string()).max(0) }),
    z.strictObject({ ...envelope, method: z.literal("eth_blockNumber"), params: z.array(z.string()).max(0) }),
    z.strictObject({
      ...envelope,
      method: z.literal("eth_call"),
      params: z.tuple([z.strictObject({ to: z.literal(contract), data: hex }), hex]),
    }),
  ]);
}

/** Any origin may read: the chain is public, and a page kept on a disk has no origin of its own. */
async function askChain(call: Call, ledger: Place, askNode: RpcRequest): Promise<Reply> {
  const headers = { "Access-Control-Allow-Origin": "*" };
  const parsed = rpcCall(placeOf(ledger).contract).safeParse(jsonOf(call.body));
  if (!parsed.success) {
    throw new HttpProblem("malformed_request", {
      zh: "只接受 eth_chainId、eth_blockNumber，以及对本站合约的 eth_call",
      en: "only eth_chainId, eth_blockNumber, and eth_call of this site's contract are taken",
    });
  }
  const { id, method, params } = parsed.data;
  try {
    return jsonReply(200, { jsonrpc: "2.0", id, result: await askNode(method, params) }, headers);
  } catch {
    const error = { code: -32000, message: "the node does not answer" };
    return jsonReply(200, { jsonrpc: "2.0", id, error }, headers);
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

const html = { "text/html": {} } as const;

const docs = {
  page: {
    operationId: "getVerifyPage",
    tag: "pages",
    summary: { zh: "查验网页", en: "The verifier page" },
    answers: [{ status: 200, description: { zh: "网页", en: "The page" }, content: html }],
    problems: [],
  },
  file: {
    operationId: "getVerifyFile",
    tag: "pages",
    summary: { zh: "查验网页，存成一个文件即可离站使用", en: "The verifier page as one file that works without us" },
    answers: [{ status: 200, description: { zh: "文件", en: "The file" }, content: html }],
    problems: [],
  },
  sheet: {
    operationId: "getVerifySheetScript",
    tag: "pages",
    summary: {
      zh: "查验网页用的脚本：生成部分披露的 PDF",
      en: "A script of the verifier page: makes the PDF of a disclosure",
    },
    answers: [{ status: 200, description: { zh: "脚本", en: "The script" }, content: { "text/javascript": {} } }],
    problems: [],
  },
  chain: {
    operationId: "askChain",
    tag: "operations",
    summary: {
      zh: "向节点只读查询（JSON-RPC），供浏览器查验用",
      en: "Reads the chain's node (JSON-RPC), for verifiers in browsers",
    },
    request: {
      schema: z.looseObject({ jsonrpc: z.literal("2.0"), id: z.union([z.string(), z.int()]), method: z.string() }),
      examples: {
        chainId: {
          summary: { zh: "链的编号", en: "The chain's number" },
          value: { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] },
        },
      },
    },
    answers: [
      {
        status: 200,
        description: { zh: "JSON-RPC 的回答", en: "The JSON-RPC answer" },
        content: { "application/json": { schema: z.looseObject({ jsonrpc: z.literal("2.0") }) } },
      },
    ],
    problems: ["malformed_request"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;
