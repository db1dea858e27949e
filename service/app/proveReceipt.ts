import { bytesOfHex } from "../core/bytes.ts";
import { invariant } from "../core/errors.ts";
import { encodeProof, type Proof } from "../core/proof.ts";
import { batchPath } from "../core/segment.ts";
import type { Deps } from "./deps.ts";
import type { ReceiptPlace } from "./storePorts.ts";

/** The receipt's proof (docs/ledger.md, Proof); undefined while it is not anchored, and for a void number. */
export async function proveReceipt(
  deps: Pick<Deps, "ledger" | "segmentTrees">,
  receipt: ReceiptPlace,
): Promise<Uint8Array | undefined> {
  const proof = await proofOf(deps, receipt);
  return proof && encodeProof(proof);
}

/** As `proveReceipt`, not yet encoded. */
export async function proofOf(
  deps: Pick<Deps, "ledger" | "segmentTrees">,
  receipt: ReceiptPlace,
): Promise<Proof | undefined> {
  if (receipt.anchoring === undefined || receipt.state !== "rendered") return undefined;
  const found = await deps.segmentTrees.load(receipt.bookId, receipt.number);
  if (found === undefined) return undefined;
  const { segment, tree } = found;
  const { code, number, dataDigest, documentDigest, issuedFen, reversedFen } = receipt;
  invariant(dataDigest !== undefined && documentDigest !== undefined, "a rendered receipt has its digests");
  return {
    chainId: deps.ledger.chainId,
    contract: bytesOfHex(deps.ledger.contract),
    batch: segment.batchNo,
    code,
    number,
    dataDigest,
    documentDigest,
    issuedFen,
    reversedFen,
    header: { bookId: segment.bookId, from: segment.from, count: segment.count },
    leafPath: tree.path(number - segment.from),
    segmentIndex: segment.segmentIndex,
    segmentCount: segment.segmentHashes.length,
    batchPath: batchPath(segment.segmentHashes, segment.segmentIndex),
  };
}
