import { createHash } from "node:crypto";
import { hexOf, latin1, latin1Bytes } from "../../service/core/bytes.ts";
import { encodeSignedAttributes, encodeSignedData } from "../../service/core/cms.ts";
import type { Signer } from "./attack.ts";

/** Signs a document that core would not open: ranges and signature are put into the placeholder by text alone. */
export async function signRanges(pdf: Uint8Array, { certificate, root, sign }: Signer): Promise<Uint8Array> {
  const text = latin1(pdf);
  const start = /\/Contents\s*</.exec(text);
  if (start === null) throw new Error("the document has no placeholder");
  const holeStart = start.index + start[0].length - 1;
  const holeEnd = text.indexOf(">", holeStart) + 1;
  const ranges = [0, holeStart, holeEnd, pdf.length - holeEnd];
  const filled = latin1Bytes(
    text.replace(/\[0 \*{10} \*{10} \*{10}\]/, (mark) => `[${ranges.join(" ")}`.padEnd(mark.length - 1) + "]"),
  );
  const hash = createHash("sha256").update(filled.subarray(0, holeStart)).update(filled.subarray(holeEnd));
  const messageDigest = new Uint8Array(hash.digest());
  const signature = await sign(encodeSignedAttributes(messageDigest, certificate));
  const cms = encodeSignedData({ certificate, root, messageDigest, signature });
  filled.set(latin1Bytes(hexOf(cms).slice(2)), holeStart + 1);
  return filled;
}
