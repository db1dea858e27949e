import { encodeSignedAttributes, encodeSignedData } from "../../service/core/cms.ts";
import { documentDigestOf, fillByteRange, writeSignature } from "../../service/core/pdfSignature.ts";
import type { CheckId } from "../../service/core/reportTexts.ts";

/** A file made to fool a verifier. */
export type Attack = {
  /** Also its file's name. */
  readonly name: string;
  readonly family: "append" | "shadow" | "forgery" | "wrapping" | "data" | "proof" | "contract";
  /** What the attacker did. */
  readonly zh: string;
  readonly en: string;
  readonly pdf: Uint8Array;
  /** The check that must fail, and the reason that it must give. */
  readonly caughtBy: CheckId;
  readonly reason: string;
  /** For shadow attacks: the prepared document as its victim signed it, before the switch. */
  readonly signed?: Uint8Array;
};

/** Who signs for the attacker: a unit under a root of its own, DER certificates. */
export type Signer = {
  readonly certificate: Uint8Array;
  readonly root: Uint8Array;
  /** ECDSA P-256 with SHA-256, DER. */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

export type AttackInput = {
  /** A sealed receipt that verifies. */
  readonly good: Uint8Array;
  /** Another of the same ledger, whose proof has a path of another form. */
  readonly other: Uint8Array;
  /** The attacker's. */
  readonly foreign: Signer;
  /** Who is brought to sign a prepared document; the attacker itself where no other is at hand. */
  readonly victim?: Signer;
};

/** Signs a document whose signature is a placeholder. */
export async function signAs(pdf: Uint8Array, { certificate, root, sign }: Signer): Promise<Uint8Array> {
  const filled = fillByteRange(pdf);
  const messageDigest = documentDigestOf(filled);
  const signature = await sign(encodeSignedAttributes(messageDigest, certificate));
  return writeSignature(filled, encodeSignedData({ certificate, root, messageDigest, signature }));
}
