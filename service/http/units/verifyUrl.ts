import type { Settings } from "../../app/deps.ts";
import type { Receipt } from "../../app/storePorts.ts";
import { qrSignedText, qrText } from "../../domain/qrText.ts";

/** Where anyone checks the receipt: the very text of its QR code, so nothing personal beyond it. */
export function verifyUrlOf(settings: Pick<Settings, "qrPlace" | "qrMac">, receipt: Receipt): string {
  const { qrPlace, qrMac } = settings;
  return qrText(qrPlace, receipt.data, qrMac(qrSignedText(qrPlace, receipt.data)));
}
