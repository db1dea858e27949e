import type { Channel, Contact } from "../domain/contact.ts";
import type { ContactKeys, SealedContact } from "./deliveryPorts.ts";

/** A contact as it goes into the database. `more`: a secret for its message, such as a one-time code. */
export function sealContact(keys: ContactKeys, contact: Contact, more?: string): SealedContact {
  const text = more === undefined ? contact.address : `${contact.address}\n${more}`;
  return { channel: contact.channel, lookup: lookupOf(keys, contact), sealed: keys.seal(text) };
}

/** What sealContact took. An address never holds a line break. @throws AppError secret_not_opened */
export function openContact(
  keys: ContactKeys,
  channel: Channel,
  sealed: Uint8Array,
): { readonly contact: Contact; readonly more: string } {
  const [address = "", more = ""] = keys.open(sealed).split("\n");
  return { contact: { channel, address }, more };
}

/** What a contact is found by. */
export function lookupOf(keys: ContactKeys, { channel, address }: Contact): Uint8Array {
  return keys.mac("payer-contact", `${channel} ${address}`);
}
