import type { Deps } from "./deps.ts";
import { logAtDesk } from "./deskLog.ts";
import type { DeskAccount } from "./deskPorts.ts";
import { openDeskSession } from "./deskSession.ts";
import { isDeskCode } from "./deskTotp.ts";
import { isWithinRate } from "./rateLimits.ts";

export type SignInResult =
  { readonly kind: "opened"; readonly token: string } | { readonly kind: "refused" | "too_many" };

/** "3-cashier": the unit's number and the account's name. */
const LOGIN = /^(\d{1,9})-([a-z0-9]{2,20})$/;
const MAX_PASSWORD_LENGTH = 200;

/** Compared with when there is no such account, so that an answer takes as long: the hash of nobody's password. */
let nobodysHash: Promise<string> | undefined;

/**
 * Opens a session. Why it is refused is not told: no such account, closed, wrong password, wrong or missing one-time code.
 * @param code of the authenticator app, or a recovery code; "" if none is bound
 * @param from the asker's network address
 */
export async function signInAtDesk(
  deps: Deps,
  { login, password, code }: { readonly login: string; readonly password: string; readonly code: string },
  from: string,
): Promise<SignInResult> {
  const name = login.trim().toLowerCase();
  if (!(await isWithinRate(deps, "desk_address", from))) return { kind: "too_many" };
  const isAllowed =
    (await isWithinRate(deps, "desk_account_address", `${name} ${from}`)) &&
    (await isWithinRate(deps, "desk_account", name));
  if (!isAllowed) return { kind: "too_many" };
  const account = await accountOf(deps, name);
  const hash = account?.passwordHash ?? (await (nobodysHash ??= deps.deskSecrets.hashPassword("nobody")));
  const isRight = await deps.deskSecrets.matchesPassword(password.slice(0, MAX_PASSWORD_LENGTH), hash);
  if (account === undefined || account.isClosed) return { kind: "refused" };
  if (!isRight || !(await isCodeRight(deps, account, code))) {
    await logAtDesk(deps, account, "sign_in_refused", [`account ${account.accountId}`]);
    return { kind: "refused" };
  }
  const token = await openDeskSession(deps, account.accountId);
  await logAtDesk(deps, account, "signed_in", [`account ${account.accountId}`]);
  return { kind: "opened", token };
}

async function accountOf(deps: Pick<Deps, "store">, login: string): Promise<DeskAccount | undefined> {
  const [, unitId = "", name = ""] = LOGIN.exec(login) ?? [];
  return name === "" ? undefined : deps.store.deskAccountByName(Number(unitId), name);
}

function isCodeRight(deps: Deps, account: DeskAccount, code: string): Promise<boolean> {
  return account.totpSealed === undefined ? Promise.resolve(true) : isDeskCode(deps, account, code);
}
