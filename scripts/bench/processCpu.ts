import fs from "node:fs";
import path from "node:path";

/** CPU time, all threads and children, in milliseconds; 0 where /proc is not there to ask. */
export type ServiceCpu = {
  readonly serviceMs: number;
  readonly databaseMs: number;
  /** Of the whole machine. */
  readonly machineMs: number;
};

const TICK_MS = 10;

/** Starts to count what the service and its embedded database use. */
export function cpuOf(pid: number, dataDir: string): { since(): ServiceCpu } {
  const look = (): ServiceCpu => ({ serviceMs: ownMs(pid), databaseMs: databaseMs(dataDir), machineMs: machineMs() });
  const start = look();
  return {
    since() {
      const now = look();
      return {
        serviceMs: now.serviceMs - start.serviceMs,
        databaseMs: now.databaseMs - start.databaseMs,
        machineMs: now.machineMs - start.machineMs,
      };
    },
  };
}

function databaseMs(dataDir: string): number {
  const postmaster = postmasterOf(dataDir);
  if (postmaster === undefined) return 0;
  return processes()
    .filter(({ pid, parent }) => pid === postmaster || parent === postmaster)
    .reduce((sum, { pid }) => sum + ownMs(pid), 0);
}

function postmasterOf(dataDir: string): number | undefined {
  try {
    return Number.parseInt(fs.readFileSync(path.join(dataDir, "postgres", "data", "postmaster.pid"), "utf8"), 10);
  } catch {
    return undefined;
  }
}

function processes(): readonly { readonly pid: number; readonly parent: number }[] {
  if (!fs.existsSync("/proc")) return [];
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const parent = statOf(Number(name))?.[1];
      return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent) }];
    });
}

/** utime, stime, and those of children that have ended. */
function ownMs(pid: number): number {
  const fields = statOf(pid);
  return fields === undefined ? 0 : TICK_MS * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** All that any process has used: user, nice and system time of all cores (proc(5)). */
function machineMs(): number {
  try {
    const fields = fs.readFileSync("/proc/stat", "utf8").split("\n")[0]?.trim().split(/\s+/) ?? [];
    return TICK_MS * fields.slice(1, 4).reduce((sum, ticks) => sum + Number(ticks), 0);
  } catch {
    return 0;
  }
}

/** The fields of /proc/PID/stat after the name, from the state on (proc(5)). */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
