import type { Deps } from "../../app/deps.ts";
import { openLink } from "../../app/receiptLink.ts";
import type { Receipt } from "../../app/storePorts.ts";
import type { Call, Reply } from "../call.ts";
import type { OpenRoute } from "../route.ts";
import { verifyUrlOf } from "../units/verifyUrl.ts";
import { FORGOTTEN_LINK } from "./citizenPage.ts";
import { fetchDocs } from "./fetchDocs.ts";
import { FORM_LIMIT_BYTES, isFromElsewhere, seeOther } from "./form.ts";
import { pdfReply, pngReply, sendReply, xmlReply } from "./receiptFiles.ts";
import { receiptPage } from "./receiptPage.ts";

/** What the link that is sent with a receipt leads to. Whoever has it holds the receipt. */
export function linkRoutes(deps: Deps): readonly OpenRoute[] {
  const open = { access: "open", isProbe: false } as const;
  const get = { ...open, method: "GET", bodyLimitBytes: 0 } as const;
  const post = { ...open, method: "POST", bodyLimitBytes: FORM_LIMIT_BYTES } as const;
  const linked =
    (work: (receipt: Receipt, base: string, call: Call) => Reply | Promise<Reply>) =>
    async (call: Call): Promise<Reply> => {
      const token = call.params["token"] ?? "";
      const receipt = await openLink(deps, token);
      return receipt === undefined ? FORGOTTEN_LINK : work(receipt, `/r/${token}`, call);
    };
  const page = (receipt: Receipt, base: string, call: Call): Reply =>
    receiptPage(receipt, {
      base,
      verifyUrl: verifyUrlOf(deps.settings, receipt),
      said: call.query.get("said") ?? "",
      isPayer: false,
    });
  const send = (receipt: Receipt, base: string, call: Call): Promise<Reply> | Reply =>
    isFromElsewhere(call) ? seeOther(base) : sendReply(deps, receipt, base, call);
  return [
    { ...get, path: "/r/{token}", doc: fetchDocs.linkPage, handle: linked(page) },
    {
      ...get,
      path: "/r/{token}/pdf",
      doc: fetchDocs.linkPdf,
      handle: linked((receipt, _base, call) => pdfReply(deps, receipt, call)),
    },
    {
      ...get,
      path: "/r/{token}/png",
      doc: fetchDocs.linkPng,
      handle: linked((receipt, base, call) => pngReply(deps, receipt, base, call)),
    },
    { ...get, path: "/r/{token}/xml", doc: fetchDocs.linkXml, handle: linked((receipt) => xmlReply(receipt)) },
    { ...post, path: "/r/{token}/send", doc: fetchDocs.linkSend, handle: linked(send) },
  ];
}
