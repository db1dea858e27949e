import { encodeSignedData, parseSignedData } from "../../service/core/cms.ts";
import { readSignature, writeSignature } from "../../service/core/pdfSignature.ts";
import { encodeProof, parseProof, type Proof } from "../../service/core/proof.ts";
import type { CheckId } from "../../service/core/reportTexts.ts";
import type { Attack, AttackInput } from "./attack.ts";

type Variant = readonly [name: string, zh: string, en: string, proof: Uint8Array, caughtBy: CheckId, reason: string];

/** The proof is not signed: anyone may put another into the document. */
export function proofAttacks({ good, other }: AttackInput): readonly Attack[] {
  const own = proofIn(good);
  const foreign = proofIn(other);
  return [...malformed(own), ...misplaced(own, foreign), ...changed(own)].map(
    ([name, zh, en, proof, caughtBy, reason]) => ({
      name: `proof-${name}`,
      family: "proof",
      zh,
      en,
      pdf: withProof(good, proof),
      caughtBy,
      reason,
    }),
  );
}

function malformed(own: Proof): readonly Variant[] {
  const bytes = encodeProof(own);
  const caught = ["proof", "proof_malformed"] as const;
  return [
    ["truncated", "凭据截短一个兄弟节点", "a proof that lacks its last sibling", bytes.slice(0, -32), ...caught],
    ["cut", "凭据截掉一个字节", "a proof that lacks its last byte", bytes.slice(0, -1), ...caught],
    ["longer", "凭据后多一个字节", "a proof with a byte after it", new Uint8Array([...bytes, 0]), ...caught],
  ];
}

function misplaced(own: Proof, foreign: Proof): readonly Variant[] {
  const { batch, segmentIndex, segmentCount, batchPath } = foreign;
  const mixed = encodeProof({ ...own, batch, segmentIndex, segmentCount, batchPath });
  const leafPath = own.leafPath.map((sibling, index) => (index === 0 ? sibling.map((byte) => byte ^ 1) : sibling));
  const flipped = encodeProof({ ...own, leafPath });
  const another = encodeProof(foreign);
  const caught = ["batch_root", "another_root"] as const;
  return [
    [
      "of-another",
      "换上另一张票据的凭据",
      "the proof of another receipt",
      another,
      "proof_document",
      "another_document",
    ],
    ["mixed", "本票的号段路径接另一批次的路径", "its own segment's path, another's above it", mixed, ...caught],
    // A receipt alone in its segment has no sibling there.
    ...(leafPath.length === 0
      ? []
      : ([["another-sibling", "改动一个兄弟节点", "one sibling altered", flipped, ...caught]] as const)),
  ];
}

function changed(own: Proof): readonly Variant[] {
  const amount = encodeProof({ ...own, issuedFen: own.issuedFen + 100_000 });
  const code = encodeProof({ ...own, code: own.code + 1 });
  const chain = encodeProof({ ...own, chainId: own.chainId + 1 });
  const contract = encodeProof({ ...own, contract: own.contract.map((byte) => byte ^ 0xff) });
  const caught = ["trusted_contract", "another_contract"] as const;
  return [
    ["another-amount", "改凭据里的金额", "another amount in the proof", amount, "amounts", "another_amount"],
    ["another-code", "改凭据里的票据代码", "another code in the proof", code, "code_and_number", "another_number"],
    ["another-chain", "凭据指向另一条链", "a proof of another chain", chain, ...caught],
    ["another-contract", "凭据指向攻击者的合约地址", "a proof of another contract's address", contract, ...caught],
  ];
}

export function withProof(pdf: Uint8Array, proof: Uint8Array): Uint8Array {
  return writeSignature(pdf, encodeSignedData({ ...parseSignedData(readSignature(pdf)), proof }));
}

export function proofIn(pdf: Uint8Array): Proof {
  const { proof } = parseSignedData(readSignature(pdf));
  if (proof === undefined) throw new Error("the document is not sealed: wait until it is anchored, and fetch it again");
  return parseProof(proof);
}
