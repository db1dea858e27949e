import { createDeskSecrets } from "../../../service/adapters/system/deskSecrets.ts";
import { makeDeskAccount } from "../../../service/app/deskAccounts.ts";
import type { DeskAccount } from "../../../service/app/deskPorts.ts";
import type { Deps } from "../../../service/app/deps.ts";
import type { DeskRole } from "../../../service/domain/deskRoles.ts";
import { createApp } from "../../../service/http/app.ts";
import { listen } from "../../../service/http/server.ts";
import { startPlatform, type Platform } from "../../support/platform.ts";

export const PASSWORD = "a quiet morning";

/** The real program's desk over the real database and documents, with a clock that a test moves. */
export type DeskSite = {
  readonly url: string;
  readonly platform: Platform;
  readonly deps: Deps;
  readonly clock: { shiftMs: number };
  /** An account at a demo unit's desk that needs nothing first. */
  account(appId: string, role: DeskRole, name?: string): Promise<DeskAccount>;
  stop(): Promise<void>;
};

export async function startDeskSite(): Promise<DeskSite> {
  const platform = await startPlatform();
  const clock = { shiftMs: 0 };
  // Cheap hashes: what is tried here is not how dear they are.
  const secrets = createDeskSecrets({ N: 1_024, r: 8, p: 1 });
  const deps: Deps = { ...platform.deps, deskSecrets: secrets, clock: { nowMs: () => Date.now() + clock.shiftMs } };
  const openSecret = (sealed: Uint8Array): Uint8Array => platform.keystore.openSecret(sealed);
  const app = createApp({ deps, openSecret, probes: [], version: "0.1.0-test", trustedHops: 1 });
  const server = await listen(app, "127.0.0.1", 0);
  return {
    url: `http://127.0.0.1:${server.port}`,
    ...{ platform, deps, clock },
    async account(appId, role, name = role) {
      const { unitId } = await platform.unitOf(appId);
      const displayName = `${{ cashier: "王", reviewer: "李", accountant: "赵", head: "周" }[role]}小${name}`;
      const wanted = { unitId, name, displayName, role, placeCode: "KP01", needsTotp: false, password: PASSWORD };
      const made = await makeDeskAccount(deps, wanted);
      if (made === undefined) throw new Error(`there is an account ${name}`);
      return made.account;
    },
    async stop() {
      await server.close();
      await platform.stop();
    },
  };
}

export type Answer = {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
};

/** A browser without a screen: keeps the cookie and the guard. */
export class DeskVisitor {
  cookie = "";
  guard = "";
  private readonly url: string;
  private readonly address: string;
  constructor(site: { readonly url: string }, address = "192.0.2.1") {
    this.url = site.url;
    this.address = address;
  }

  get(path: string): Promise<Answer> {
    return this.ask(path, {});
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Lianpiao-Desk-Guard": this.guard, ...headers },
      body: JSON.stringify(body),
    });
  }

  async signIn(account: Pick<DeskAccount, "unitId" | "name">, password = PASSWORD, code = ""): Promise<Answer> {
    const login = `${account.unitId}-${account.name}`;
    const answer = await this.post("sign-in", { login, password, code });
    if (answer.status === 200) this.guard = String((await this.get("me")).json["guard"]);
    return answer;
  }

  private async ask(path: string, init: RequestInit): Promise<Answer> {
    const headers = {
      "X-Forwarded-For": this.address,
      Cookie: this.cookie,
      ...(init.headers as Record<string, string>),
    };
    const response = await fetch(`${this.url}/unit/api/${path}`, { ...init, headers, redirect: "manual" });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(";")[0] ?? "";
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      json: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
    };
  }
}
