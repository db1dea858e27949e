import { disclosureIn } from "../core/disclosurePdf.ts";
import { verifyDisclosure, type DisclosureReport } from "../core/verifyDisclosure.ts";
import type { Deps } from "./deps.ts";
import { isWithinRate, rateLimits } from "./rateLimits.ts";

export type ShownOutcome =
  | { readonly kind: "reported"; readonly report: DisclosureReport }
  | { readonly kind: "too_many"; readonly retryAfterS: number };

/**
 * Verifies a disclosure against our own ledger for whoever asks. Nothing of it is kept; only that the address asked is counted.
 * @param bytes untrusted: a disclosure file, or the PDF of one
 * @param address the asker's network address, as text
 * @throws AppError database_unreachable
 */
export async function verifyShown(deps: Deps, bytes: Uint8Array, address: string): Promise<ShownOutcome> {
  if (!(await isWithinRate(deps, "verify_address", address))) {
    const { windowMs } = rateLimits.verify_address;
    return { kind: "too_many", retryAfterS: Math.ceil((windowMs - (deps.clock.nowMs() % windowMs)) / 1000) };
  }
  const { chainId, contract } = deps.ledger;
  const report = await verifyDisclosure(disclosureIn(bytes) ?? bytes, {
    reader: deps.reader,
    trustedContract: { chainId, address: contract },
  });
  return { kind: "reported", report };
}
