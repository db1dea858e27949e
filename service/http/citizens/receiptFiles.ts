import type { Deps } from "../../app/deps.ts";
import { forwardReceipt } from "../../app/forwardReceipt.ts";
import { pictureReceipt } from "../../app/pictureReceipt.ts";
import { sealReceipt } from "../../app/sealReceipt.ts";
import type { Receipt } from "../../app/storePorts.ts";
import { codeTextOf } from "../../domain/code.ts";
import { parseContact } from "../../domain/contact.ts";
import { eInvoiceXml } from "../../domain/eInvoiceXml.ts";
import { numberText } from "../../domain/number.ts";
import type { Call, Reply } from "../call.ts";
import { FORGOTTEN_LINK } from "./citizenPage.ts";
import { formFields, seeOther } from "./form.ts";

/** Only our own pages may show it inside them. Chromium's viewer is an object with rules of its own in the document. */
const EMBEDDED = {
  "Content-Security-Policy": "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
  "X-Frame-Options": "SAMEORIGIN",
} as const;

/** The document, sealed once it is anchored; `?inline=1`: for showing, else for keeping. */
export async function pdfReply(deps: Deps, receipt: Receipt, call: Call): Promise<Reply> {
  const document = await sealReceipt(deps, receipt);
  if (document === undefined) return FORGOTTEN_LINK;
  const isInline = call.query.get("inline") === "1";
  const disposition = `${isInline ? "inline" : "attachment"}; filename="${nameOf(receipt)}.pdf"`;
  const headers = { "Content-Disposition": disposition, ...(isInline ? EMBEDDED : {}) };
  return { status: 200, type: "application/pdf", body: document.pdf, headers };
}

/** The face as a picture, shown by itself: a phone keeps it, or sends it on, by a long press. */
export async function pngReply(deps: Deps, receipt: Receipt, base: string, call: Call): Promise<Reply> {
  const picture = await pictureReceipt(deps, receipt, call.address);
  switch (picture.kind) {
    case "drawn": {
      const headers = { "Content-Disposition": `inline; filename="${nameOf(receipt)}.png"` };
      return { status: 200, type: "image/png", body: picture.png, headers };
    }
    case "too_many":
      return seeOther(`${base}?said=too_many_pictures`);
    case "not_rendered":
      return FORGOTTEN_LINK;
  }
}

export function xmlReply(receipt: Receipt): Reply {
  const headers = { "Content-Disposition": `attachment; filename="${nameOf(receipt)}.xml"` };
  return { status: 200, type: "application/xml; charset=utf-8", body: eInvoiceXml(receipt.data), headers };
}

/** Sends it on to the form's `to`, and tells on the receipt's page what became of it. */
export async function sendReply(deps: Deps, receipt: Receipt, base: string, call: Call): Promise<Reply> {
  const to = parseContact(formFields(call).get("to") ?? "");
  if (to === undefined || receipt.state !== "rendered") return seeOther(`${base}?said=malformed`);
  const result = await forwardReceipt(deps, receipt, to, call.address);
  return seeOther(`${base}?said=${result === "queued" ? "sent" : result}`);
}

const nameOf = ({ code, number }: Receipt): string => `${codeTextOf(code)}_${numberText(number)}`;
