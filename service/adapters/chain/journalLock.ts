import fs from "node:fs";
import path from "node:path";
import { AppError } from "../../core/errors.ts";

/** Held until `release`, or until the process dies in whatever way. */
export type JournalLock = { release(): void };

/** Who holds a lock. The start time tells a process from a later one with the same id. */
type Owner = { readonly pid: number; readonly startedAt: string };

const NAME = /^lock\.(\d{1,15})$/;

/**
 * Locks the folder for this process alone.
 *
 * Lock files are numbered, and the highest number holds. A dead owner's file is followed by the next number, which only
 * one process can create; whoever finds a higher number than his own steps back. So two that take over at the same
 * moment never both hold. Processes that cannot see each other (other machines, other PID namespaces) are not kept out.
 * @throws AppError chain_journal_locked if a living process holds it
 */
export function lockJournal(dir: string): JournalLock {
  for (;;) {
    const highest = highestLock(dir);
    const owner = highest === 0 ? undefined : readOwner(lockPath(dir, highest));
    if (owner !== undefined && isAlive(owner)) throw lockedBy(dir, owner.pid);
    const mine = highest + 1;
    if (!createLock(dir, mine)) continue;
    if (highestLock(dir) !== mine) {
      fs.rmSync(lockPath(dir, mine), { force: true });
      continue;
    }
    for (const older of lockNumbers(dir).filter((number) => number < mine)) {
      fs.rmSync(lockPath(dir, older), { force: true });
    }
    return { release: () => fs.rmSync(lockPath(dir, mine), { force: true }) };
  }
}

function lockNumbers(dir: string): number[] {
  return fs.readdirSync(dir).flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

function highestLock(dir: string): number {
  return Math.max(0, ...lockNumbers(dir));
}

function lockPath(dir: string, number: number): string {
  return path.join(dir, `lock.${number}`);
}

/** A link appears with its content, so no reader ever sees a lock without its owner. */
function createLock(dir: string, number: number): boolean {
  const temporary = path.join(dir, `locking.${process.pid}`);
  fs.writeFileSync(temporary, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) ?? "" }));
  try {
    fs.linkSync(temporary, lockPath(dir, number));
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("startedAt" in value)) return undefined;
    const { pid, startedAt } = value;
    return typeof pid === "number" && typeof startedAt === "string" ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  if (fs.existsSync("/proc/self/stat")) {
    const start = startOf(owner.pid);
    return start !== undefined && start === owner.startedAt;
  }
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, "ESRCH");
  }
}

/** The process's start in clock ticks since the boot named; undefined if it is gone, or a zombie that nobody reaped. */
function startOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return undefined;
    return `${fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${rest[18] ?? ""}`;
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function lockedBy(dir: string, pid: number): AppError {
  return new AppError(
    "chain_journal_locked",
    `另一进程（pid ${pid}）正在使用链数据 ${dir}，请先停止它。 ` +
      `Process ${pid} is using the chain's data in ${dir}: stop it first, or give this one another data folder.`,
    { details: { pid } },
  );
}
