import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { AppError } from "../../core/errors.ts";
import {
  assertReachable,
  findBinaries,
  serverUser,
  type PostgresBinaries,
  type ServerUser,
} from "./postgresBinaries.ts";
import { disownPidFile, isPostmasterDead, postmasterPid } from "./postmaster.ts";

/** A PostgreSQL server of our own, on a Unix socket alone. */
export type EmbeddedPostgres = {
  /** socket:<folder>?db=<database>&user=postgres */
  readonly url: string;
  /** The same in parts, for clients that do not take the socket: form. */
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  /** It was left running by a program that was killed, and is used as it is. */
  readonly isAdopted: boolean;
  /** The data folder was made by this start. */
  readonly isNew: boolean;
  readonly pid: number;
  /** Rolls back open transactions, writes everything, ends the server. */
  stop(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** Holds data/, sock/ and postgres.log. */
  readonly dir: string;
  readonly database: string;
  /** Server settings over the defaults; tests only. */
  readonly settings?: Readonly<Record<string, string>>;
};

type Server = {
  readonly dir: string;
  readonly data: string;
  readonly sock: string;
  readonly user: ServerUser;
  readonly binaries: PostgresBinaries;
  readonly settings: Readonly<Record<string, string>>;
};

/** Said aloud, because a receipt is acknowledged on the strength of them. */
const DURABLE: Readonly<Record<string, string>> = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };
const START_TIMEOUT_MS = 120_000;
/** How long children of a killed server may take to notice it. */
const ORPHANS_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 60_000;
const LOG_MAX_BYTES = 16 << 20;

/**
 * Starts the server, or adopts the one that still runs on the folder; makes the cluster (with data checksums) and the
 * database if they are missing. Survives kill -9 of this program and of the server: what was committed is there.
 * As root the server runs as the user nobody.
 * @throws AppError postgres_missing, postgres_path_too_long, postgres_folder_unreachable, postgres_init_failed,
 * postgres_version_differs, postgres_start_failed, postgres_not_answering
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = path.resolve(options.dir);
  const user = serverUser();
  const sock = path.join(dir, "sock");
  assertSocketFits(sock);
  makeFolders(dir, sock, user);
  const binaries = await findBinaries(user);
  const settings = { ...DURABLE, max_connections: "100", shared_buffers: "256MB", ...options.settings };
  const server: Server = { dir, data: path.join(dir, "data"), sock, user, binaries, settings };
  const isNew = makeCluster(server);
  assertVersion(server);
  const isAdopted = (await adopt(server)) || (await start(server));
  await createDatabase(sock, options.database);
  const pid = postmasterPid(server.data);
  if (pid === undefined) throw startFailed(server, "the server has gone");
  return {
    url: `socket:${encodeURI(sock)}?db=${encodeURIComponent(options.database)}&user=postgres`,
    connection: { host: sock, user: "postgres", database: options.database },
    isAdopted,
    isNew,
    pid,
    stop: () => stop(pid, server),
  };
}

/** A Unix socket's path holds at most 107 bytes on Linux and 103 elsewhere. */
function assertSocketFits(sock: string): void {
  const byteCount = Buffer.byteLength(path.join(sock, ".s.PGSQL.5432"));
  const maxBytes = process.platform === "linux" ? 107 : 103;
  if (byteCount <= maxBytes) return;
  throw new AppError(
    "postgres_path_too_long",
    `数据目录路径过长：套接字 ${sock}/.s.PGSQL.5432 为 ${byteCount} 字节，最多 ${maxBytes} 字节；请换一个更短的目录，` +
      `或设置 DATABASE_URL。 The data folder's path is too long: the socket in ${sock} has ${byteCount} bytes, at most ` +
      `${maxBytes} are possible. Use a folder with a shorter path, or set DATABASE_URL.`,
    { details: { byteCount, maxBytes } },
  );
}

function makeFolders(dir: string, sock: string, user: ServerUser): void {
  fs.mkdirSync(sock, { recursive: true });
  for (const folder of [dir, sock]) {
    if (user.uid !== undefined && user.gid !== undefined) fs.chownSync(folder, user.uid, user.gid);
    // The server trusts whoever reaches its socket: so nobody else may.
    fs.chmodSync(folder, 0o700);
  }
  assertReachable(dir, user);
}

/** initdb writes elsewhere and the result is renamed, so a crash leaves no half-made cluster. True if it was made. */
function makeCluster(server: Server): boolean {
  if (fs.existsSync(server.data)) return false;
  const making = `${server.data}.${process.pid}`;
  fs.rmSync(making, { recursive: true, force: true });
  const flags = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--data-checksums"];
  const made = spawnSync(server.binaries.initdb, ["-D", making, "--no-instructions", ...flags], {
    ...server.user,
    env: serverEnvironment(),
    encoding: "utf8",
    cwd: server.dir,
  });
  if (made.status !== 0) {
    fs.rmSync(making, { recursive: true, force: true });
    throw new AppError(
      "postgres_init_failed",
      `无法在 ${server.dir} 创建数据库。 The database could not be made in ${server.dir}: ${made.stderr}`,
      { cause: made.error },
    );
  }
  try {
    fs.renameSync(making, server.data);
  } catch (error) {
    fs.rmSync(making, { recursive: true, force: true });
    if (!fs.existsSync(server.data)) throw error;
    return false; // another process was faster
  }
  const folder = fs.openSync(server.dir, "r");
  fs.fsyncSync(folder);
  fs.closeSync(folder);
  return true;
}

function assertVersion(server: Server): void {
  const found = fs.readFileSync(path.join(server.data, "PG_VERSION"), "utf8").trim();
  const { major } = server.binaries;
  if (found === major) return;
  throw new AppError(
    "postgres_version_differs",
    `数据由 PostgreSQL ${found} 创建，而已安装的是 ${major}；请安装原版本，或导出后再导入。 ` +
      `The data was made by PostgreSQL ${found}, installed is ${major}: install that version, or dump and restore.`,
    { details: { found, installed: major } },
  );
}

/** True if a living server on the folder answers. */
async function adopt(server: Server): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const pid = postmasterPid(server.data);
    if (pid === undefined) return false;
    if (isPostmasterDead(pid, server.data)) {
      disownPidFile(server.data);
      return false;
    }
    if (await answers(server.sock)) return true;
    if (Date.now() > deadline) {
      throw new AppError(
        "postgres_not_answering",
        `另一个 PostgreSQL（pid ${pid}）占用 ${server.data} 且无响应，请停止它。 ` +
          `Another PostgreSQL (pid ${pid}) holds ${server.data} and does not answer: stop it.`,
        { details: { pid } },
      );
    }
    await sleep(25);
  }
}

/** True if another process started the server meanwhile. */
async function start(server: Server): Promise<boolean> {
  const wasLeft = postmasterPid(server.data) !== undefined;
  const retryUntil = Date.now() + (wasLeft ? ORPHANS_TIMEOUT_MS : 0);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const child = spawnServer(server);
    while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      if (postmasterPid(server.data) === child.pid && (await answers(server.sock))) return false;
      if (Date.now() > deadline) throw startFailed(server, `no answer for ${START_TIMEOUT_MS} ms`);
      await sleep(20);
    }
    if (await adopt(server)) return true;
    if (Date.now() > retryUntil) throw startFailed(server, `it ended with ${child.exitCode ?? child.signalCode}`);
    await sleep(100); // children of the killed server still hold its shared memory: they end by themselves
  }
}

/** In a process group of its own, so that Ctrl-C does not end it before the program has. */
function spawnServer(server: Server): ChildProcess {
  const file = path.join(server.dir, "postgres.log");
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_MAX_BYTES) fs.renameSync(file, `${file}.1`);
  const log = fs.openSync(file, "a");
  const settings = { ...server.settings, listen_addresses: "", unix_socket_directories: server.sock };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(server.binaries.postgres, ["-D", server.data, ...flags], {
    ...server.user,
    env: serverEnvironment(),
    cwd: server.dir,
    detached: true,
    stdio: ["ignore", log, log],
  });
  fs.closeSync(log);
  child.on("error", () => undefined); // then it has no pid, which the caller sees
  child.unref();
  return child;
}

/** Nothing of the program's environment: it may hold secrets. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/bin:/bin", LC_MESSAGES: "C", LC_ALL: "C", TZ: "UTC" };
}

async function answers(sock: string): Promise<boolean> {
  const client = new pg.Client({ host: sock, user: "postgres", database: "postgres", connectionTimeoutMillis: 2000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(sock: string, database: string): Promise<void> {
  const client = new pg.Client({ host: sock, user: "postgres", database: "postgres" });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } catch (error) {
    // Another process made it at the same moment: 42P04 duplicate_database, 23505 unique_violation.
    if (!(error instanceof pg.DatabaseError && (error.code === "42P04" || error.code === "23505"))) throw error;
  } finally {
    await client.end();
  }
}

async function stop(pid: number, server: Server): Promise<void> {
  if (isPostmasterDead(pid, server.data)) return;
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (!isPostmasterDead(pid, server.data)) {
    if (Date.now() > deadline) {
      throw new AppError(
        "postgres_stop_failed",
        `数据库（pid ${pid}）未能停止，见 ${server.dir}/postgres.log。 ` +
          `The database (pid ${pid}) did not stop: see ${server.dir}/postgres.log.`,
        { details: { pid } },
      );
    }
    await sleep(20);
  }
}

function startFailed(server: Server, why: string): AppError {
  const log = path.join(server.dir, "postgres.log");
  return new AppError(
    "postgres_start_failed",
    `数据库未能启动（${why}），原因见 ${log}。 The database did not start (${why}): see ${log}.`,
    { details: { why } },
  );
}
