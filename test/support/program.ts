import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
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

export type ProgramOptions = { readonly dataDir: string; readonly env?: Readonly<Record<string, string>> };

/** A process that may not be ready yet. */
export type Starting = { readonly ready: Promise<Program>; kill(): Promise<void> };

export function spawnProgram({ dataDir, env = {} }: ProgramOptions): Starting {
  const child = spawn(process.execPath, ["service/main.ts"], {
    cwd: root,
    env: {
      PATH: process.env["PATH"],
      DATA_DIR: dataDir,
      PORT: "0",
      CHAIN_PORT: "0",
      ANCHOR_INTERVAL_MS: "300",
      RESEND_AFTER_MS: "200",
      LOG_LEVEL: "info",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  return { ready: readyOf(child, exited, kill), kill };
}

function readyOf(child: ChildProcess, exited: Promise<void>, kill: () => Promise<void>): Promise<Program> {
  let output = "";
  return new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /\(pages\)\s+(http:\S+)\/\n/.exec(output)?.[1];
      if (url === undefined) return;
      const stop = async (): Promise<void> => {
        child.kill("SIGTERM");
        await exited;
      };
      resolve({ url, output: () => output, kill, stop, exited });
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    exited.then(
      () => reject(new Error(`the program ended before it was ready:\n${output}`)),
      () => undefined,
    );
  });
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

/** Issues receipts from `clients` concurrent callers until told to stop or the program dies; records what was acknowledged. */
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
        options.acknowledged.set(busNo, (await response.json()) as Acknowledged);
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
