import { AppError } from "../core/errors.ts";
import { parseYuan, yuanOf, type Fen } from "./money.ts";
import type { ReceiptData } from "./receipt.ts";

/** Where the codes of this installation lead: `origin` without a slash at its end, `template` (t) and `appId` (a) letters and digits. */
export type QrPlace = { readonly origin: string; readonly template: string; readonly appId: string };

/** The five elements of a verification, and what shows that the QR code is ours. The older form has no amount. */
export type QrContent = {
  readonly eInvoiceCode: string;
  readonly eInvoiceNumber: string;
  readonly randomNumber: string;
  readonly totalAmount: Fen | undefined;
  readonly issueDate: string;
  /** The part of the text that the code's signature covers. */
  readonly signedText: string;
  /** Upper-case hex. */
  readonly signature: string;
};

type QrElements = Pick<ReceiptData, "eInvoiceCode" | "eInvoiceNumber" | "randomNumber" | "totalAmount" | "issueDate">;

/** 8 bytes: enough that nobody guesses one, short enough for a small symbol. */
const SIGNATURE_HEX_LENGTH = 16;
const ELEMENTS = /^(\d{8})_(\d{10})_([0-9A-Za-z]{6})_(?:(-?(?:0|[1-9]\d{0,13})\.\d{2})_)?(\d{8})$/;

/** What is to be signed: `t=…&a=…&d=<code>_<number>_<check>_<amount>_<yyyyMMdd>`. docs/domain.md 2.2. */
export function qrSignedText(place: QrPlace, data: QrElements): string {
  const elements = [
    data.eInvoiceCode,
    data.eInvoiceNumber,
    data.randomNumber,
    yuanOf(data.totalAmount),
    data.issueDate,
  ];
  return `t=${encodeURIComponent(place.template)}&a=${encodeURIComponent(place.appId)}&d=${elements.join("_")}`;
}

/** The text of the QR code; `mac` is the HMAC-SHA-256 of qrSignedText as UTF-8, whose first 8 bytes are printed. */
export function qrText(place: QrPlace, data: QrElements, mac: Uint8Array): string {
  return `${place.origin}/d?${qrSignedText(place, data)}&s=${qrSignatureOf(mac)}`;
}

/** What stands after `s=` for the HMAC of qrSignedText: compare it with QrContent.signature. */
export function qrSignatureOf(mac: Uint8Array): string {
  const hex = Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.slice(0, SIGNATURE_HEX_LENGTH).toUpperCase();
}

/** Reads a scanned text, with or without the amount. Throws qr_malformed. The signature is not checked. */
export function parseQrText(text: string): QrContent {
  const query = /^https?:\/\/[^/?#]+\/(?:[^?#]*\/)?d\?([^#]*)$/.exec(text)?.[1] ?? "";
  const match = /^(t=[^&]*&a=[^&]*&d=([^&]*))&s=([0-9A-Fa-f]{10,64})$/.exec(query);
  const elements = ELEMENTS.exec(match?.[2] ?? "");
  const [, eInvoiceCode, eInvoiceNumber, randomNumber, amount, issueDate] = elements ?? [];
  if (
    match === null ||
    eInvoiceCode === undefined ||
    eInvoiceNumber === undefined ||
    randomNumber === undefined ||
    issueDate === undefined
  ) {
    throw new AppError("qr_malformed", "不是财政电子票据的二维码 / Not the QR code of a fiscal e-receipt");
  }
  return {
    eInvoiceCode,
    eInvoiceNumber,
    randomNumber,
    totalAmount: amount === undefined ? undefined : parseYuan(amount),
    issueDate,
    signedText: match[1] ?? "",
    signature: (match[3] ?? "").toUpperCase(),
  };
}
