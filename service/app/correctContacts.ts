import { contactsOf } from "./prepareDelivery.ts";
import { sealContact } from "./contacts.ts";
import type { NewContactChange } from "./contactPorts.ts";
import { deliveryTopic, type Deps } from "./deps.ts";
import { newId, newLink } from "./receiptLink.ts";
import { isWithinRate } from "./rateLimits.ts";
import type { Receipt, Unit } from "./storePorts.ts";

/** What a unit says of the payer's contacts. */
export type NewContacts = { readonly email?: string; readonly phone?: string; readonly reason: string };

export type SendAgainResult = "queued" | "too_many" | "no_contact";

/** Replaces all contacts of the receipt, and sends it to the new ones. The same contacts again change nothing. */
export async function correctContacts(deps: Deps, unit: Unit, receipt: Receipt, input: NewContacts): Promise<void> {
  const contacts = contactsOf(input).map((contact) => ({
    ...sealContact(deps.contacts, contact),
    deliveryId: newId(deps),
  }));
  const change = newChange(deps, unit, receipt, input.reason);
  if (await deps.store.correctContacts({ ...change, contacts })) deps.bell.ring(deliveryTopic);
}

/** Sends the receipt to its contacts again, with a new link; 5 times a day. */
export async function resendReceipt(deps: Deps, unit: Unit, receipt: Receipt): Promise<SendAgainResult> {
  if (!(await isWithinRate(deps, "resend_receipt", `${receipt.code} ${receipt.number}`))) return "too_many";
  const deliveryIds = { email: newId(deps), sms: newId(deps) };
  const count = await deps.store.resendReceipt({ ...newChange(deps, unit, receipt, ""), deliveryIds });
  if (count === 0) return "no_contact";
  deps.bell.ring(deliveryTopic);
  return "queued";
}

function newChange(deps: Deps, { unitId }: Unit, { code, number }: Receipt, reason: string): NewContactChange {
  return { changeId: newId(deps), code, number, unitId, reason, nowMs: deps.clock.nowMs(), link: newLink(deps) };
}
