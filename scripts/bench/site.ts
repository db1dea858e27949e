import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readLedgerFile, type LedgerPlace } from "../../service/ledgerFile.ts";
import { atSignal } from "./atSignal.ts";
import { runLoad, type LoadResult } from "./load.ts";
import { startProgram, type Program } from "./program.ts";

/** A service of the benchmark's own: a process with its own folder. */
export type Site = {
  readonly dataDir: string;
  readonly program: Program;
  readonly place: LedgerPlace;
  /** Stops the service and takes its folder away. */
  close(): Promise<void>;
};

const CONCURRENCY = 32;
const WARM_UP = 200;

/** Also a signal stops the service, and takes its folder away. */
export async function openSite(): Promise<Site> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lianpiao-bench-"));
  fs.chmodSync(folder, 0o755); // the embedded database may run as another user
  const dataDir = path.join(folder, "data");
  const starting = startProgram({ dataDir });
  const end = async (): Promise<void> => {
    // One that does not start has ended.
    const program = await starting.catch(() => undefined);
    await program?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const forget = atSignal(end);
  const close = async (): Promise<void> => {
    forget();
    await end();
  };
  try {
    const program = await starting;
    const place = readLedgerFile(dataDir);
    if (place === undefined) throw new Error(`${dataDir} has no ledger.json`);
    return { dataDir, program, place, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `count` receipts from HTTP to sealed PDF. */
export function load(site: Site, prefix: string, count: number, pacePerS?: number): Promise<LoadResult> {
  const { dataDir, program } = site;
  const report = progressOf(prefix, count);
  const pace = pacePerS === undefined ? {} : { pacePerS };
  return runLoad({ dataDir, url: program.url, count, concurrency: CONCURRENCY, prefix, onProgress: report, ...pace });
}

/** Both sides compile their code and open their connections before anything is measured. */
export function warmUp(site: Site): Promise<LoadResult> {
  return load(site, "WARM", WARM_UP);
}

/** Says every other second how far a job has come, on stderr. */
export function progressOf(name: string, whole?: number): (done: number, total?: number) => void {
  let [shownMs, shown] = [Date.now(), 0];
  return (done, total = whole ?? 0) => {
    if (done === shown || Date.now() - shownMs < 2000) return;
    [shownMs, shown] = [Date.now(), done];
    console.error(`  ${name}: ${done} / ${total}`);
  };
}
