import type { Reply, SignedCall } from "../call.ts";
import type { SignedRoute } from "../route.ts";
import { getDeliveries, postRelease, postRevokeLinks } from "./deliveries.ts";
import { unitDocs } from "./docs.ts";
import { postBatch, postReceipt, type UnitContext } from "./issue.ts";
import { postReissue, postReversal } from "./reversal.ts";
import { writeOffDocs } from "./writeOffDocs.ts";
import { getWriteOff, getWriteOffCsv, listWriteOffs, postRectification, postWriteOff } from "./writeOffs.ts";
import { getBooks, getJson, getPdf, getProof, getReceipt, getXml, listReceipts } from "./read.ts";

const FORM_LIMIT_BYTES = 16_384;
const SINGLE_LIMIT_BYTES = 1_048_576;
const BATCH_LIMIT_BYTES = 8 * 1_048_576;

/** What units call. */
export function unitRoutes(context: UnitContext): readonly SignedRoute[] {
  const post = { method: "POST", access: "signed", isIssuing: true } as const;
  const get = { method: "GET", access: "signed", isIssuing: false, bodyLimitBytes: 0 } as const;
  /** A suspended unit may still do these for receipts that it has issued. */
  const act = { ...get, method: "POST" } as const;
  const form = { ...act, bodyLimitBytes: FORM_LIMIT_BYTES } as const;
  const reverse = { ...post, bodyLimitBytes: SINGLE_LIMIT_BYTES } as const;
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
    { ...get, path: `${one}/xml`, doc: xml, handle: by(getXml) },
    { ...get, path: `${one}/json`, doc: json, handle: by(getJson) },
    { ...get, path: `${one}/proof`, doc: proof, handle: by(getProof) },
    { ...reverse, path: `${one}/reversal`, doc: unitDocs.reverse, handle: by(postReversal) },
    { ...reverse, path: `${one}/reissue`, doc: unitDocs.reissue, handle: by(postReissue) },
    { ...get, path: `${one}/deliveries`, doc: unitDocs.getDeliveries, handle: by(getDeliveries) },
    { ...act, path: `${one}/release`, doc: unitDocs.release, handle: by(postRelease) },
    { ...act, path: `${one}/revoke-links`, doc: unitDocs.revokeLinks, handle: by(postRevokeLinks) },
    { ...get, path: "/v1/books", doc: listBooks, handle: by(getBooks) },
    { ...form, path: "/v1/write-offs", doc: writeOffDocs.file, handle: by(postWriteOff) },
    { ...get, path: "/v1/write-offs", doc: writeOffDocs.list, handle: by(listWriteOffs) },
    { ...get, path: writeOff, doc: writeOffDocs.get, handle: by(getWriteOff) },
    { ...get, path: `${writeOff}/csv`, doc: writeOffDocs.csv, handle: by(getWriteOffCsv) },
    { ...form, path: `${writeOff}/rectification`, doc: writeOffDocs.rectify, handle: by(postRectification) },
  ];
}
