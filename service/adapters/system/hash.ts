import { createHash } from "node:crypto";
import type { Hash } from "../../app/ports.ts";

/** The machine's own SHA-256. */
export const systemHash: Hash = (parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
