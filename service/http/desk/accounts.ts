import type { Deps } from "../../app/deps.ts";
import { changeDeskAccount, makeDeskAccount, resetDeskAccount } from "../../app/deskAccounts.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import type { DeskAccount } from "../../app/deskPorts.ts";
import { hexOf } from "../../core/bytes.ts";
import { jsonReply, type Reply } from "../call.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import type { DeskCall } from "./guard.ts";
import { accountView } from "./present.ts";
import { accountChangeBody, itemBody, itemKeyBody, newAccountBody } from "./schema.ts";

const LOG_PAGE_SIZE = 100;

/** GET /unit/api/accounts */
export async function getAccounts(deps: Deps, call: DeskCall): Promise<Reply> {
  const accounts = await deps.store.deskAccounts(call.unit.unitId);
  return jsonReply(200, { accounts: accounts.map(accountView) });
}

/** POST /unit/api/accounts: the one-time password is in this answer and nowhere else. */
export async function postAccount(deps: Deps, call: DeskCall): Promise<Reply> {
  const wanted = validated(newAccountBody, jsonBody(call));
  const { account: by } = call.session;
  // Who plays the demo makes colleagues that need no telephone either.
  const made = await makeDeskAccount(deps, { ...wanted, unitId: by.unitId, needsTotp: by.needsTotp });
  if (made === undefined) {
    throw new HttpProblem("desk_account_exists", {
      zh: "本单位已有这个账号名，请换一个",
      en: "the unit has an account of this name: choose another",
    });
  }
  await logAtDesk(deps, by, "account_made", [`account ${made.account.accountId}`]);
  return jsonReply(201, { account: accountView(made.account), password: made.password });
}

/** POST /unit/api/accounts/{id} */
export async function postAccountChange(deps: Deps, call: DeskCall): Promise<Reply> {
  const body = validated(accountChangeBody, jsonBody(call));
  const account = await ownAccount(deps, call);
  const { account: by } = call.session;
  const isOwnSeat =
    account.accountId === by.accountId && (body.isClosed === true || (body.role ?? by.role) !== by.role);
  if (isOwnSeat) {
    const wrong = { zh: "不能停用自己，也不能改自己的角色", en: "nobody closes their own account or changes its role" };
    throw invalidFields([{ code: "own_account", pointer: "/role", ...wrong }]);
  }
  const { displayName, role, placeCode, isClosed } = body;
  await changeDeskAccount(deps, by, account, {
    ...(displayName === undefined ? {} : { displayName }),
    ...(role === undefined ? {} : { role }),
    ...(placeCode === undefined ? {} : { placeCode }),
    ...(isClosed === undefined ? {} : { isClosed }),
  });
  return jsonReply(200, accountView({ ...account, ...(await ownAccount(deps, call)) }));
}

/** POST /unit/api/accounts/{id}/reset */
export async function postAccountReset(deps: Deps, call: DeskCall): Promise<Reply> {
  const account = await ownAccount(deps, call);
  if (account.accountId === call.session.account.accountId) {
    const wrong = { zh: "不能重置自己：请用“修改口令”", en: "nobody resets their own account: change the password" };
    throw invalidFields([{ code: "own_account", pointer: "", ...wrong }]);
  }
  return jsonReply(200, { password: await resetDeskAccount(deps, call.session.account, account) });
}

/** GET /unit/api/log */
export async function getLog(deps: Deps, call: DeskCall): Promise<Reply> {
  const before = call.query.get("before") ?? "";
  const place = /^[1-9]\d{0,14}$/.test(before) ? Number(before) : undefined;
  const found = await deps.store.deskLog(call.unit.unitId, place, LOG_PAGE_SIZE + 1);
  const accounts = await deps.store.deskAccounts(call.unit.unitId);
  const names = new Map(accounts.map(({ accountId, displayName }) => [accountId, displayName]));
  const entries = found.slice(0, LOG_PAGE_SIZE).map(({ seq, atMs, accountId, action, object, hash }) => {
    return { seq, atMs, accountId, by: names.get(accountId) ?? accountId, action, object, hash: hexOf(hash) };
  });
  return jsonReply(200, { entries, nextBefore: found.length > LOG_PAGE_SIZE ? (entries.at(-1)?.seq ?? null) : null });
}

/** POST /unit/api/items */
export async function postItem(deps: Deps, call: DeskCall): Promise<Reply> {
  const item = validated(itemBody, jsonBody(call));
  if (!call.unit.kinds.includes(item.kind)) {
    const wrong = { zh: "本单位未获准开具这个票种", en: "the unit may not issue this kind" };
    throw invalidFields([{ code: "kind_not_authorised", pointer: "/kind", ...wrong }]);
  }
  await deps.store.saveDeskItem(call.unit.unitId, item);
  await logAtDesk(deps, call.session.account, "item_saved", [`${item.kind} ${item.itemCode}`]);
  return jsonReply(200, { items: await deps.store.deskItems(call.unit.unitId) });
}

/** POST /unit/api/items/remove */
export async function postItemRemoval(deps: Deps, call: DeskCall): Promise<Reply> {
  const { kind, itemCode } = validated(itemKeyBody, jsonBody(call));
  await deps.store.removeDeskItem(call.unit.unitId, kind, itemCode);
  await logAtDesk(deps, call.session.account, "item_removed", [`${kind} ${itemCode}`]);
  return jsonReply(200, { items: await deps.store.deskItems(call.unit.unitId) });
}

/** Another unit's account is as if it were not there. @throws HttpProblem not_found */
async function ownAccount(deps: Deps, call: DeskCall): Promise<DeskAccount> {
  const id = call.params["id"] ?? "";
  const account = /^[0-9a-f]{32}$/.test(id) ? await deps.store.deskAccount(id) : undefined;
  if (account !== undefined && account.unitId === call.session.account.unitId) return account;
  throw new HttpProblem("not_found", { zh: "本单位没有这个账号", en: "this unit has no such account" });
}
