import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes, hexOf } from "./bytes.ts";
import { parseCertificate, verifyChain, type Chain } from "./certificate.ts";
import type { CheckRun } from "./checkRun.ts";
import { encodeSignedAttributes, parseSignedData, type SignedData } from "./cms.ts";
import { dataDigestOf } from "./dataDigest.ts";
import { isSignedBy, verifyP256, type VerifySignature } from "./ecdsa.ts";
import { AppError, invariant } from "./errors.ts";
import { judgeAmounts, judgeNumber } from "./ledgerJudges.ts";
import { readAttachment } from "./pdfAttachments.ts";
import { openPdf } from "./pdfFile.ts";
import { documentDigestOf, locateSignature, readSignature, type HashParts } from "./pdfSignature.ts";
import { climbProof, parseProof, type Proof, type ProofPath } from "./proof.ts";
import { parseReceiptFile, RECEIPT_FILE_NAME, type ReceiptFile } from "./receiptFile.ts";
import { fail, pass, unknown, type Finding } from "./report.ts";

/** Chains whose signatures were checked already, by the digest of their certificates. */
export type ChainCache = Map<string, Chain>;

export type DocumentOptions = {
  readonly verifySignature?: VerifySignature;
  readonly hash?: HashParts;
  readonly chainCache?: ChainCache;
};

/** What a document says, as far as it can be read. Each part is there only if its check has passed. */
export type DocumentFacts = {
  readonly chain?: Chain | undefined;
  readonly receipt?: ReceiptFile | undefined;
  readonly proof?: Proof | undefined;
  readonly path?: ProofPath | undefined;
  /** True if it carries a proof, whole or not. */
  readonly isSealed: boolean;
};

const MAX_CACHED_CHAINS = 1024;

/** All that can be checked without the chain: file, signature, certificates, data, proof. */
export async function checkDocument(run: CheckRun, pdf: Uint8Array, options: DocumentOptions): Promise<DocumentFacts> {
  const file = await run.read("file_structure", [], () => openPdf(pdf));
  await run.read("whole_document", ["file_structure"], () => locateSignature(given(file)));
  const cms = await run.read("signature_form", ["whole_document"], () => parseSignedData(readSignature(given(file))));
  run.judge("document_digest", ["signature_form"], () => {
    const digest = documentDigestOf(given(file), options.hash);
    return equalBytes(digest, given(cms).messageDigest) ? pass({ documentDigest: hexOf(digest) }) : fail("altered");
  });
  await run.read("signature", ["signature_form"], () => requireSignature(given(cms), options));
  const chain = await run.read("certificate_chain", ["signature_form"], () => readChain(given(cms), options));
  const receipt = await run.read("receipt_data", ["file_structure"], () =>
    parseReceiptFile(readAttachment(given(file), RECEIPT_FILE_NAME)),
  );
  run.judge("issuer", ["receipt_data", "certificate_chain"], () => judgeIssuer(given(receipt), given(chain)));
  const { proof, path } = await checkProof(run, cms, receipt);
  return { chain, receipt, proof, path, isSealed: cms?.proof !== undefined };
}

/** What a check that has passed has read. */
export function given<T>(value: T | undefined): T {
  invariant(value !== undefined, "a check runs only after those that it needs");
  return value;
}

async function checkProof(
  run: CheckRun,
  cms: SignedData | undefined,
  receipt: ReceiptFile | undefined,
): Promise<Pick<DocumentFacts, "proof" | "path">> {
  if (cms !== undefined && cms.proof === undefined) {
    run.judge("proof", ["signature_form"], () => unknown("not_sealed"));
  }
  const bytes = cms?.proof;
  const read =
    cms !== undefined && bytes === undefined
      ? undefined
      : await run.read("proof", ["signature_form"], () => {
          const proof = parseProof(given(bytes));
          return { proof, path: climbProof(proof) };
        });
  const proof = read?.proof;
  run.judge("proof_document", ["proof"], () =>
    equalBytes(given(proof).documentDigest, given(cms).messageDigest) ? pass() : fail("another_document"),
  );
  await run.read("data_digest", ["proof", "receipt_data"], () => {
    const { data, secret } = given(receipt);
    if (!equalBytes(dataDigestOf(data, secret), given(proof).dataDigest)) {
      throw new AppError("data_differs", "the digest of the attached data is not the proof's");
    }
  });
  run.judge("code_and_number", ["proof", "receipt_data"], () => judgeNumber(given(receipt).data, given(proof)));
  run.judge("amounts", ["proof", "receipt_data"], () => judgeAmounts(given(receipt).data, given(proof)));
  return { proof, path: read?.path };
}

async function requireSignature(cms: SignedData, options: DocumentOptions): Promise<void> {
  const { publicKey } = parseCertificate(cms.certificate);
  const message = encodeSignedAttributes(cms.messageDigest, cms.certificate);
  if (!(await isSignedBy(options.verifySignature ?? verifyP256, publicKey, message, cms.signature))) {
    throw new AppError("signature_wrong", "the signature does not verify with the certificate's key");
  }
}

async function readChain(cms: SignedData, options: DocumentOptions): Promise<Chain> {
  const key = hexOf(sha256(concatBytes(sha256(cms.certificate), sha256(cms.root))));
  const cached = options.chainCache?.get(key);
  if (cached !== undefined) return cached;
  const chain = { leaf: parseCertificate(cms.certificate.slice()), root: parseCertificate(cms.root.slice()) };
  await verifyChain(chain.leaf, chain.root, options.verifySignature);
  if ((options.chainCache?.size ?? 0) >= MAX_CACHED_CHAINS) options.chainCache?.clear();
  options.chainCache?.set(key, chain);
  return chain;
}

function judgeIssuer({ data }: ReceiptFile, { leaf }: Chain): Finding {
  const isSame = leaf.creditCode !== "" && data["invoicingPartyCode"] === leaf.creditCode;
  const details = { certificateCreditCode: leaf.creditCode };
  return isSame ? pass(details) : fail("another_issuer", details);
}
