/** How a payer is reached. */
export type Channel = "email" | "sms";

/** An address in its one normal form, so that the same mailbox or phone is always the same text. */
export type Contact = { readonly channel: Channel; readonly address: string };

export const MAX_EMAIL_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/** RFC 5321's dot-string, in ASCII: no quotes, comments, routes or line breaks, so nothing can get into a header. */
const EMAIL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9.-]+)$/;
const DOMAIN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/;
/** 中国大陆手机号. */
const MAINLAND = /^(?:\+?86|0086)?(1[3-9]\d{9})$/;
/** E.164 of elsewhere. */
const ABROAD = /^\+[1-9]\d{6,14}$/;

/** The e-mail address in lower case, or undefined if it is none that we send to. */
export function parseEmail(text: string): string | undefined {
  const trimmed = text.trim();
  const match = EMAIL.exec(trimmed);
  if (match === null || trimmed.length > MAX_EMAIL_LENGTH || trimmed.indexOf("@") > MAX_LOCAL_LENGTH) return undefined;
  return DOMAIN.test(match[1] ?? "") ? trimmed.toLowerCase() : undefined;
}

/** The number in E.164, mainland China's without a country code included; undefined if it is no mobile number. */
export function parsePhone(text: string): string | undefined {
  const digits = text.trim().replace(/[\s()-]/g, "");
  const mainland = MAINLAND.exec(digits)?.[1];
  if (mainland !== undefined) return `+86${mainland}`;
  return ABROAD.test(digits) && !digits.startsWith("+86") ? digits : undefined;
}

/** What a person types into one field: an e-mail address if it has an @, else a phone number. */
export function parseContact(text: string): Contact | undefined {
  const channel = text.includes("@") ? "email" : "sms";
  const address = channel === "email" ? parseEmail(text) : parsePhone(text);
  return address === undefined ? undefined : { channel, address };
}

/** Enough for its owner to know it, not for others: `z***@example.com`, `138****8000`. */
export function maskContact({ channel, address }: Contact): string {
  if (channel === "email") {
    const at = address.lastIndexOf("@");
    return `${address.slice(0, 1)}***${address.slice(at)}`;
  }
  const digits = address.startsWith("+86") ? address.slice(3) : address;
  return `${digits.slice(0, 3)}****${digits.slice(-4)}`;
}
