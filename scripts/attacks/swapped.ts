import { latin1, latin1Bytes } from "../../service/core/bytes.ts";
import { encodeSignedData, parseSignedData } from "../../service/core/cms.ts";
import { readSignature } from "../../service/core/pdfSignature.ts";
import { encodeProof } from "../../service/core/proof.ts";
import { signAs, type Attack, type AttackInput } from "./attack.ts";
import { editObject, emptySignature, findObject, putTogether, takeApart, type PdfParts } from "./pdfParts.ts";
import { proofIn, withProof } from "./proofs.ts";
import { writeSignature } from "../../service/core/pdfSignature.ts";

const ATTACHMENT = /stream\n\{"version":1,"data":/;
const TOTAL = /"totalAmount":(-?)(\d+)/;

/** Our visible page with other data, with and without signing it anew; and signatures under another root. */
export async function swappedAttacks({ good, foreign }: AttackInput): Promise<readonly Attack[]> {
  const proof = encodeProof(proofIn(good));
  const resignedSame = await signAs(putTogether(emptySignature(takeApart(good))), foreign);
  const resignedOther = await signAs(putTogether(emptySignature(otherTotal(takeApart(good)))), foreign);
  const common = { family: "data", caughtBy: "certificate_root", reason: "root_unknown" } as const;
  return [
    {
      ...common,
      name: "data-swapped",
      zh: "换掉所附数据的金额，不重签",
      en: "another amount in the attached data, not signed anew",
      pdf: sameLengthTotal(good),
      caughtBy: "document_digest",
      reason: "altered",
    },
    {
      ...common,
      name: "data-swapped-resigned",
      zh: "票面不变，换掉所附数据，由外来单位重签并放回原凭据",
      en: "our page, other attached data, signed anew by a foreign unit, with the old proof",
      pdf: withProof(resignedOther, proof),
      caughtBy: "proof_document",
      reason: "another_document",
    },
    {
      ...common,
      name: "data-swapped-resigned-unsealed",
      zh: "同上，去掉凭据，冒充尚未上链",
      en: "the same without a proof, as if it were not anchored yet",
      pdf: resignedOther,
    },
    {
      ...common,
      name: "signer-another-root",
      zh: "内容不变，用另一根证书下的同名单位重签",
      en: "the same document, signed by a unit of the same name under another root",
      pdf: resignedSame,
    },
    {
      ...common,
      name: "signer-root-beside",
      zh: "外来签名旁边放上真的根证书",
      en: "a foreign signature with the true root put beside it",
      pdf: trueRootBeside(resignedSame, good),
      caughtBy: "certificate_chain",
      reason: "chain_broken",
    },
    {
      ...common,
      name: "signer-certificate-kept",
      zh: "保留真证书，换上外来的签名值",
      en: "the true certificates with a foreign signature",
      pdf: foreignValue(resignedSame, good),
      caughtBy: "signature",
      reason: "signature_wrong",
    },
  ];
}

/** Every digit is turned into another, so that no offset moves. */
function sameLengthTotal(pdf: Uint8Array): Uint8Array {
  return latin1Bytes(
    latin1(pdf).replace(TOTAL, (_, sign: string, digits: string) =>
      `"totalAmount":${sign}9${digits.slice(1)}`.replace(/:(-?)99/, ":$198"),
    ),
  );
}

function otherTotal(parts: PdfParts): PdfParts {
  return editObject(parts, findObject(parts, ATTACHMENT), (text) => {
    const edited = text.replace(TOTAL, (_, sign: string, digits: string) => `"totalAmount":${sign}${digits}00`);
    return edited.replace(/\/Length (\d+)/, (_, length: string) => `/Length ${String(Number(length) + 2)}`);
  });
}

function trueRootBeside(resigned: Uint8Array, good: Uint8Array): Uint8Array {
  const { root } = parseSignedData(readSignature(good));
  return writeSignature(resigned, encodeSignedData({ ...parseSignedData(readSignature(resigned)), root }));
}

function foreignValue(resigned: Uint8Array, good: Uint8Array): Uint8Array {
  const { messageDigest, signature } = parseSignedData(readSignature(resigned));
  const { certificate, root } = parseSignedData(readSignature(good));
  return writeSignature(resigned, encodeSignedData({ certificate, root, messageDigest, signature }));
}
