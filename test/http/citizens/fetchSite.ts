import fs from "node:fs";
import path from "node:path";
import { createClient, type Client, type Credential } from "../../../scripts/client.ts";
import { createSmtpMailer } from "../../../service/adapters/mail/smtpMailer.ts";
import { deliverReceipts } from "../../../service/app/deliverReceipts.ts";
import type { SmsMessage } from "../../../service/app/deliveryPorts.ts";
import type { Deps } from "../../../service/app/deps.ts";
import type { Receipt } from "../../../service/app/storePorts.ts";
import type { IssueInput } from "../../../service/domain/receipt.ts";
import { createApp } from "../../../service/http/app.ts";
import { listen } from "../../../service/http/server.ts";
import { startMailServer, type MailServer } from "../../support/mailServer.ts";
import { startPlatform, type Platform } from "../../support/platform.ts";

/** The real program's pages over the real database, mail server and documents, with a clock that a test moves. */
export type FetchSite = {
  readonly url: string;
  readonly platform: Platform;
  readonly deps: Deps;
  /** The demo hospital's signed requests. */
  readonly hospital: Client;
  readonly mail: MailServer;
  readonly texts: SmsMessage[];
  /** Added to the time of day. */
  clock: { shiftMs: number };
  /** Issues, draws and anchors a receipt. */
  issue(change: Partial<IssueInput>, kind?: string): Promise<Receipt>;
  /** Sends all that is due. */
  deliver(): Promise<void>;
  /** Forgets who asked how often, and what was sent. */
  reset(): Promise<void>;
  stop(): Promise<void>;
};

export async function startFetchSite(): Promise<FetchSite> {
  const platform = await startPlatform();
  const mail = await startMailServer();
  const email = createSmtpMailer({ url: mail.url, from: "链票 <receipts@lianpiao.example>" });
  const texts: SmsMessage[] = [];
  const clock = { shiftMs: 0 };
  const sms = {
    send: async (message: SmsMessage) => {
      texts.push(message);
      return { kind: "sent" } as const;
    },
  };
  const deps: Deps = {
    ...platform.with({ channels: { email, sms } }),
    clock: { nowMs: () => Date.now() + clock.shiftMs },
  };
  const openSecret = (sealed: Uint8Array): Uint8Array => platform.keystore.openSecret(sealed);
  const app = createApp({ deps, openSecret, probes: [], version: "0.1.0-test", trustedHops: 1 });
  const server = await listen(app, "127.0.0.1", 0);
  const url = `http://127.0.0.1:${server.port}`;
  let serial = 0;
  const deliver = async (): Promise<void> => {
    while ((await deliverReceipts(deps)) > 0);
  };
  return {
    ...{ url, platform, deps, mail, texts, clock, deliver },
    hospital: createClient(hospitalKey(path.dirname(platform.documentsDir)), url),
    async issue(change, kind = "outpatient") {
      const receipt = await platform.issue(kind, `FETCH-${serial++}`, change);
      await platform.renderAll();
      await platform.anchorAll();
      return platform.current(receipt);
    },
    async reset() {
      clock.shiftMs = 0;
      mail.received.length = 0;
      texts.length = 0;
      for (const table of ["rate_window", "login_code", "payer_session", "delivery"]) {
        await platform.database.dataSource.query(`delete from ${table}`);
      }
    },
    async stop() {
      await server.close();
      email.stop();
      await mail.stop();
      await platform.stop();
    },
  };
}

/** As the first start writes it; the platform notes no address there. */
function hospitalKey(dataDir: string): Credential {
  return JSON.parse(fs.readFileSync(path.join(dataDir, "demo/demo-hospital.json"), "utf8")) as Credential;
}

export const pathOf = ({ data }: Receipt): string => `${data.eInvoiceCode}/${data.eInvoiceNumber}`;
export const locationOf = (response: Response): string => `${response.status} ${response.headers.get("location")}`;

/** A browser without a screen: keeps the cookie, follows nothing by itself. */
export type Visitor = {
  readonly get: (path: string) => Promise<Response>;
  readonly post: (
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  cookie: string;
};

/** @param address the visitor's network address, as a proxy of ours tells it */
export function visitor(site: { readonly url: string }, address = "192.0.2.1"): Visitor {
  const jar = { cookie: "" };
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { "X-Forwarded-For": address, Cookie: jar.cookie, ...init.headers };
    const response = await fetch(site.url + path, { ...init, headers, redirect: "manual" });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) jar.cookie = set.split(";")[0] ?? "";
    // Read to the end, or the connection stays busy and the server can't close.
    const { status, headers: answered } = response;
    return new Response(await response.arrayBuffer(), { status, headers: answered });
  };
  return {
    get: (path) => ask(path, {}),
    post: (path, fields, headers = {}) =>
      ask(path, { method: "POST", body: new URLSearchParams(fields), headers: { ...headers } }),
    get cookie() {
      return jar.cookie;
    },
    set cookie(value) {
      jar.cookie = value;
    },
  };
}

/** Asks for a code; gives the id that it is entered with. */
export async function askFor(who: Visitor, contact: string): Promise<string> {
  const response = await who.post("/my/code", { contact });
  return /login=([0-9a-f]{32})/.exec(response.headers.get("location") ?? "")?.[1] ?? "";
}

/** The code in the newest mail that has one. */
export const codeIn = ({ mail }: Pick<FetchSite, "mail">): string =>
  mail.received.flatMap((each) => /验证码：(\d{6})/.exec(each.mail.text ?? "")?.[1] ?? []).at(-1) ?? "";

export const linkIn = (text: string | undefined): string => /\/r\/[0-9a-f]{32}/.exec(text ?? "")?.[0] ?? "";

/** Goes the whole way from a contact to a session. */
export async function logIn(site: FetchSite, who: Visitor, contact: string): Promise<void> {
  const login = await askFor(who, contact);
  await site.deliver();
  const response = await who.post("/my/enter", { login, code: codeIn(site) });
  if (response.headers.get("location") !== "/my") throw new Error("no session was opened");
}
