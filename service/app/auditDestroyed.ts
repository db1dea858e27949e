import type { Examination } from "./examineReceipt.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { Book, Receipt } from "./storePorts.ts";
import type { Run } from "./writeOffPorts.ts";

/**
 * A row whose document and data are gone: the bureau must have approved it, nothing of what was to go may be left, and its digests
 * still give the leaf, so that its segment holds. A document that is left is told of as one without a receipt.
 */
export function auditDestroyed(book: Book, receipt: Receipt, approved: readonly Run[]): Examination {
  const { number, data, secret } = receipt;
  const isApproved = approved.some((run) => run.bookId === book.bookId && run.from <= number && number <= run.through);
  const isLeft = secret.length > 0 || data.payerPartyName !== "" || data.items.length > 0;
  const hasDigests = receipt.dataDigest !== undefined && receipt.documentDigest !== undefined;
  const rowReasons = [
    ...(isApproved ? [] : ["it was destroyed, and nobody has approved it"]),
    ...(isLeft ? ["it was destroyed, and some of it is left"] : []),
    ...(hasDigests ? [] : ["it has no digests"]),
  ];
  const leaf = hasDigests ? entryLeaf({ ...receipt, code: book.code, isVoid: false }) : new Uint8Array(32);
  return { rowReasons, document: undefined, leaf };
}
