import { equalBytes, hexOf } from "../core/bytes.ts";
import type { Contact } from "../domain/contact.ts";
import { lookupOf, sealContact } from "./contacts.ts";
import { deliveryTopic, type Deps } from "./deps.ts";
import { newId } from "./receiptLink.ts";
import { isWithinRate } from "./rateLimits.ts";

export const LOGIN_CODE_MS = 600_000;
export const LOGIN_TRIES = 5;
export const SESSION_MS = 900_000;
const LOGIN_ID = /^[0-9a-f]{32}$/;
const CODE = /^\d{6}$/;

/**
 * Asks for a one-time code. Known and unknown contacts get the same answer, after the same work; only a payer's is sent one.
 * @param from the asker's network address
 * @returns the id that the code is entered with; undefined: asked too often
 */
export async function askLoginCode(deps: Deps, contact: Contact, from: string): Promise<string | undefined> {
  const who = `${contact.channel} ${contact.address}`;
  const isAllowed =
    (await isWithinRate(deps, "login_address", from)) &&
    (await isWithinRate(deps, "login_contact", who)) &&
    (await isWithinRate(deps, "login_contact_day", who));
  if (!isAllowed) return undefined;
  const [loginId, code, nowMs] = [newId(deps), drawCode(deps), deps.clock.nowMs()];
  await deps.store.addLoginCode({
    loginId,
    lookup: lookupOf(deps.contacts, contact),
    codeMac: macOf(deps, loginId, code),
    nowMs,
    expiresAtMs: nowMs + LOGIN_CODE_MS,
    message: { ...sealContact(deps.contacts, contact, code), deliveryId: newId(deps) },
  });
  deps.bell.ring(deliveryTopic);
  return loginId;
}

/**
 * Opens a session with a one-time code. Why it is refused is not told: wrong, lapsed, used, tried too often, for nobody.
 * @returns the session's token, for a cookie
 */
export async function enterLoginCode(
  deps: Deps,
  loginId: string,
  code: string,
  from: string,
): Promise<{ readonly kind: "opened"; readonly token: string } | { readonly kind: "refused" | "too_many" }> {
  if (!LOGIN_ID.test(loginId) || !CODE.test(code)) return { kind: "refused" };
  if (!(await isWithinRate(deps, "login_try_address", from))) return { kind: "too_many" };
  const nowMs = deps.clock.nowMs();
  const known = await deps.store.tryLoginCode(loginId, LOGIN_TRIES, nowMs);
  if (known === undefined || !equalBytes(known.codeMac, macOf(deps, loginId, code))) return { kind: "refused" };
  const token = hexOf(deps.random.bytes(32)).slice(2);
  const session = { tokenHash: tokenHashOf(deps, token), expiresAtMs: nowMs + SESSION_MS };
  return (await deps.store.openSession(loginId, session)) ? { kind: "opened", token } : { kind: "refused" };
}

/** Whose session it is; undefined without one. */
export async function payerOf(
  deps: Pick<Deps, "store" | "hash" | "clock">,
  token: string | undefined,
): Promise<{ readonly lookup: Uint8Array } | undefined> {
  if (token === undefined || !/^[0-9a-f]{64}$/.test(token)) return undefined;
  return deps.store.sessionOf(tokenHashOf(deps, token), deps.clock.nowMs());
}

export async function leave(deps: Pick<Deps, "store" | "hash">, token: string | undefined): Promise<void> {
  if (token !== undefined) await deps.store.endSession(tokenHashOf(deps, token));
}

const tokenHashOf = ({ hash }: Pick<Deps, "hash">, token: string): Uint8Array =>
  hash([new TextEncoder().encode(token)]);

/** Under the keystore's key: a copy of the database alone can't be searched for the code among a million. */
const macOf = ({ contacts }: Pick<Deps, "contacts">, loginId: string, code: string): Uint8Array =>
  contacts.mac("login-code", `${loginId} ${code}`);

/** 000000 to 999999, each as likely: what lies above the last whole million is drawn again. */
function drawCode(deps: Pick<Deps, "random">): string {
  for (;;) {
    const value = new DataView(Uint8Array.from(deps.random.bytes(4)).buffer).getUint32(0);
    if (value < 4_294_000_000) return String(value % 1_000_000).padStart(6, "0");
  }
}
