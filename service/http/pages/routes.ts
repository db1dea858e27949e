import { z } from "zod";
import type { Deps } from "../../app/deps.ts";
import type { RpcRequest } from "../../core/ledgerCall.ts";
import type { OpenRoute, OperationDoc } from "../route.ts";
import { docsFile, docsFiles, docsPage } from "./docs.ts";
import { frontPage } from "./front.ts";
import { problemsPage } from "./problems.ts";
import { scanRoutes } from "./scanScript.ts";
import { verifyRoutes } from "./verifyPage.ts";

/** What people look at. `askNode`: the chain's node, for the verifier page to ask through us; without it, it asks for one. */
export function pageRoutes(
  deps: Pick<Deps, "store" | "ledger">,
  version: string,
  askNode?: RpcRequest,
): readonly OpenRoute[] {
  const page = { method: "GET", access: "open", isProbe: false, bodyLimitBytes: 0 } as const;
  return [
    { ...page, path: "/", doc: docs.front, handle: () => frontPage(deps, version) },
    { ...page, path: "/docs", doc: docs.docs, handle: () => Promise.resolve(docsPage()) },
    { ...page, path: "/docs/problems", doc: docs.problems, handle: () => Promise.resolve(problemsPage()) },
    { ...page, path: "/docs/{file}", doc: docs.file, handle: (call) => docsFile(call.params["file"] ?? "") },
    ...scanRoutes(),
    ...verifyRoutes(deps.ledger, askNode),
  ];
}

const html = (operationId: string, zh: string, en: string): OperationDoc => ({
  operationId,
  tag: "pages",
  summary: { zh, en },
  answers: [{ status: 200, description: { zh: "网页", en: "The page" }, content: { "text/html": {} } }],
  problems: [],
});

const docs = {
  front: html("getFrontPage", "首页", "Front page"),
  docs: html("getDocsPage", "接口文档网页", "The documentation as a page"),
  problems: html("getProblemsPage", "错误代码网页", "The problem codes as a page"),
  file: {
    operationId: "getDocsFile",
    tag: "pages",
    summary: { zh: "文档网页的文件", en: "A file of the documentation page" },
    parameters: [
      {
        name: "file",
        in: "path",
        schema: z.enum(docsFiles),
        description: { zh: "文件名", en: "its name" },
        example: "swagger-ui.css",
      },
    ],
    answers: [
      {
        status: 200,
        description: { zh: "文件", en: "The file" },
        content: { "text/css": {}, "text/javascript": {}, "image/png": {} },
      },
    ],
    problems: ["not_found"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;
