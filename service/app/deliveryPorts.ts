import type { Channel } from "../domain/contact.ts";

/** Keeps payers' contacts unreadable in the database. */
export interface ContactKeys {
  /** Encrypts a text of a contact. */
  seal(text: string): Uint8Array;
  /** @throws AppError secret_not_opened */
  open(sealed: Uint8Array): string;
  /** HMAC-SHA-256, 32 bytes, under a key for the purpose alone. */
  mac(purpose: MacPurpose, text: string): Uint8Array;
}

export type MacPurpose = "payer-contact" | "receipt-link" | "login-code" | "rate-limit" | "desk-recovery";

/** What became of a message. permanent: sending the same again cannot help. `code` is stable and names nobody. */
export type SendOutcome =
  { readonly kind: "sent" } | { readonly kind: "refused"; readonly isPermanent: boolean; readonly code: string };

export type MailMessage = {
  readonly to: string;
  /** The same for each attempt at the same delivery: `<id@host>`. */
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly bytes: Uint8Array }[];
};

/** Sends e-mail. Never throws for what a server or network does. */
export interface Mailer {
  send(message: MailMessage): Promise<SendOutcome>;
  stop(): void;
}

export type SmsMessage = {
  /** The same for each attempt at the same delivery, for the gateway to send it once. */
  readonly messageId: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
};

/** Sends text messages through a gateway. Never throws for what it or the network does. */
export interface SmsSender {
  send(message: SmsMessage): Promise<SendOutcome>;
}

/** The channels that this program can send on. */
export type Channels = { readonly email?: Mailer; readonly sms?: SmsSender };

export type ReceiptPlace = { readonly code: number; readonly number: number };

/** A payer's contact as it is stored. */
export type SealedContact = {
  readonly channel: Channel;
  /** HMAC of the normal form: equal for equal contacts, tells nothing without the keystore. */
  readonly lookup: Uint8Array;
  /** The address, encrypted. */
  readonly sealed: Uint8Array;
};

/** An unguessable link to one receipt. Its token is the MAC of the id, so that the database alone opens none. */
export type NewLink = { readonly linkId: string; readonly tokenHash: Uint8Array };

/** What the issuing transaction writes beside the receipt. */
export type NewDelivery = {
  /** Each is delivered to once. */
  readonly contacts: readonly (SealedContact & { readonly deliveryId: string })[];
  /** undefined if there is no contact to send it to. */
  readonly link: NewLink | undefined;
  /** undefined: nothing is owed. */
  readonly arrearsReason: string | undefined;
};

/** receipt: to the payer at issue. forward: to another address, asked for by the holder. login: a one-time code. */
export type DeliveryPurpose = "receipt" | "forward" | "login";

/** A delivery that has been claimed. */
export type Delivery = {
  readonly deliveryId: string;
  readonly channel: Channel;
  readonly purpose: DeliveryPurpose;
  /** The address, and for a login its code, encrypted. */
  readonly sealed: Uint8Array;
  /** This attempt included. */
  readonly attempts: number;
  /** undefined for a login. */
  readonly place: ReceiptPlace | undefined;
  readonly linkId: string | undefined;
};

export type DeliveryClaim = {
  readonly holder: string;
  readonly channels: readonly Channel[];
  readonly nowMs: number;
  /** Past this a claim of a program that has died is taken over, and the message sent again under its id. */
  readonly leaseMs: number;
  readonly limit: number;
  /** A rendered receipt waits so long for its anchor, so that what is sent carries its proof. */
  readonly sealWaitMs: number;
  /** A delivery that was due before this is given up: nobody expects it any more. */
  readonly dueSinceMs: number;
};

/** Where a delivery stands, as its unit may see it. */
export type DeliveryStatus = {
  readonly channel: Channel;
  readonly purpose: DeliveryPurpose;
  /** held: the receipt is in arrears. */
  readonly state: "held" | "waiting" | "sent" | "failed" | "cancelled";
  readonly attempts: number;
  readonly reason?: string;
  readonly sentAtMs?: number;
};

export type NewForward = SealedContact &
  ReceiptPlace & { readonly deliveryId: string; readonly link: NewLink; readonly nowMs: number };

/** The outbox. A delivery's address is wiped when it has come to its end. */
export interface OutboxStore {
  /** Deliveries that are due and whose receipt is rendered; each is the holder's until leaseMs have passed. */
  claimDeliveries(claim: DeliveryClaim): Promise<readonly Delivery[]>;
  /** These three do nothing if another holder has taken the delivery over. */
  markDelivered(deliveryId: string, holder: string, nowMs: number): Promise<void>;
  retryDelivery(deliveryId: string, holder: string, nextAtMs: number, reason: string): Promise<void>;
  failDelivery(deliveryId: string, holder: string, reason: string): Promise<void>;
  /** Gives the claims of a holder that has died back. */
  releaseDeliveries(holder: string): Promise<void>;
  /** Queues a receipt for another address, with a link of its own. */
  addForward(forward: NewForward): Promise<void>;
  /** Of a receipt, oldest first; logins are of none. */
  deliveriesOf(place: ReceiptPlace): Promise<readonly DeliveryStatus[]>;
}

/** Links to receipts, and what is owed for them. */
export interface LinkStore {
  /** Lets a receipt in arrears go: it is sent and shown from now on. False if it is not held. */
  releaseArrears(place: ReceiptPlace, nowMs: number): Promise<boolean>;
  /** held: in arrears and not released. */
  arrearsOf(place: ReceiptPlace): Promise<"none" | "held" | "released">;
  /** The receipt that a link leads to; undefined if there is none, it was revoked, or the receipt is in arrears. */
  receiptOfLink(tokenHash: Uint8Array): Promise<ReceiptPlace | undefined>;
  /** All links of the receipt, and what waits to be sent with one. @returns how many links were open */
  revokeLinks(place: ReceiptPlace, nowMs: number): Promise<number>;
}

/** Limits that a restart or another program forgives nothing of. */
export interface RateStore {
  /** Counts a use in the window that nowMs falls into. False once there are more than `limit`. */
  useRate(key: Uint8Array, windowMs: number, limit: number, nowMs: number): Promise<boolean>;
}
