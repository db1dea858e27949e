import { hexOf } from "../core/bytes.ts";
import type { Deps } from "./deps.ts";
import type { DeskAccount } from "./deskPorts.ts";

/** A session ends after so long without a request … */
export const DESK_IDLE_MS = 30 * 60_000;
/** … and after a working day in any case. */
export const DESK_SESSION_MS = 10 * 3_600_000;

const TOKEN = /^[0-9a-f]{64}$/;

export type DeskSession = {
  readonly account: DeskAccount;
  readonly tokenHash: Uint8Array;
  /** What has to be done before anything else. */
  readonly todo: "password" | "totp" | undefined;
};

/** @returns the session's token, for a cookie */
export async function openDeskSession(
  deps: Pick<Deps, "store" | "hash" | "clock" | "random">,
  accountId: string,
): Promise<string> {
  const token = hexOf(deps.random.bytes(32)).slice(2);
  const nowMs = deps.clock.nowMs();
  const session = { tokenHash: tokenHashOf(deps, token), accountId, nowMs, endsAtMs: nowMs + DESK_SESSION_MS };
  await deps.store.openDeskSession(session);
  return token;
}

/** undefined without a session that still holds. */
export async function deskSessionOf(
  deps: Pick<Deps, "store" | "hash" | "clock">,
  token: string | undefined,
): Promise<DeskSession | undefined> {
  if (token === undefined || !TOKEN.test(token)) return undefined;
  const tokenHash = tokenHashOf(deps, token);
  const account = await deps.store.deskSession(tokenHash, deps.clock.nowMs(), DESK_IDLE_MS);
  return account && { account, tokenHash, todo: todoOf(account) };
}

/** What the page must send along with each change: a page of another origin can't know it. */
export function deskGuardOf({ hash }: Pick<Deps, "hash">, { tokenHash }: DeskSession): string {
  return hexOf(hash([new TextEncoder().encode("unit desk guard"), tokenHash])).slice(2, 34);
}

function todoOf(account: DeskAccount): DeskSession["todo"] {
  if (account.isPasswordGiven) return "password";
  return account.needsTotp && account.totpSealed === undefined ? "totp" : undefined;
}

const tokenHashOf = ({ hash }: Pick<Deps, "hash">, token: string): Uint8Array =>
  hash([new TextEncoder().encode(token)]);
