import { decodeQR } from "qr/decode.js";

/** The text of the QR code in a picture of four bytes a pixel; undefined if none is found. */
export type ReadQr = (picture: ImageData) => string | undefined;

declare global {
  /** Set by this script, which pages load when somebody scans in a browser without a reader of its own. */
  var lianpiaoReadQr: ReadQr | undefined;
}

globalThis.lianpiaoReadQr = (picture) => {
  try {
    return decodeQR(picture);
  } catch {
    // It throws for every picture without a code.
    return undefined;
  }
};
