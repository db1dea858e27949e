import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { deskSecrets } from "./adapters/system/deskSecrets.ts";
import { systemClock } from "./adapters/system/clock.ts";
import { systemRandom } from "./adapters/system/random.ts";
import { newId } from "./app/receiptLink.ts";
import type { DeskStore } from "./app/deskPorts.ts";
import type { UnitStore } from "./app/storePorts.ts";
import type { Config } from "./config.ts";
import { demoUnits } from "./demoUnits.ts";
import { DESK_ROLES, type DeskRole } from "./domain/deskRoles.ts";

/** What a trial signs in with at the desks of the demo units: <unit>-cashier and so on, one password for all. */
export type DemoDesk = { readonly logins: readonly string[]; readonly password: string };

/** As on receipts; invented. */
const NAMES: Readonly<Record<DeskRole, string>> = {
  cashier: "示例开票员",
  reviewer: "示例复核",
  accountant: "示例会计",
  head: "示例负责人",
};

const fileOf = ({ DATA_DIR }: Config): string => path.join(DATA_DIR, "demo", "desk.json");

/** The demo's accounts exist where receipts are samples of demo units, and nowhere else. */
export async function admitDemoDesk(config: Config, store: DeskStore & UnitStore): Promise<void> {
  if (!config.DEMO_UNITS || !config.SAMPLE || fs.existsSync(fileOf(config))) return;
  const password = randomBytes(9).toString("base64url").toLowerCase();
  // One salt for all: they share the password anyway, and a start should be quick.
  const passwordHash = await deskSecrets.hashPassword(password);
  const logins: string[] = [];
  for (const { appId } of demoUnits) {
    const unitId = (await store.appKey(appId))?.unitId;
    if (unitId === undefined) continue;
    for (const role of DESK_ROLES) {
      const account = {
        accountId: newId({ random: systemRandom }),
        unitId,
        name: role,
        displayName: NAMES[role],
        role,
      };
      const rest = { placeCode: "KP01", isClosed: false, passwordHash, isPasswordGiven: false, needsTotp: false };
      await store.addDeskAccount({ ...account, ...rest, createdAtMs: systemClock.nowMs() });
    }
    logins.push(`${unitId}-cashier`);
  }
  fs.mkdirSync(path.dirname(fileOf(config)), { recursive: true, mode: 0o700 });
  fs.writeFileSync(fileOf(config), `${JSON.stringify({ logins, password }, null, 2)}\n`, { mode: 0o600, flush: true });
}

/** undefined outside the demo. */
export function demoDeskOf(config: Config): DemoDesk | undefined {
  if (!config.DEMO_UNITS || !config.SAMPLE || !fs.existsSync(fileOf(config))) return undefined;
  return JSON.parse(fs.readFileSync(fileOf(config), "utf8")) as DemoDesk;
}
