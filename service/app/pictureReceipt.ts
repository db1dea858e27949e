import type { Deps } from "./deps.ts";
import { isWithinRate } from "./rateLimits.ts";
import { sealReceipt } from "./sealReceipt.ts";
import type { Receipt } from "./storePorts.ts";

export type PictureResult =
  { readonly kind: "drawn"; readonly png: Uint8Array } | { readonly kind: "too_many" | "not_rendered" };

/**
 * The receipt's face as a picture to look at. Limited by receipt and by the asker, for drawing one takes a tenth of a second of a
 * processor.
 * @param from the asker: a network address, or a unit
 */
export async function pictureReceipt(deps: Deps, receipt: Receipt, from: string): Promise<PictureResult> {
  if (receipt.state !== "rendered") return { kind: "not_rendered" };
  const isAllowed =
    (await isWithinRate(deps, "picture_receipt", `${receipt.code} ${receipt.number}`)) &&
    (await isWithinRate(deps, "picture_asker", from));
  if (!isAllowed) return { kind: "too_many" };
  const document = await sealReceipt(deps, receipt);
  if (document === undefined) return { kind: "not_rendered" };
  return { kind: "drawn", png: await deps.pictures.draw(document.pdf) };
}
