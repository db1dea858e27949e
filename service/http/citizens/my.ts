import type { Deps } from "../../app/deps.ts";
import { askLoginCode, enterLoginCode, leave, payerOf, SESSION_MS } from "../../app/payerLogin.ts";
import type { PayerFilter } from "../../app/payerPorts.ts";
import type { Receipt } from "../../app/storePorts.ts";
import { parseContact } from "../../domain/contact.ts";
import type { Call, Reply } from "../call.ts";
import { encodeCursor, parseCursor } from "../units/cursor.ts";
import { cookieOf, formFields, isFromElsewhere, seeOther } from "./form.ts";
import { askPage, codePage, listPage } from "./myPages.ts";

const COOKIE = "lianpiao_my";
const PAGE_SIZE = 20;

/** GET /my: the payer's receipts, or the question who it is. */
export async function getMy(deps: Deps, call: Call): Promise<Reply> {
  const payer = await payerOf(deps, cookieOf(call, COOKIE));
  if (payer === undefined) return askPage(call.query.get("said") ?? "");
  const chosen = {
    unit: call.query.get("unit") ?? "",
    year: call.query.get("year") ?? "",
    kind: call.query.get("kind") ?? "",
  };
  const after = parseCursor(call.query.get("after") ?? "");
  // One more than is shown tells whether there is a next page.
  const found = await deps.store.receiptsOfPayer(payer.lookup, filterOf(chosen), after, PAGE_SIZE + 1);
  const receipts = found.slice(0, PAGE_SIZE);
  const last = receipts.at(-1);
  const isMore = found.length > PAGE_SIZE && last !== undefined;
  return listPage(receipts, {
    facets: await deps.store.facetsOfPayer(payer.lookup),
    chosen,
    kindName: (kind) => deps.kinds.get(kind)?.eInvoiceName.zh ?? kind,
    next: isMore ? `/my?${new URLSearchParams({ ...chosen, after: encodeCursor(last) }).toString()}` : undefined,
  });
}

/** POST /my/code */
export async function postCode(deps: Deps, call: Call): Promise<Reply> {
  if (isFromElsewhere(call)) return seeOther("/my");
  const contact = parseContact(formFields(call).get("contact") ?? "");
  if (contact === undefined) return seeOther("/my?said=malformed");
  const loginId = await askLoginCode(deps, contact, call.address);
  return seeOther(loginId === undefined ? "/my?said=too_many" : `/my/code?login=${loginId}`);
}

/** GET /my/code */
export function getCode(call: Call): Promise<Reply> {
  return Promise.resolve(codePage(call.query.get("login") ?? "", call.query.get("said") ?? ""));
}

/** POST /my/enter */
export async function postEnter(deps: Deps, call: Call): Promise<Reply> {
  if (isFromElsewhere(call)) return seeOther("/my");
  const fields = formFields(call);
  const loginId = fields.get("login") ?? "";
  const code = (fields.get("code") ?? "").replace(/\s/g, "");
  const result = await enterLoginCode(deps, loginId, code, call.address);
  if (result.kind === "opened") return seeOther("/my", { "Set-Cookie": sessionCookie(deps, result.token, SESSION_MS) });
  const login = /^[0-9a-f]{32}$/.test(loginId) ? loginId : "";
  return seeOther(`/my/code?login=${login}&said=${result.kind}`);
}

/** POST /my/leave */
export async function postLeave(deps: Deps, call: Call): Promise<Reply> {
  if (isFromElsewhere(call)) return seeOther("/my");
  await leave(deps, cookieOf(call, COOKIE));
  return seeOther("/my?said=left", { "Set-Cookie": sessionCookie(deps, "", 0) });
}

/** POST /my/forget */
export async function postForget(deps: Deps, call: Call): Promise<Reply> {
  const payer = await payerOf(deps, cookieOf(call, COOKIE));
  if (payer === undefined || isFromElsewhere(call)) return seeOther("/my");
  await deps.store.forgetPayer(payer.lookup);
  return seeOther("/my?said=forgotten", { "Set-Cookie": sessionCookie(deps, "", 0) });
}

/** The receipt of the path, if it is this payer's. Another's is as if it were not there. */
export async function ownReceiptOf(deps: Deps, call: Call): Promise<Receipt | undefined> {
  const { code = "", number = "" } = call.params;
  if (!/^\d{8}$/.test(code) || !/^\d{10}$/.test(number)) return undefined;
  const payer = await payerOf(deps, cookieOf(call, COOKIE));
  return payer && deps.store.receiptOfPayer(payer.lookup, { code: Number(code), number: Number(number) });
}

function filterOf({
  unit,
  year,
  kind,
}: {
  readonly unit: string;
  readonly year: string;
  readonly kind: string;
}): PayerFilter {
  const startOf = (name: number): number => Date.parse(`${name}-01-01T00:00:00+08:00`);
  return {
    ...(/^\d{1,9}$/.test(unit) ? { unitId: Number(unit) } : {}),
    ...(/^[a-z][A-Za-z0-9]{0,39}$/.test(kind) ? { kind } : {}),
    ...(/^20\d\d$/.test(year)
      ? { issuedFromMs: startOf(Number(year)), issuedBeforeMs: startOf(Number(year) + 1) }
      : {}),
  };
}

function sessionCookie(deps: Deps, token: string, lifeMs: number): string {
  const secure = deps.settings.publicUrl.startsWith("https:") ? "; Secure" : "";
  return `${COOKIE}=${token}; Path=/my; Max-Age=${lifeMs / 1000}; HttpOnly; SameSite=Strict${secure}`;
}
