import type { Deps } from "../../app/deps.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import { deskGuardOf, deskSessionOf, type DeskSession } from "../../app/deskSession.ts";
import type { Unit } from "../../app/storePorts.ts";
import { mayAtDesk, type DeskAction } from "../../domain/deskRoles.ts";
import type { Call, Reply } from "../call.ts";
import { cookieOf, isFromElsewhere } from "../citizens/form.ts";
import { HttpProblem } from "../problem.ts";

export const DESK_COOKIE = "lianpiao_unit";
/** What a page sends along with each change. */
const GUARD_FIELD = "lianpiao-desk-guard";

/** A request of somebody who is signed in and may do what it asks. */
export type DeskCall = Call & { readonly session: DeskSession; readonly unit: Unit };

type Handler = (call: DeskCall) => Promise<Reply>;
type Handle = (call: Call) => Promise<Reply>;

/** Lets through who is signed in, has nothing left to do first, and whose role may do it. Whoever may not is written down. */
export function permitted(deps: Deps, action: DeskAction, isChange: boolean, handler: Handler): Handle {
  return inBothLanguages(async (call) => {
    const deskCall = await signedIn(deps, call, isChange);
    const { account, todo } = deskCall.session;
    if (todo !== undefined || !mayAtDesk(account.role, action)) {
      await logAtDesk(deps, account, "action_denied", [action]);
      throw notAllowed();
    }
    return handler(deskCall);
  });
}

/** Lets through who is signed in, whatever is left to do. */
export function present(deps: Deps, isChange: boolean, handler: Handler): Handle {
  return inBothLanguages(async (call) => handler(await signedIn(deps, call, isChange)));
}

/** The pages show both languages at once: a problem carries both. */
export function inBothLanguages(handle: Handle): Handle {
  return async (call) => {
    try {
      return await handle(call);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      const { code, detail, errors, headers } = error;
      throw new HttpProblem(code, detail, {
        errors,
        headers,
        members: { ...error.members, detail2: detail, fields: errors },
      });
    }
  };
}

/** A change from another site is refused before it is looked at: SameSite, Sec-Fetch-Site, and a word that only our page knows. */
async function signedIn(deps: Deps, call: Call, isChange: boolean): Promise<DeskCall> {
  const session = await deskSessionOf(deps, cookieOf(call, DESK_COOKIE));
  const unit = session && (await deps.store.unit(session.account.unitId));
  if (session === undefined || unit === undefined) throw signedOut();
  if (isChange && (isFromElsewhere(call) || call.field(GUARD_FIELD) !== deskGuardOf(deps, session))) throw signedOut();
  return { ...call, session, unit };
}

function signedOut(): HttpProblem {
  return new HttpProblem("desk_signed_out", {
    zh: "登录已过期，请重新登录；已填写的内容仍在本页",
    en: "the session has ended: sign in again; what you typed is still on the page",
  });
}

function notAllowed(): HttpProblem {
  return new HttpProblem("desk_not_allowed", {
    zh: "您的角色不能做这件事，请找有权限的同事；此次尝试已记录",
    en: "your role may not do this: ask a colleague who may. The attempt was logged",
  });
}
