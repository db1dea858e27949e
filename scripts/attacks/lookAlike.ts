import { HDNodeWallet, SigningKey } from "ethers";
import { accountSender } from "../../service/adapters/chain/accountSender.ts";
import { deployLedger } from "../../service/adapters/chain/deployLedger.ts";
import { ledgerAdmin } from "../../service/adapters/chain/ledgerAdmin.ts";
import type { LedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";
import { openRpcNode } from "../../service/adapters/chain/rpcNode.ts";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { parseCertificate, rootDigestOf } from "../../service/core/certificate.ts";
import { parseSignedData } from "../../service/core/cms.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import { leafOf, type Leaf } from "../../service/core/leaf.ts";
import { readAttachment } from "../../service/core/pdfAttachments.ts";
import { documentDigestOf, readSignature } from "../../service/core/pdfSignature.ts";
import type { Proof } from "../../service/core/proof.ts";
import { parseReceiptFile, RECEIPT_FILE_NAME } from "../../service/core/receiptFile.ts";
import { sealPdf } from "../../service/core/seal.ts";
import { domainSeparator, segmentSigningDigest } from "../../service/core/segment.ts";

export type LookAlikeOptions = {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly artifact: LedgerArtifact;
};

/** A document that is wholly right in the attacker's ledger. */
export type LookAlike = { readonly contract: string; readonly pdf: Uint8Array };

/**
 * The attacker deploys the very same contract, is its own bureau, admits a unit with the true credit code, registers the roots
 * that the document needs, grants the number, and anchors the document there: one that it signed itself, or a true one whose
 * status it would like to be rid of. Our chain asks no fee, so its accounts need no coins.
 */
export async function anchorInLookAlike(options: LookAlikeOptions, signed: Uint8Array): Promise<LookAlike> {
  const { rpcUrl, chainId, artifact } = options;
  const attacker = HDNodeWallet.createRandom();
  const { address, privateKey } = attacker;
  const { contract } = await deployLedger({ ...options, deployerKey: privateKey, bureau: address, anchorer: address });
  const admin = ledgerAdmin({ rpcUrl, chainId, contract, artifact, bureauKey: privateKey });
  const node = openRpcNode({ url: rpcUrl, chainId });
  try {
    const { leaf, creditCode, rootDigest } = whatItSays(signed);
    await admin.addRoot(rootDigest);
    const { unitId } = await admin.admitUnit(creditCode, address);
    const { code, number } = leaf;
    const { bookId } = await admin.grantBook({ unitId, code, first: number, last: number });
    const header = { bookId, from: number, count: 1 };
    const root = leafOf(leaf);
    const domain = domainSeparator({ chainId, contract: bytesOfHex(contract) });
    const digest = segmentSigningDigest(domain, { ...header, root, reversals: [] });
    const signature = new SigningKey(privateKey).sign(hexOf(digest)).serialized;
    const segment = { ...header, root: hexOf(root), reversals: [], signature };
    await accountSender(node, privateKey).send(contract, artifact.abi.encodeFunctionData("anchor", [[segment]]));
    const place = { chainId, contract: bytesOfHex(contract), batch: 1, segmentIndex: 0, segmentCount: 1 };
    const proof: Proof = { ...leaf, ...place, header, leafPath: [], batchPath: [] };
    return { contract, pdf: sealPdf(signed, proof) };
  } finally {
    node.stop();
    admin.stop();
  }
}

function whatItSays(pdf: Uint8Array): {
  readonly leaf: Leaf;
  readonly creditCode: string;
  readonly rootDigest: string;
} {
  const { data, secret } = parseReceiptFile(readAttachment(pdf, RECEIPT_FILE_NAME));
  const { certificate, root } = parseSignedData(readSignature(pdf));
  const total = Number(data["totalAmount"]);
  return {
    leaf: {
      code: Number(data["eInvoiceCode"]),
      number: Number(data["eInvoiceNumber"]),
      dataDigest: dataDigestOf(data, secret),
      documentDigest: documentDigestOf(pdf),
      issuedFen: Math.max(total, 0),
      reversedFen: Math.max(-total, 0),
    },
    creditCode: parseCertificate(certificate).creditCode,
    rootDigest: hexOf(rootDigestOf(parseCertificate(root))),
  };
}
