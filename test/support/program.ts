import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { isPostmasterDead, postmasterPid } from "../../service/adapters/postgres/postmaster.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";
import { createClient, readDemoKey, type Client } from "../../scripts/client.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** The program as its users run it: a process of its own. */
export type Program = {
  readonly url: string;
  readonly output: () => string;
  /** Like a power cut for the process; PostgreSQL is left to find itself orphaned. */
  kill(): Promise<void>;
  /** In order, by SIGTERM. */
  stop(): Promise<void>;
  readonly exited: Promise<void>;
};

export type ProgramOptions = {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: service/main.ts. */
  readonly script?: string;
};

/** How a process ended, and all that it said. */
export type Ended = { readonly code: number | null; readonly signal: string | null; readonly output: string };

/** A process that may not be ready yet. */
export type Starting = {
  readonly ready: Promise<Program>;
  readonly ended: Promise<Ended>;
  readonly output: () => string;
  kill(): Promise<void>;
  /** Sends SIGTERM. */
  stop(): Promise<Ended>;
};

/** What is left of the tests' processes: each is ended by its own id. */
const living = new Set<ChildProcess>();
const folders = new Set<string>();

export function spawnProgram({ dataDir, env = {}, script = "service/main.ts" }: ProgramOptions): Starting {
  folders.add(dataDir);
  const child = spawnScript(script, [], { ...PROGRAM_ENV, DATA_DIR: dataDir, ...env });
  let output = "";
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const ended = new Promise<Ended>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal, output })),
  );
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  const stop = (): Promise<Ended> => {
    child.kill("SIGTERM");
    return ended;
  };
  const ready = new Promise<Program>((resolve, reject) => {
    const look = (): void => {
      const url = /\(pages\)\s+(http:\S+)\/\n/.exec(output)?.[1];
      if (url === undefined) return;
      const exited = ended.then(() => undefined);
      resolve({ url, output: () => output, kill, stop: () => stop().then(() => undefined), exited });
    };
    child.stdout?.on("data", look);
    void ended.then(() => reject(new Error(`the program ended before it was ready:\n${output}`)));
  });
  ready.catch(() => undefined);
  return { ready, ended, output: () => output, kill, stop };
}

const PROGRAM_ENV = {
  ...{ PORT: "0", CHAIN_PORT: "0", LOG_LEVEL: "info" },
  ...{ ANCHOR_INTERVAL_MS: "300", RESEND_AFTER_MS: "200" },
};

/** Runs a command of scripts/ to its end. */
export async function runScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawnScript(script, args, { CHAIN_PORT: "0", ...env });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal, output })));
}

function spawnScript(script: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  living.add(child);
  child.once("close", () => living.delete(child));
  return child;
}

/** Ends whatever a failed test has left running. */
export async function endLeftovers(): Promise<void> {
  for (const child of living) {
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await closed;
  }
  for (const dataDir of folders) {
    const server = serverPid(dataDir);
    if (server !== undefined) process.kill(server, "SIGQUIT");
    await until(() => serverPid(dataDir) === undefined, `the PostgreSQL of ${dataDir} has ended`);
  }
  folders.clear();
}

/** The process of the folder's PostgreSQL, if it runs. */
export function serverPid(dataDir: string): number | undefined {
  const data = path.join(dataDir, "postgres", "data");
  const pid = postmasterPid(data);
  return pid === undefined || isPostmasterDead(pid, data) ? undefined : pid;
}

/** Polls a state. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const startProgram = (options: ProgramOptions): Promise<Program> => spawnProgram(options).ready;

export async function clientOf(
  program: { readonly url: string },
  dataDir: string,
  appId = "demo-hospital",
): Promise<Client> {
  return createClient(await readDemoKey(dataDir, appId), program.url);
}

export const sampleOf = (kind: string, n: number, busNo: string): IssueInput => ({
  ...sampleInput(kind, n, issueDateOf(Date.now())),
  busNo,
});

export type Acknowledged = { readonly eInvoiceCode: string; readonly eInvoiceNumber: string };

const REVERSED_EVERY = 4;

async function reverse(
  client: Client,
  { eInvoiceCode, eInvoiceNumber }: Acknowledged,
  acknowledged: Map<string, Acknowledged>,
): Promise<void> {
  const path = `/v1/receipts/${eInvoiceCode}/${eInvoiceNumber}/reversal`;
  const response = await client.call("POST", path, { reasonCode: "refund" });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  acknowledged.set(`R${eInvoiceCode}${eInvoiceNumber}`, (await response.json()) as Acknowledged);
}

/** Issues receipts, and reverses some, from `clients` concurrent callers until told to stop or the program dies; records what was acknowledged. */
export function startLoad(
  client: Client,
  options: { readonly clients: number; readonly prefix: string; readonly acknowledged: Map<string, Acknowledged> },
): { stop(): Promise<void> } {
  let isStopped = false;
  const caller = async (id: number): Promise<void> => {
    for (let n = 0; !isStopped; n++) {
      const busNo = `${options.prefix}-${id}-${n}`;
      const kind = (id + n) % 2 === 0 ? "outpatient" : "inpatient";
      try {
        const response = await client.call("POST", "/v1/receipts", sampleOf(kind, n, busNo));
        if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
        const issued = (await response.json()) as Acknowledged;
        options.acknowledged.set(busNo, issued);
        if (n % REVERSED_EVERY === REVERSED_EVERY - 1) await reverse(client, issued, options.acknowledged);
      } catch (error) {
        if (error instanceof TypeError) return;
        throw error;
      }
    }
  };
  const running = Promise.all(Array.from({ length: options.clients }, (_, id) => caller(id)));
  running.catch(() => undefined);
  return {
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
