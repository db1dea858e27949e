import { hexOf } from "../core/bytes.ts";
import type { Deps } from "./deps.ts";
import type { NewLink } from "./deliveryPorts.ts";
import type { Receipt } from "./storePorts.ts";

const TOKEN_BYTES = 16;
const TOKEN = /^[0-9a-f]{32}$/;

/** A fresh link: its id goes into the database, its token only into the message. */
export function newLink(deps: Pick<Deps, "random" | "contacts" | "hash">): NewLink {
  const linkId = newId(deps);
  return { linkId, tokenHash: hashOf(deps, tokenOf(deps, linkId)) };
}

/** 128 bits that nobody without the keystore can compute, the same each time, so that a message can be sent again. */
export function tokenOf({ contacts }: Pick<Deps, "contacts">, linkId: string): string {
  return hexOf(contacts.mac("receipt-link", linkId).subarray(0, TOKEN_BYTES)).slice(2);
}

/** The address that the link has. */
export function linkUrl(deps: Pick<Deps, "contacts" | "settings">, linkId: string): string {
  return `${deps.settings.publicUrl}/r/${tokenOf(deps, linkId)}`;
}

/** The receipt behind a token; undefined for an unknown, revoked or held one, which nobody can tell apart. */
export async function openLink(
  deps: Pick<Deps, "store" | "contacts" | "hash">,
  token: string,
): Promise<Receipt | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const place = await deps.store.receiptOfLink(hashOf(deps, token));
  return place && deps.store.receipt(place.code, place.number);
}

/** 32 lower-case hexadecimal digits of randomness. */
export function newId({ random }: Pick<Deps, "random">): string {
  return hexOf(random.bytes(16)).slice(2);
}

const hashOf = ({ hash }: Pick<Deps, "hash">, token: string): Uint8Array => hash([new TextEncoder().encode(token)]);
