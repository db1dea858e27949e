import { AppError } from "../../core/errors.ts";
import { browserReader, ownReader, type Reader } from "./qrReader.ts";

/** Where a code is looked for. */
export type ScanSource =
  /** Until a code is seen, or the signal ends it. */
  | { readonly kind: "camera"; readonly video: HTMLVideoElement; readonly signal: AbortSignal }
  /** A photo or a screenshot. */
  | { readonly kind: "picture"; readonly file: Blob };

/** Pixels of the longer side of what is read of a camera: enough for a code that fills a third of it, and quick. */
const FRAME_SIDE = 960;
const FRAME_PAUSE_MS = 120;
/** Of a photo: a sharp one of a large code has too much detail, a page with a small code too little when it is made small. */
const PICTURE_SIDES = [1_600, 800, 3_200];
/** Smaller ones, as codes cut out of a page are, are read as they are and twice as large. */
const SMALL_SIDE = 800;
const PART_SIDE = 1_200;
const MOST_BYTES = 40 * 1024 * 1024;

/**
 * The text of the first QR code seen; undefined when the signal ended it.
 * @throws AppError camera_denied, camera_missing, camera_failed, picture_unreadable, code_not_found, reader_missing
 */
export function scanCode(source: ScanSource): Promise<string | undefined> {
  return source.kind === "camera" ? scanCamera(source.video, source.signal) : scanPicture(source.file);
}

/** Browsers give a camera to secure pages only. Whether it may be used is asked when it is opened. */
export async function hasCamera(): Promise<boolean> {
  if (!isSecureContext || !("mediaDevices" in navigator)) return false;
  try {
    return (await navigator.mediaDevices.enumerateDevices()).some(({ kind }) => kind === "videoinput");
  } catch {
    return false;
  }
}

async function scanCamera(video: HTMLVideoElement, signal: AbortSignal): Promise<string | undefined> {
  const read = (await browserReader()) ?? (await ownReader());
  const stream = await openCamera();
  try {
    video.srcObject = stream;
    await video.play();
    const ended = new Promise<"ended">((resolve) => {
      for (const track of stream.getVideoTracks()) track.addEventListener("ended", () => resolve("ended"));
    });
    while (!signal.aborted) {
      const text = await read(drawn(video, video.videoWidth, video.videoHeight, FRAME_SIDE));
      if (text !== undefined && text !== "") return text;
      if ((await Promise.race([pause(signal), ended])) === "ended") throw failed("camera_failed");
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error instanceof AppError ? error : failed("camera_failed", error);
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

/** The one at the back, where there are two. */
async function openCamera(): Promise<MediaStream> {
  try {
    const video = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") throw failed("camera_denied", cause);
    throw failed(name === "NotFoundError" ? "camera_missing" : "camera_failed", cause);
  }
}

/** The browser's own reader first, ours if it sees nothing. */
async function scanPicture(file: Blob): Promise<string> {
  if (file.size > MOST_BYTES) throw failed("picture_unreadable");
  const picture = await createImageBitmap(file).catch((cause: unknown) => {
    throw failed("picture_unreadable", cause);
  });
  try {
    const native = await browserReader();
    const text = (native && (await readPicture(native, picture))) ?? (await readPicture(await ownReader(), picture));
    if (text === undefined) throw failed("code_not_found");
    return text;
  } finally {
    picture.close();
  }
}

async function readPicture(read: Reader, picture: ImageBitmap): Promise<string | undefined> {
  const { width, height } = picture;
  const longest = Math.max(width, height);
  const sides = longest <= SMALL_SIDE ? [longest, 2 * longest] : PICTURE_SIDES.map((side) => Math.min(side, longest));
  for (const side of new Set(sides)) {
    const text = await read(drawn(picture, width, height, side));
    if (text !== undefined && text !== "") return text;
  }
  if (longest <= SMALL_SIDE) return undefined;
  for (const part of partsOf(width, height)) {
    const text = await read(drawn(picture, part.width, part.height, PART_SIDE, part));
    if (text !== undefined && text !== "") return text;
  }
  return undefined;
}

type Part = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Nine overlapping parts of half the width and height: a small code in the corner of a large page is in one of them whole. */
function partsOf(width: number, height: number): readonly Part[] {
  const at = [0, 0.25, 0.5];
  return at.flatMap((y) =>
    at.map((x) => ({ x: width * x, y: height * y, width: Math.ceil(width / 2), height: Math.ceil(height / 2) })),
  );
}

/** Scaled so that its longer side has so many pixels. */
function drawn(
  source: CanvasImageSource,
  width: number,
  height: number,
  side: number,
  { x, y }: Pick<Part, "x" | "y"> = { x: 0, y: 0 },
): HTMLCanvasElement {
  const scale = side / Math.max(width, height, 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(source, x, y, width, height, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Cut short when it is stopped. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FRAME_PAUSE_MS);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}

const failed = (code: string, cause?: unknown): AppError => new AppError(code, "scanning failed", { cause });
