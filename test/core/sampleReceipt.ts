import { bytesOfHex } from "../../service/core/bytes.ts";
import type { JsonValue } from "../../service/core/canonical.ts";
import { parseCertificate, rootDigestOf } from "../../service/core/certificate.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import { leafOf, type Leaf } from "../../service/core/leaf.ts";
import { buildTree, RECEIPT_INNER } from "../../service/core/merkle.ts";
import { documentDigestOf } from "../../service/core/pdfSignature.ts";
import { climbProof, type Proof } from "../../service/core/proof.ts";
import { sealPdf } from "../../service/core/seal.ts";
import { batchPath, batchRoot, segmentHash } from "../../service/core/segment.ts";
import { makeAuthority, SAMPLE_CREDIT_CODE, signPdf, type SampleAuthority } from "./sampleAuthority.ts";
import { NO_EVIDENCE, SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, type SampleRecords } from "./sampleLedger.ts";
import { samplePdf } from "./samplePdf.ts";

export type SampleData = { readonly [key: string]: JsonValue };

export const SAMPLE_SECRET = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 1);
export const SAMPLE_TIME_S = 1_772_755_200;
export const SAMPLE_NUMBER = 1004;

export const SAMPLE_DATA: SampleData = {
  eInvoiceCode: "44060126",
  eInvoiceNumber: "0000001004",
  randomNumber: "3f7404",
  payerPartyName: "欧阳𠮷",
  totalAmount: 24621,
  invoicingPartyCode: SAMPLE_CREDIT_CODE,
  invoicingPartyName: "测试医院",
  items: [{ itemName: "西药费", itemAmount: 24621 }],
  remark: "",
  otherInfo: [],
};

/** A receipt on its whole way: signed, anchored between others, sealed. */
export type SampleReceipt = {
  readonly authority: SampleAuthority;
  readonly data: SampleData;
  readonly unsealed: Uint8Array;
  readonly sealed: Uint8Array;
  readonly proof: Proof;
  readonly records: SampleRecords;
};

export async function makeReceipt(
  change: { readonly data?: SampleData; readonly proof?: Partial<Proof>; readonly authority?: SampleAuthority } = {},
): Promise<SampleReceipt> {
  const authority = change.authority ?? (await makeAuthority());
  const data = { ...SAMPLE_DATA, ...change.data };
  const unsealed = await signPdf(samplePdf(data, SAMPLE_SECRET), authority);
  const proof = { ...proofFor(data, documentDigestOf(unsealed)), ...change.proof };
  return { authority, data, unsealed, sealed: sealPdf(unsealed, proof), proof, records: recordsOf(proof, authority) };
}

/** Anchors the receipt as the fourth of a segment of seven, which is the second of three in its batch. */
export function proofFor(data: SampleData, documentDigest: Uint8Array): Proof {
  const total = Number(data["totalAmount"]);
  const own: Leaf = {
    code: 44060126,
    number: SAMPLE_NUMBER,
    dataDigest: dataDigestOf(data, SAMPLE_SECRET),
    documentDigest,
    issuedFen: Math.max(total, 0),
    reversedFen: Math.max(-total, 0),
  };
  const header = { bookId: 3, from: SAMPLE_NUMBER - 3, count: 7 };
  const leaves = Array.from({ length: 7 }, (_, index) => leafOf({ ...own, number: header.from + index }));
  const tree = buildTree(leaves, RECEIPT_INNER);
  const others = [4, 5].map((bookId) => segmentHash({ bookId, from: 1, count: 1 }, leafOf({ ...own, number: 1 })));
  const hashes = [others[0] ?? tree.root, segmentHash(header, tree.root), others[1] ?? tree.root];
  return {
    ...own,
    chainId: SAMPLE_CHAIN_ID,
    contract: bytesOfHex(SAMPLE_CONTRACT),
    batch: 9,
    header,
    leafPath: tree.path(3),
    segmentIndex: 1,
    segmentCount: hashes.length,
    batchPath: batchPath(hashes, 1),
  };
}

export function recordsOf(proof: Proof, authority: SampleAuthority): SampleRecords {
  const path = climbProof(proof);
  return {
    batchNo: proof.batch,
    batch: {
      root: path.batchRoot,
      head: batchRoot([path.batchRoot]),
      timeS: SAMPLE_TIME_S,
      segmentCount: proof.segmentCount,
    },
    bookId: proof.header.bookId,
    book: { unitId: 1, code: 44060126, first: 1, last: 9999, next: 1008 },
    unit: {
      creditCode: SAMPLE_CREDIT_CODE,
      signer: `0x${"1d".repeat(20)}`,
      admittedAtS: SAMPLE_TIME_S - 100,
      suspendedAtS: 0,
      nonce: 0,
    },
    rootDigest: rootDigestOf(parseCertificate(authority.root)),
    root: { addedAtS: SAMPLE_TIME_S - 200, revokedFromS: 0 },
    leaf: path.leaf,
    status: NO_EVIDENCE.status,
  };
}
