import { AppError } from "../../core/errors.ts";
import type { ReadQr } from "../scan/readerMain.ts";

/** Reads a picture that has been drawn on a canvas. */
export type Reader = (canvas: OffscreenCanvas | HTMLCanvasElement) => Promise<string | undefined>;

type Detector = {
  detect(source: OffscreenCanvas | HTMLCanvasElement): Promise<readonly { readonly rawValue: string }[]>;
};

declare global {
  /** WICG Shape Detection, where the browser has it. */
  var BarcodeDetector:
    { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<readonly string[]> } | undefined;
}

const SCRIPT = "/scan.js";
const TIMEOUT_MS = 60_000;

let loading: Promise<ReadQr> | undefined;

/** The browser's own reader, or undefined. It may be there and read no QR codes. */
export async function browserReader(): Promise<Reader | undefined> {
  const Detector = globalThis.BarcodeDetector;
  if (Detector === undefined) return undefined;
  try {
    if (!(await Detector.getSupportedFormats()).includes("qr_code")) return undefined;
    const detector = new Detector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue;
  } catch {
    return undefined;
  }
}

/** Ours, fetched from this site at the first use. @throws AppError reader_missing */
export async function ownReader(): Promise<Reader> {
  loading ??= loadReader();
  try {
    const read = await loading;
    return (canvas) => {
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const isCanvas = context !== null && "getImageData" in context;
      return Promise.resolve(isCanvas ? read(context.getImageData(0, 0, canvas.width, canvas.height)) : undefined);
    };
  } catch (cause) {
    loading = undefined;
    throw new AppError("reader_missing", "the QR reader could not be fetched", { cause });
  }
}

/** Put into the page as text, which the page's policy allows by its digest alone: whatever else comes does not run. */
async function loadReader(): Promise<ReadQr> {
  const response = await fetch(SCRIPT, { credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${SCRIPT}: ${String(response.status)}`);
  const script = document.createElement("script");
  script.textContent = await response.text();
  document.head.append(script);
  script.remove();
  const read = globalThis.lianpiaoReadQr;
  if (read === undefined) throw new Error(`${SCRIPT} is of another build`);
  return read;
}
