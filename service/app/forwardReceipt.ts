import type { Contact } from "../domain/contact.ts";
import { sealContact } from "./contacts.ts";
import { deliveryTopic, type Deps } from "./deps.ts";
import { newId, newLink } from "./receiptLink.ts";
import { isWithinRate } from "./rateLimits.ts";
import type { Receipt } from "./storePorts.ts";

/** What became of a wish to send a receipt on. */
export type ForwardResult = "queued" | "too_many" | "no_channel";

/**
 * Sends a receipt on to another address, with a link of its own. Limited by receipt, by the address that it goes to, and by
 * the asker's network address, so that nobody can be flooded through us.
 * @param from the asker's network address
 */
export async function forwardReceipt(deps: Deps, receipt: Receipt, to: Contact, from: string): Promise<ForwardResult> {
  if (deps.channels[to.channel] === undefined) return "no_channel";
  const { code, number } = receipt;
  const isAllowed =
    (await isWithinRate(deps, "forward_receipt", `${code} ${number}`)) &&
    (await isWithinRate(deps, "forward_address", from)) &&
    (await isWithinRate(deps, "forward_contact", `${to.channel} ${to.address}`));
  if (!isAllowed) return "too_many";
  const sealed = sealContact(deps.contacts, to);
  const forward = { ...sealed, code, number, deliveryId: newId(deps), link: newLink(deps), nowMs: deps.clock.nowMs() };
  await deps.store.addForward(forward);
  deps.bell.ring(deliveryTopic);
  return "queued";
}
