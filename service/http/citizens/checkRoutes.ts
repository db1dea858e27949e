import type { Deps } from "../../app/deps.ts";
import type { OpenRoute } from "../route.ts";
import { postCheck, postChecks } from "./check.ts";
import { checkDocs } from "./checkDocs.ts";
import { checkPage } from "./checkPage.ts";
import { postDisclosure } from "./disclosure.ts";
import { disclosureDocs } from "./disclosureDocs.ts";

const CHECK_LIMIT_BYTES = 4_096;
const LIST_LIMIT_BYTES = 512 * 1_024;
/** Some ten thousand fields. What is larger is verified by the page or the command. */
const DISCLOSURE_LIMIT_BYTES = 1_024 * 1_024;

/** Checks by typing or scanning, for anyone. `node`: where the pages read the chain, relative to us. */
export function checkRoutes(deps: Deps, node = "/chain"): readonly OpenRoute[] {
  const open = { access: "open", isProbe: false } as const;
  const get = { ...open, method: "GET", bodyLimitBytes: 0 } as const;
  const post = { ...open, method: "POST" } as const;
  const { chainId, contract } = deps.ledger;
  const place = { node, chainId, contract };
  const single = (): ReturnType<typeof checkPage> => checkPage("check", place);
  return [
    {
      ...post,
      path: "/v1/checks",
      bodyLimitBytes: CHECK_LIMIT_BYTES,
      doc: checkDocs.check,
      handle: (call) => postCheck(deps, call),
    },
    {
      ...post,
      path: "/v1/checks/batch",
      bodyLimitBytes: LIST_LIMIT_BYTES,
      doc: checkDocs.checkList,
      handle: (call) => postChecks(deps, call),
    },
    {
      ...post,
      path: "/v1/disclosures/verify",
      bodyLimitBytes: DISCLOSURE_LIMIT_BYTES,
      doc: disclosureDocs.verify,
      handle: (call) => postDisclosure(deps, call),
    },
    { ...get, path: "/d", doc: checkDocs.scanPage, handle: single },
    { ...get, path: "/check", doc: checkDocs.checkPage, handle: single },
    { ...get, path: "/check/bulk", doc: checkDocs.bulkPage, handle: () => checkPage("checkBulk", place) },
  ];
}
