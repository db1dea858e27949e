import { parseEmail, parsePhone, type Contact } from "../domain/contact.ts";
import type { DeliveryInput } from "../domain/receipt.ts";
import { sealContact } from "./contacts.ts";
import type { NewDelivery } from "./deliveryPorts.ts";
import type { Deps } from "./deps.ts";
import { newId, newLink } from "./receiptLink.ts";

/** What the issuing transaction writes for the payer's delivery. Contacts were checked at the border: others are left out. */
export function prepareDelivery(deps: Deps, input: DeliveryInput): NewDelivery {
  const contacts = contactsOf(input).map((contact) => ({
    ...sealContact(deps.contacts, contact),
    deliveryId: newId(deps),
  }));
  return {
    contacts,
    link: contacts.length === 0 ? undefined : newLink(deps),
    arrearsReason: input.isArrears === true ? (input.arrearsReason ?? "") : undefined,
  };
}

/** In their one normal form. */
export function contactsOf({ email = "", phone = "" }: Pick<DeliveryInput, "email" | "phone">): readonly Contact[] {
  const [mailbox, mobile] = [parseEmail(email), parsePhone(phone)];
  return [
    ...(mailbox === undefined ? [] : [{ channel: "email", address: mailbox } as const]),
    ...(mobile === undefined ? [] : [{ channel: "sms", address: mobile } as const]),
  ];
}
