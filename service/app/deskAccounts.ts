import { base32Of } from "../domain/base32.ts";
import type { DeskRole } from "../domain/deskRoles.ts";
import type { Deps } from "./deps.ts";
import { logAtDesk } from "./deskLog.ts";
import type { DeskAccount, DeskAccountChange } from "./deskPorts.ts";
import { newId } from "./receiptLink.ts";

/** Shortest password that a person may choose; NIST SP 800-63B asks for length and nothing else. */
export const MIN_PASSWORD_LENGTH = 10;

type AccountDeps = Pick<Deps, "store" | "clock" | "random" | "deskSecrets">;

export type NewDeskAccount = {
  readonly unitId: number;
  readonly name: string;
  readonly displayName: string;
  readonly role: DeskRole;
  readonly placeCode: string;
  /** False for the demo's alone. Default true. */
  readonly needsTotp?: boolean;
  /** Default: one is drawn, for the first sign-in only. */
  readonly password?: string;
};

/** @returns the account and its one-time password; undefined: the unit has an account of this name */
export async function makeDeskAccount(
  deps: AccountDeps,
  wanted: NewDeskAccount,
): Promise<{ readonly account: DeskAccount; readonly password: string } | undefined> {
  const { needsTotp = true, password = drawPassword(deps), ...rest } = wanted;
  const account: DeskAccount = {
    ...rest,
    accountId: newId(deps),
    isClosed: false,
    passwordHash: await deps.deskSecrets.hashPassword(password),
    isPasswordGiven: wanted.password === undefined,
    needsTotp,
    createdAtMs: deps.clock.nowMs(),
  };
  return (await deps.store.addDeskAccount(account)) ? { account, password } : undefined;
}

/** What the head may change of an account. Another role, or closing it, ends its sessions. */
export async function changeDeskAccount(
  deps: Pick<Deps, "store" | "clock">,
  by: DeskAccount,
  account: DeskAccount,
  change: Pick<DeskAccountChange, "displayName" | "role" | "placeCode" | "isClosed">,
): Promise<void> {
  await deps.store.changeDeskAccount(account.accountId, change);
  if (change.isClosed === true || (change.role ?? account.role) !== account.role) {
    await deps.store.endDeskSessionsOf(account.accountId);
  }
  const what = Object.keys(change).sort().join(",");
  await logAtDesk(deps, by, "account_changed", [`account ${account.accountId} ${what}`]);
}

/** For who forgot the password or lost the phone: a new one-time password, and the app is bound anew. */
export async function resetDeskAccount(deps: AccountDeps, by: DeskAccount, account: DeskAccount): Promise<string> {
  const password = drawPassword(deps);
  const passwordHash = await deps.deskSecrets.hashPassword(password);
  await deps.store.changeDeskAccount(account.accountId, { passwordHash, isPasswordGiven: true });
  await deps.store.unbindTotp(account.accountId);
  await deps.store.endDeskSessionsOf(account.accountId);
  await logAtDesk(deps, by, "account_reset", [`account ${account.accountId}`]);
  return password;
}

/** @returns false if the old password is wrong */
export async function changeDeskPassword(
  deps: AccountDeps,
  account: DeskAccount,
  passwords: { readonly old: string; readonly fresh: string },
  keptSession: Uint8Array,
): Promise<boolean> {
  if (!(await deps.deskSecrets.matchesPassword(passwords.old, account.passwordHash))) return false;
  const passwordHash = await deps.deskSecrets.hashPassword(passwords.fresh);
  await deps.store.changeDeskAccount(account.accountId, { passwordHash, isPasswordGiven: false });
  await deps.store.endDeskSessionsOf(account.accountId, keptSession);
  await logAtDesk(deps, account, "password_changed", [`account ${account.accountId}`]);
  return true;
}

/** 80 bits, easy to read out: "abcd-efgh-ijkl-mnop". */
function drawPassword({ random }: Pick<Deps, "random">): string {
  return base32Of(random.bytes(10))
    .toLowerCase()
    .replace(/(.{4})(?=.)/g, "$1-");
}
