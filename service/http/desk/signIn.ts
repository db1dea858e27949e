import { z } from "zod";
import { changeDeskPassword, MIN_PASSWORD_LENGTH } from "../../app/deskAccounts.ts";
import type { Deps } from "../../app/deps.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import { deskGuardOf, deskSessionOf, DESK_SESSION_MS } from "../../app/deskSession.ts";
import { signInAtDesk } from "../../app/deskSignIn.ts";
import { beginTotp, confirmTotp } from "../../app/deskTotp.ts";
import { mayReview } from "../../domain/deskRoles.ts";
import { jsonReply, type Call, type Reply } from "../call.ts";
import { cookieOf, isFromElsewhere } from "../citizens/form.ts";
import { jsonBody, invalidFields, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import { DESK_COOKIE, type DeskCall } from "./guard.ts";
import { code, password } from "./schema.ts";

const signInBody = z.strictObject({ login: z.string().min(1).max(40), password, code: code.default("") });
const passwordBody = z.strictObject({ old: password, fresh: password });
const codeBody = z.strictObject({ code });
const nothing = z.strictObject({});

/** GET /unit/api/me: who is signed in, and what the pages need of the unit. */
export async function getMe(deps: Deps, call: Call): Promise<Reply> {
  const session = await deskSessionOf(deps, cookieOf(call, DESK_COOKIE));
  const unit = session && (await deps.store.unit(session.account.unitId));
  if (session === undefined || unit === undefined) return jsonReply(200, { isSignedIn: false });
  const { account, todo } = session;
  // Reviewers by office before the head.
  const accounts = (await deps.store.deskAccounts(unit.unitId)).toSorted((a, b) => b.role.localeCompare(a.role));
  const { keyId: _key, status, ...own } = unit;
  return jsonReply(200, {
    isSignedIn: true,
    todo: todo ?? null,
    guard: deskGuardOf(deps, session),
    nowMs: deps.clock.nowMs(),
    account: {
      accountId: account.accountId,
      login: `${account.unitId}-${account.name}`,
      displayName: account.displayName,
      role: account.role,
      placeCode: account.placeCode,
      isTotpBound: account.totpSealed !== undefined,
    },
    unit: own,
    isSuspended: status !== "active",
    kinds: todo === undefined ? unit.kinds.flatMap((id) => deps.kinds.get(id) ?? []) : [],
    items: todo === undefined ? await deps.store.deskItems(unit.unitId) : [],
    checkers:
      todo === undefined
        ? accounts
            .filter((each) => mayReview(each.role) && !each.isClosed && each.accountId !== account.accountId)
            .map(({ accountId, displayName }) => ({ accountId, displayName }))
        : [],
  });
}

/** POST /unit/api/sign-in */
export async function postSignIn(deps: Deps, call: Call): Promise<Reply> {
  if (isFromElsewhere(call)) throw refused();
  const result = await signInAtDesk(deps, validated(signInBody, jsonBody(call)), call.address);
  if (result.kind !== "opened") throw result.kind === "too_many" ? tooMany() : refused();
  return jsonReply(200, {}, { "Set-Cookie": deskCookie(deps, result.token, DESK_SESSION_MS) });
}

/** POST /unit/api/sign-out */
export async function postSignOut(deps: Deps, call: DeskCall): Promise<Reply> {
  validated(nothing, jsonBody(call));
  const { account, tokenHash } = call.session;
  await deps.store.endDeskSession(tokenHash);
  await logAtDesk(deps, account, "signed_out", [`account ${account.accountId}`]);
  return jsonReply(200, {}, { "Set-Cookie": deskCookie(deps, "", 0) });
}

/** POST /unit/api/password */
export async function postPassword(deps: Deps, call: DeskCall): Promise<Reply> {
  const passwords = validated(passwordBody, jsonBody(call));
  const { account, tokenHash } = call.session;
  const found = weakness(passwords, account.name);
  if (found !== undefined) throw invalidFields([{ code: "password_weak", pointer: "/fresh", ...found }]);
  if (await changeDeskPassword(deps, account, passwords, tokenHash)) return jsonReply(200, {});
  const wrong = { zh: "原口令不对", en: "the old password is wrong" };
  throw invalidFields([{ code: "password_wrong", pointer: "/old", ...wrong }]);
}

/** POST /unit/api/totp */
export async function postTotp(deps: Deps, call: DeskCall): Promise<Reply> {
  validated(nothing, jsonBody(call));
  // Whoever sits down at an open session must not bind a phone of their own.
  if (call.session.account.totpSealed !== undefined) throw alreadyBound();
  return jsonReply(200, await beginTotp(deps, call.session.account));
}

/** POST /unit/api/totp/confirm */
export async function postTotpConfirm(deps: Deps, call: DeskCall): Promise<Reply> {
  const body = validated(codeBody, jsonBody(call));
  if (call.session.account.totpSealed !== undefined) throw alreadyBound();
  const recoveryCodes = await confirmTotp(deps, call.session.account, body.code.trim());
  if (recoveryCodes !== undefined) return jsonReply(200, { recoveryCodes });
  const wrong = {
    zh: "动态口令不对：请核对手机时间，等下一个再试",
    en: "wrong code: check the phone's clock, try the next",
  };
  throw invalidFields([{ code: "totp_wrong", pointer: "/code", ...wrong }]);
}

function weakness(
  { old, fresh }: { readonly old: string; readonly fresh: string },
  name: string,
): { readonly zh: string; readonly en: string } | undefined {
  if (Array.from(fresh).length < MIN_PASSWORD_LENGTH) {
    return { zh: `新口令至少 ${MIN_PASSWORD_LENGTH} 个字符`, en: `at least ${MIN_PASSWORD_LENGTH} characters` };
  }
  if (fresh === old) return { zh: "新口令不能与原口令相同", en: "must differ from the old one" };
  const isPlain = new Set(fresh).size < 5 || fresh.toLowerCase().includes(name) || /^\d+$/.test(fresh);
  return isPlain
    ? {
        zh: "太容易猜：不要只用数字、重复字符或账号名",
        en: "too easy to guess: no digits alone, repeats or account name",
      }
    : undefined;
}

function deskCookie(deps: Deps, token: string, lifeMs: number): string {
  const secure = deps.settings.publicUrl.startsWith("https:") ? "; Secure" : "";
  return `${DESK_COOKIE}=${token}; Path=/unit; Max-Age=${lifeMs / 1000}; HttpOnly; SameSite=Strict${secure}`;
}

function refused(): HttpProblem {
  return new HttpProblem("desk_sign_in_refused", {
    zh: "账号、口令或动态口令不对。忘记口令或更换手机，请找单位负责人重置",
    en: "account, password or one-time code is wrong. Forgotten, or a new phone: ask the unit's head to reset it",
  });
}

function tooMany(): HttpProblem {
  return new HttpProblem("desk_too_many_tries", {
    zh: "尝试次数过多，请 15 分钟后再试",
    en: "too many tries: try again in 15 minutes",
  });
}

function alreadyBound(): HttpProblem {
  return new HttpProblem("desk_not_allowed", {
    zh: "动态口令已绑定；更换手机请找单位负责人重置",
    en: "an authenticator is bound already: for a new phone ask the unit's head to reset it",
  });
}
