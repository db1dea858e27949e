import type { Text } from "../../core/reportTexts.ts";
import { words } from "../shared/words.ts";
import { parseScan, scanProblem } from "../check/elements.ts";

/** Unlike a file, a code says too little to be verified without its site. */
export const SCAN_NOTE = words(
  "没有文件时可扫票面二维码：五项票面信息会发给本站查询，结果仍由浏览器与链上核对",
  "No file? Scan the face’s QR code: its five elements are sent to this site; your browser holds the answer against the chain",
);

/**
 * Leads to the answer for a receipt's QR code, which is held against the chain there, with the proof.
 * @returns what is wrong with the text; undefined if it leads somewhere
 */
export function openScan(text: string): Text | undefined {
  const question = parseScan(text);
  if (question === undefined || !("qr" in question.body)) return scanProblem(text);
  location.assign(`/d${new URL(question.body.qr).search}`);
  return undefined;
}
