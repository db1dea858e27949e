import type { Channel } from "../domain/contact.ts";
import type { NewLink, ReceiptPlace, SealedContact } from "./deliveryPorts.ts";

/** A unit's act on the contacts of a receipt that it has issued. */
export type NewContactChange = ReceiptPlace & {
  readonly changeId: string;
  readonly unitId: number;
  /** Why, in the unit's words. */
  readonly reason: string;
  readonly nowMs: number;
  /** For what is sent. */
  readonly link: NewLink;
};

export type ContactCorrection = NewContactChange & {
  /** From now on; none: nobody is told any more. */
  readonly contacts: readonly (SealedContact & { readonly deliveryId: string })[];
};

export type Resending = NewContactChange & {
  /** One for each channel that there may be. */
  readonly deliveryIds: Readonly<Record<Channel, string>>;
};

/** What was done, without an address. */
export type ContactChange = {
  readonly kind: "corrected" | "resent";
  readonly channels: readonly Channel[];
  readonly reason: string;
  readonly revokedLinks: number;
  readonly cancelledDeliveries: number;
  readonly changedAtMs: number;
};

export interface ContactStore {
  /**
   * Puts these contacts in the place of the receipt's. What was sent opens nothing any more, what waits to be sent is cancelled,
   * and the receipt goes to the new ones, unless it is in arrears. False if they are the contacts already: nothing is done then.
   */
  correctContacts(correction: ContactCorrection): Promise<boolean>;
  /**
   * Queues the receipt for its contacts again, where none waits already.
   * @returns how many are queued or waited already; 0: there is no contact
   */
  resendReceipt(resending: Resending): Promise<number>;
  /** Oldest first. */
  contactChanges(place: ReceiptPlace): Promise<readonly ContactChange[]>;
}
