import { createHash, timingSafeEqual } from "node:crypto";
import { parseDictionary } from "structured-headers";

const ALGORITHMS = { "sha-256": "sha256", "sha-512": "sha512" } as const;

export type DigestVerdict = "match" | "mismatch" | "malformed" | "no_known_algorithm";

/**
 * Compares a body with its Content-Digest field (RFC 9530, 2). Every digest of an active algorithm (sha-256, sha-512)
 * must match; there must be one. Deprecated and unknown algorithms count for nothing.
 */
export function checkContentDigest(field: string, body: Uint8Array): DigestVerdict {
  const digests = parseDigests(field);
  if (digests === undefined) return "malformed";
  let verdict: DigestVerdict = "no_known_algorithm";
  for (const [name, hash] of Object.entries(ALGORITHMS)) {
    const member = digests.get(name);
    if (member === undefined) continue;
    const [value] = member;
    if (!(value instanceof ArrayBuffer)) return "malformed";
    const actual = createHash(hash).update(body).digest();
    if (value.byteLength !== actual.length || !timingSafeEqual(actual, new Uint8Array(value))) return "mismatch";
    verdict = "match";
  }
  return verdict;
}

function parseDigests(field: string): ReturnType<typeof parseDictionary> | undefined {
  try {
    return parseDictionary(field);
  } catch {
    return undefined;
  }
}
