import type { Reply, SignedCall } from "../call.ts";
import type { SignedRoute } from "../route.ts";
import { postResend, putContact } from "./contact.ts";
import { getDeliveries, postRelease, postRevokeLinks } from "./deliveries.ts";
import { unitDocs } from "./docs.ts";
import { postBatch, postReceipt, type UnitContext } from "./issue.ts";
import { postReissue, postReversal } from "./reversal.ts";
import { writeOffDocs } from "./writeOffDocs.ts";
import { getWriteOff, getWriteOffCsv, listWriteOffs, postRectification, postWriteOff } from "./writeOffs.ts";
import { getPapers, getPaperStock, postPaper, postPaperReturn, postReplacement, postSpoilt } from "./paper.ts";
import { getKinds, kindDocs } from "./kinds.ts";
import { numberRoutes } from "./numberRoutes.ts";
import { getBooks, getJson, getPdf, getPng, getProof, getReceipt, getXml, listReceipts } from "./read.ts";

const FORM_LIMIT_BYTES = 16_384;
const SINGLE_LIMIT_BYTES = 1_048_576;
const CONTACT_LIMIT_BYTES = 4_096;
const BATCH_LIMIT_BYTES = 8 * 1_048_576;

/** What units call. */
export function unitRoutes(context: UnitContext): readonly SignedRoute[] {
  const post = { method: "POST", access: "signed", isIssuing: true } as const;
  const get = { method: "GET", access: "signed", isIssuing: false, bodyLimitBytes: 0 } as const;
  /** A suspended unit may still do these for receipts that it has issued. */
  const act = { ...get, method: "POST" } as const;
  const form = { ...act, bodyLimitBytes: FORM_LIMIT_BYTES } as const;
  const reverse = { ...post, bodyLimitBytes: SINGLE_LIMIT_BYTES } as const;
  const paper = { ...act, bodyLimitBytes: 16_384 } as const;
  const by =
    (handler: (context: UnitContext, call: SignedCall) => Promise<Reply>) =>
    (call: SignedCall): Promise<Reply> =>
      handler(context, call);
  const one = "/v1/receipts/{code}/{number}";
  const writeOff = "/v1/write-offs/{writeOffId}";
  const { issueReceipt, issueBatch, listReceipts: list, getReceipt: single, getPdf: pdf, getXml: xml } = unitDocs;
  const { getJson: json, getProof: proof, listBooks } = unitDocs;
  return [
    { ...post, path: "/v1/receipts", bodyLimitBytes: SINGLE_LIMIT_BYTES, doc: issueReceipt, handle: by(postReceipt) },
    { ...post, path: "/v1/receipts/batch", bodyLimitBytes: BATCH_LIMIT_BYTES, doc: issueBatch, handle: by(postBatch) },
    { ...get, path: "/v1/receipts", doc: list, handle: by(listReceipts) },
    { ...get, path: one, doc: single, handle: by(getReceipt) },
    { ...get, path: `${one}/pdf`, doc: pdf, handle: by(getPdf) },
    { ...get, path: `${one}/png`, doc: unitDocs.getPng, handle: by(getPng) },
    { ...get, path: `${one}/xml`, doc: xml, handle: by(getXml) },
    { ...get, path: `${one}/json`, doc: json, handle: by(getJson) },
    { ...get, path: `${one}/proof`, doc: proof, handle: by(getProof) },
    { ...reverse, path: `${one}/reversal`, doc: unitDocs.reverse, handle: by(postReversal) },
    { ...reverse, path: `${one}/reissue`, doc: unitDocs.reissue, handle: by(postReissue) },
    { ...paper, path: `${one}/paper`, doc: unitDocs.exchange, handle: by(postPaper) },
    { ...get, path: `${one}/paper`, doc: unitDocs.listExchanges, handle: by(getPapers) },
    { ...paper, path: `${one}/paper/return`, doc: unitDocs.returnPaper, handle: by(postPaperReturn) },
    { ...paper, path: `${one}/paper/replacement`, doc: unitDocs.replacePaper, handle: by(postReplacement) },
    { ...get, path: "/v1/paper-books", doc: unitDocs.paperStock, handle: by(getPaperStock) },
    { ...paper, path: "/v1/paper-books/spoil", doc: unitDocs.spoilBlanks, handle: by(postSpoilt) },
    { ...get, path: `${one}/deliveries`, doc: unitDocs.getDeliveries, handle: by(getDeliveries) },
    { ...act, path: `${one}/release`, doc: unitDocs.release, handle: by(postRelease) },
    { ...act, path: `${one}/revoke-links`, doc: unitDocs.revokeLinks, handle: by(postRevokeLinks) },
    {
      ...{ ...act, method: "PUT", path: `${one}/contact`, bodyLimitBytes: CONTACT_LIMIT_BYTES },
      ...{ doc: unitDocs.putContact, handle: by(putContact) },
    },
    { ...act, path: `${one}/resend`, doc: unitDocs.resend, handle: by(postResend) },
    { ...get, path: "/v1/books", doc: listBooks, handle: by(getBooks) },
    { ...form, path: "/v1/write-offs", doc: writeOffDocs.file, handle: by(postWriteOff) },
    { ...get, path: "/v1/write-offs", doc: writeOffDocs.list, handle: by(listWriteOffs) },
    { ...get, path: writeOff, doc: writeOffDocs.get, handle: by(getWriteOff) },
    { ...get, path: `${writeOff}/csv`, doc: writeOffDocs.csv, handle: by(getWriteOffCsv) },
    { ...form, path: `${writeOff}/rectification`, doc: writeOffDocs.rectify, handle: by(postRectification) },
    { ...get, path: "/v1/kinds", doc: kindDocs.listKinds, handle: by(getKinds) },
    ...numberRoutes(context),
  ];
}
