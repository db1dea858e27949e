import fs from "node:fs";
import path from "node:path";

/** No process ever has this id: Linux allows at most 2^22. */
const NOBODYS_PID = 2 ** 31 - 1;

/** The process named by the data folder's postmaster.pid; undefined if there is no such file. */
export function postmasterPid(data: string): number | undefined {
  try {
    return Math.abs(Number.parseInt(fs.readFileSync(path.join(data, "postmaster.pid"), "utf8"), 10));
  } catch {
    return undefined;
  }
}

/** True if the process is gone, is a zombie that nobody has reaped, or is no PostgreSQL server of this data folder. */
export function isPostmasterDead(pid: number, data: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return true;
  }
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const state = stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
    if (state === "Z" || state === "X") return true;
    return !fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(data);
  } catch {
    return !fs.existsSync(`/proc/${pid}`) && fs.existsSync("/proc/self/stat");
  }
}

/**
 * Makes a pid file that a killed server left behind one that PostgreSQL itself takes for stale.
 *
 * PostgreSQL believes a zombie, or a stranger with the same id, to be its server and refuses to start. Deleting the file
 * would be wrong: it also names the shared memory by which a start recognises children of the killed server that still
 * write. So only the process id in it is replaced.
 */
export function disownPidFile(data: string): void {
  for (const file of [path.join(data, "postmaster.pid"), path.join(path.dirname(data), "sock", ".s.PGSQL.5432.lock")]) {
    if (!fs.existsSync(file)) continue;
    const text = fs.readFileSync(file, "utf8");
    const newline = text.indexOf("\n");
    if (newline < 0)
      fs.rmSync(file); // torn before its first line was whole: the server had not started
    else fs.writeFileSync(file, `${NOBODYS_PID}${text.slice(newline)}`);
  }
}
