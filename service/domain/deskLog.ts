import { jcs } from "../core/canonical.ts";
import { utf8 } from "../core/bytes.ts";
import { hashOf } from "../core/hash.ts";

/** One line of a unit's operator log. Nobody's name and nothing of a payer stands in it. */
export type DeskLogEntry = {
  readonly unitId: number;
  /** From 1, without gaps. */
  readonly seq: number;
  readonly atMs: number;
  readonly accountId: string;
  readonly action: string;
  /** What it was done to: "44060126 0000000001", "account 1f…", "busNo D-…". */
  readonly object: string;
};

/** 32 zero bytes stand before the first line. */
export const LOG_START = new Uint8Array(32);

/** SHA-256 of the line before and of this one's canonical JSON: no line can be changed, taken out or put between unnoticed. */
export function deskLogHash(entry: DeskLogEntry, before: Uint8Array): Uint8Array {
  const { unitId, seq, atMs, accountId, action, object } = entry;
  return hashOf(before, utf8(jcs({ unitId, seq, atMs, accountId, action, object })));
}
