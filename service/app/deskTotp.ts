import { bytesOfHex, hexOf } from "../core/bytes.ts";
import { base32Of } from "../domain/base32.ts";
import type { Deps } from "./deps.ts";
import { logAtDesk } from "./deskLog.ts";
import type { DeskAccount } from "./deskPorts.ts";

const STEP_MS = 30_000;
/** A clock may be one step off, either way (RFC 6238, 5.2). */
const DRIFT_STEPS = [0, -1, 1] as const;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 8;

type TotpDeps = Pick<Deps, "store" | "contacts" | "deskSecrets" | "clock" | "random">;

/** Begins to bind an authenticator app: nothing counts until a code proves it. */
export async function beginTotp(
  deps: TotpDeps,
  account: DeskAccount,
): Promise<{ readonly secret: string; readonly uri: string; readonly qr: readonly string[] }> {
  const bytes = deps.random.bytes(SECRET_BYTES);
  await deps.store.changeDeskAccount(account.accountId, { totpPending: deps.contacts.seal(hexOf(bytes)) });
  const secret = base32Of(bytes);
  const label = encodeURIComponent(`链票:${account.unitId}-${account.name}`);
  const issuer = encodeURIComponent("链票");
  const uri = `otpauth://totp/${label}?secret=${secret}&issuer=${issuer}`;
  return { secret, uri, qr: deps.deskSecrets.qrRows(uri) };
}

/** @returns the recovery codes, shown this once; undefined: the code is wrong, or nothing was begun */
export async function confirmTotp(
  deps: TotpDeps,
  account: DeskAccount,
  code: string,
): Promise<readonly string[] | undefined> {
  if (account.totpPending === undefined) return undefined;
  const step = stepOf(deps, account.totpPending, code);
  if (step === undefined) return undefined;
  const codes = Array.from({ length: RECOVERY_CODES }, () => newRecoveryCode(deps));
  const macs = codes.map((each) => recoveryMac(deps, account, each));
  await deps.store.bindTotp(account.accountId, step, macs);
  await logAtDesk(deps, account, "totp_bound", [`account ${account.accountId}`]);
  return codes;
}

/** Whether it is the app's code of now, for the first time, or a recovery code that was not used yet. Uses it up. */
export async function isDeskCode(deps: TotpDeps, account: DeskAccount, typed: string): Promise<boolean> {
  if (account.totpSealed === undefined) return false;
  const code = typed.replace(/\s/g, "");
  if (/^\d{6}$/.test(code)) {
    const step = stepOf(deps, account.totpSealed, code);
    return step !== undefined && deps.store.useTotpStep(account.accountId, step);
  }
  const recovery = code.toUpperCase().replaceAll("-", "");
  if (!/^[A-Z2-7]{16}$/.test(recovery)) return false;
  const isUsed = await deps.store.useRecoveryCode(account.accountId, recoveryMac(deps, account, recovery));
  if (isUsed) await logAtDesk(deps, account, "recovery_code_used", [`account ${account.accountId}`]);
  return isUsed;
}

function stepOf(deps: TotpDeps, sealed: Uint8Array, code: string): number | undefined {
  const secret = bytesOfHex(deps.contacts.open(sealed));
  const now = Math.floor(deps.clock.nowMs() / STEP_MS);
  return DRIFT_STEPS.map((drift) => now + drift).find((step) => deps.deskSecrets.totpAt(secret, step) === code);
}

/** 80 bits: "ABCD-EFGH-IJKL-MNOP". */
function newRecoveryCode({ random }: Pick<Deps, "random">): string {
  return base32Of(random.bytes(10)).replace(/(.{4})(?=.)/g, "$1-");
}

const recoveryMac = ({ contacts }: TotpDeps, { accountId }: DeskAccount, code: string): Uint8Array =>
  contacts.mac("desk-recovery", `${accountId} ${code.replaceAll("-", "")}`);
