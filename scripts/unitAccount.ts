// npm run unit-account -- add|list|reset|check-log …: the accounts of units' desks, from the machine that runs the service.
import { deskSecrets } from "../service/adapters/system/deskSecrets.ts";
import { systemClock } from "../service/adapters/system/clock.ts";
import { systemRandom } from "../service/adapters/system/random.ts";
import { makeDeskAccount, resetDeskAccount } from "../service/app/deskAccounts.ts";
import { checkDeskLog, logAtDesk } from "../service/app/deskLog.ts";
import type { DeskAccount } from "../service/app/deskPorts.ts";
import type { Unit } from "../service/app/storePorts.ts";
import { openParts, type Parts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { AppError } from "../service/core/errors.ts";
import { DESK_ROLES, type DeskRole } from "../service/domain/deskRoles.ts";
import { runCommand } from "./command.ts";

const USAGE = `npm run unit-account -- list UNIT
npm run unit-account -- add UNIT NAME ROLE DISPLAY_NAME PLACE_CODE
npm run unit-account -- reset UNIT NAME
npm run unit-account -- check-log UNIT
UNIT: 单位编号或统一社会信用代码 (its number or credit code)   ROLE: ${DESK_ROLES.join(", ")}`;

await runCommand(async () => {
  const [verb = "", unitText = "", ...rest] = process.argv.slice(2);
  if (verb === "" || unitText === "") return usage();
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    const unit = await unitOf(parts, unitText);
    switch (verb) {
      case "list":
        return await list(parts, unit);
      case "add":
        return await add(parts, unit, rest);
      case "reset":
        return await reset(parts, unit, rest[0] ?? "");
      case "check-log":
        return await checkLog(parts, unit);
      default:
        return usage();
    }
  } finally {
    await parts.stop();
  }
});

function usage(): number {
  console.error(USAGE);
  return 2;
}

async function unitOf({ store }: Parts, text: string): Promise<Unit> {
  const units = await store.units();
  const unit = units.find(({ unitId, creditCode }) => String(unitId) === text || creditCode === text);
  if (unit !== undefined) return unit;
  const known = units.map(({ unitId, name }) => `${unitId} ${name}`).join(", ");
  throw new AppError("unit_unknown", `没有这个单位 (no such unit). 现有 (there are): ${known}`);
}

async function list({ store }: Parts, unit: Unit): Promise<number> {
  for (const { name, role, displayName, isClosed } of await store.deskAccounts(unit.unitId)) {
    console.log(`${unit.unitId}-${name}  ${role}  ${displayName}${isClosed ? "  已停用 (closed)" : ""}`);
  }
  return 0;
}

async function add(parts: Parts, unit: Unit, rest: readonly string[]): Promise<number> {
  const [name = "", roleText = "", displayName = "", placeCode = ""] = rest;
  const role = DESK_ROLES.find((each): each is DeskRole => each === roleText);
  if (!/^[a-z0-9]{2,20}$/.test(name) || role === undefined || displayName === "" || placeCode === "") return usage();
  const made = await makeDeskAccount(depsOf(parts), { unitId: unit.unitId, name, role, displayName, placeCode });
  if (made === undefined) throw new AppError("desk_account_exists", `账号 ${name} 已存在 (there is such an account)`);
  await logAtDesk(depsOf(parts), operatorOf(unit), "account_made", [`account ${made.account.accountId}`]);
  tell(unit, made.account, made.password);
  return 0;
}

async function reset(parts: Parts, unit: Unit, name: string): Promise<number> {
  const account = await parts.store.deskAccountByName(unit.unitId, name);
  if (account === undefined) throw new AppError("desk_account_unknown", `没有账号 ${name} (no such account)`);
  const operator = { ...account, ...operatorOf(unit) };
  tell(unit, account, await resetDeskAccount(depsOf(parts), operator, account));
  return 0;
}

async function checkLog({ store }: Parts, unit: Unit): Promise<number> {
  const result = await checkDeskLog({ store }, unit.unitId);
  if (result.kind === "broken") {
    console.log(
      `✗ 操作日志第 ${result.seq} 行被改动或其前有缺 (line ${result.seq} was changed, or one before it is missing)`,
    );
    return 1;
  }
  console.log(`✓ 操作日志 ${result.count} 行，链完整 (lines, the chain holds)`);
  return 0;
}

function depsOf({ store }: Parts) {
  return { store, deskSecrets, clock: systemClock, random: systemRandom };
}

/** The command acts in the name of no account, and the log says so. */
function operatorOf({ unitId }: Unit) {
  return { unitId, accountId: "command" };
}

function tell(unit: Unit, { name }: DeskAccount, password: string): void {
  console.log(`${unit.name}
账号 (account)            ${unit.unitId}-${name}
一次性口令 (one-time)      ${password}
首次登录须改口令并绑定动态口令 (the first sign-in asks for a new password and an authenticator)`);
}
