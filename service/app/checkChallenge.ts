import { bytesOfHex, equalBytes, hexOf } from "../core/bytes.ts";
import { provesWork } from "../core/workProof.ts";
import type { Deps } from "./deps.ts";

/** Work that is asked for: find a nonce so that SHA-256(utf8(token) || nonce:u64) begins with `bits` zero bits. */
export type Challenge = { readonly token: string; readonly bits: number; readonly expiresAtMs: number };

/** Work that was shown for a token of ours. Its id counts once. */
export type ShownWork = { readonly id: string; readonly bits: number; readonly expiresAtMs: number };

type ChallengeDeps = Pick<Deps, "clock" | "random"> & { readonly settings: Pick<Deps["settings"], "checkMac"> };

const TTL_MS = 10 * 60_000;
const MAC_BYTES = 16;
const TOKEN = /^(1\.(\d{1,2})\.(\d{10,13})\.([0-9a-f]{32}))\.([0-9a-f]{32})$/;

/** A new challenge. Nothing of it is stored: the token carries what it says, under our key. */
export function issueChallenge(deps: ChallengeDeps, bits: number): Challenge {
  const expiresAtMs = deps.clock.nowMs() + TTL_MS;
  const said = `1.${bits}.${expiresAtMs}.${hexOf(deps.random.bytes(16)).slice(2)}`;
  return { token: `${said}.${hexOf(macOf(deps, said)).slice(2)}`, bits, expiresAtMs };
}

/** Reads "<token>:<nonce>"; undefined if the token is not ours or too old, or the nonce proves nothing. */
export function readWork(deps: ChallengeDeps, text: string): ShownWork | undefined {
  const [token = "", nonceText = "", ...more] = text.split(":");
  const [, said, bitsText, expiryText, id, mac] = TOKEN.exec(token) ?? [];
  const nonce = /^\d{1,16}$/.test(nonceText) ? Number(nonceText) : Number.NaN;
  if (said === undefined || id === undefined || more.length > 0 || !Number.isSafeInteger(nonce)) return undefined;
  if (!equalBytes(macOf(deps, said), bytesOfHex(`0x${mac ?? ""}`, MAC_BYTES))) return undefined;
  const [bits, expiresAtMs] = [Number(bitsText), Number(expiryText)];
  if (expiresAtMs <= deps.clock.nowMs() || !provesWork(token, nonce, bits)) return undefined;
  return { id, bits, expiresAtMs };
}

function macOf({ settings }: ChallengeDeps, said: string): Uint8Array {
  return settings.checkMac(`work ${said}`).slice(0, MAC_BYTES);
}
