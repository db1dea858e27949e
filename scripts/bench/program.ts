import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** The service as its users run it: a process of its own. */
export type Program = {
  readonly url: string;
  readonly pid: number;
  /** In order, by SIGTERM. */
  stop(): Promise<void>;
};

export type ProgramOptions = {
  readonly dataDir: string;
  /** Of Node, for a profile: --cpu-prof and the like. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts it on free ports and with its defaults, and waits until it serves. */
export async function startProgram({ dataDir, nodeFlags = [], env = {} }: ProgramOptions): Promise<Program> {
  const child = spawn(process.execPath, [...nodeFlags, "service/main.ts"], {
    cwd: root,
    env: { PATH: process.env["PATH"], DATA_DIR: dataDir, PORT: "0", CHAIN_PORT: "0", LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await urlOf(child, exited);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** What it logs goes to our own stderr: a figure with errors beside it is none. */
function urlOf(child: ChildProcess, exited: Promise<void>): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const url = /\(pages\)\s+(http:\S+)\/\n/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.stderr?.on("data", (chunk: Buffer) => process.stderr.write(chunk));
    void exited.then(() => reject(new Error(`the program ended before it was ready:\n${output}`)));
  });
}
