import { openPictures, type DrawPicture } from "../adapters/picture/drawPicture.ts";

let drawing: Promise<DrawPicture> | undefined;

/** One picture. The renderer is opened at the first. */
export async function drawOne(pdf: Uint8Array): Promise<Uint8Array> {
  drawing ??= openPictures();
  return (await drawing)(pdf);
}
