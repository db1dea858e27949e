import type { Deps } from "../../app/deps.ts";
import type { Receipt } from "../../app/storePorts.ts";
import type { Call, Reply } from "../call.ts";
import type { OpenRoute } from "../route.ts";
import { receiptPath } from "../units/present.ts";
import { verifyUrlOf } from "../units/verifyUrl.ts";
import { fetchDocs } from "./fetchDocs.ts";
import { FORM_LIMIT_BYTES, isFromElsewhere, seeOther } from "./form.ts";
import { getCode, getMy, ownReceiptOf, postCode, postEnter, postForget, postLeave } from "./my.ts";
import { pdfReply, pngReply, sendReply, xmlReply } from "./receiptFiles.ts";
import { receiptPage } from "./receiptPage.ts";

const ONE = "/my/receipts/{code}/{number}";

/** A payer's receipts, without an account. */
export function myRoutes(deps: Deps): readonly OpenRoute[] {
  const open = { access: "open", isProbe: false } as const;
  const get = { ...open, method: "GET", bodyLimitBytes: 0 } as const;
  const post = { ...open, method: "POST", bodyLimitBytes: FORM_LIMIT_BYTES } as const;
  const own =
    (work: (receipt: Receipt, base: string, call: Call) => Reply | Promise<Reply>) =>
    async (call: Call): Promise<Reply> => {
      const receipt = await ownReceiptOf(deps, call);
      if (receipt === undefined) return seeOther("/my");
      return work(receipt, receiptPath(receipt).replace("/v1/", "/my/"), call);
    };
  const posted = (work: (receipt: Receipt, base: string, call: Call) => Promise<Reply>) =>
    own((receipt, base, call) => (isFromElsewhere(call) ? seeOther(base) : work(receipt, base, call)));
  return [
    { ...get, path: "/my", doc: fetchDocs.my, handle: (call) => getMy(deps, call) },
    { ...post, path: "/my/code", doc: fetchDocs.myAsk, handle: (call) => postCode(deps, call) },
    { ...get, path: "/my/code", doc: fetchDocs.myCode, handle: getCode },
    { ...post, path: "/my/enter", doc: fetchDocs.myEnter, handle: (call) => postEnter(deps, call) },
    { ...post, path: "/my/leave", doc: fetchDocs.myLeave, handle: (call) => postLeave(deps, call) },
    { ...post, path: "/my/forget", doc: fetchDocs.myForget, handle: (call) => postForget(deps, call) },
    {
      ...get,
      path: ONE,
      doc: fetchDocs.myReceipt,
      handle: own((receipt, base, call) => page(deps, receipt, base, call)),
    },
    {
      ...get,
      path: `${ONE}/pdf`,
      doc: fetchDocs.myPdf,
      handle: own((receipt, _base, call) => pdfReply(deps, receipt, call)),
    },
    {
      ...get,
      path: `${ONE}/png`,
      doc: fetchDocs.myPng,
      handle: own((receipt, base, call) => pngReply(deps, receipt, base, call)),
    },
    { ...get, path: `${ONE}/xml`, doc: fetchDocs.myXml, handle: own((receipt) => xmlReply(receipt)) },
    {
      ...post,
      path: `${ONE}/send`,
      doc: fetchDocs.mySend,
      handle: posted((receipt, base, call) => sendReply(deps, receipt, base, call)),
    },
    {
      ...post,
      path: `${ONE}/revoke`,
      doc: fetchDocs.myRevoke,
      handle: posted(async (receipt, base) => {
        await deps.store.revokeLinks(receipt, deps.clock.nowMs());
        return seeOther(`${base}?said=revoked`);
      }),
    },
  ];
}

function page(deps: Deps, receipt: Receipt, base: string, call: Call): Reply {
  const verifyUrl = verifyUrlOf(deps.settings, receipt);
  return receiptPage(receipt, { base, verifyUrl, said: call.query.get("said") ?? "", isPayer: true });
}
