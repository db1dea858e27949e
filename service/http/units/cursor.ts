import type { ReceiptCursor } from "../../app/storePorts.ts";

/** The place in a list as opaque text. It needs no secrecy: a unit's list holds its own receipts, at any place. */
export function encodeCursor(cursor: ReceiptCursor): string {
  return Buffer.from(`1.${cursor.issuedAtMs}.${cursor.code}.${cursor.number}`).toString("base64url");
}

/** undefined if it is not one of ours. */
export function parseCursor(text: string): ReceiptCursor | undefined {
  const parts = /^1\.(\d{1,15})\.(\d{1,8})\.(\d{1,10})$/.exec(Buffer.from(text, "base64url").toString("latin1"));
  if (parts === null) return undefined;
  const cursor = { issuedAtMs: Number(parts[1]), code: Number(parts[2]), number: Number(parts[3]) };
  return encodeCursor(cursor) === text ? cursor : undefined;
}
