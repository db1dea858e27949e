import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import pg from "pg";
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from "../../../service/adapters/postgres/embeddedPostgres.ts";
import { serverUser } from "../../../service/adapters/postgres/postgresBinaries.ts";
import { isPostmasterDead, postmasterPid } from "../../../service/adapters/postgres/postmaster.ts";
import { AppError } from "../../../service/core/errors.ts";

async function until(isTrue: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function newFolder(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pg-"));
  fs.chmodSync(dir, 0o755);
  return dir;
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error("no error"),
    (caught: unknown) => caught,
  );
  if (error instanceof AppError) return error;
  throw error;
}

async function query(server: EmbeddedPostgres, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe("embeddedPostgres", function () {
  this.timeout(120_000);
  let parent: string;
  let dir: string;
  const servers: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];

  const open = async (options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dir, database: "test", ...options });
    servers.push(server);
    return server;
  };
  const data = () => path.join(dir, "data");
  const kill = async (pid: number) => {
    process.kill(pid, "SIGKILL");
    await until(() => isPostmasterDead(pid, data()), "the server is dead");
  };
  /** A program that starts the database. */
  const spawnProgram = async (): Promise<{ child: ChildProcess; pid: number }> => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "postgresChild.ts"), dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const pid = await new Promise<number>((resolve, reject) => {
      child.stdout.once("data", (bytes: Buffer) => resolve(Number(bytes.toString())));
      child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
    });
    return { child, pid };
  };
  const killProgram = async (child: ChildProcess) => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };

  beforeEach(() => {
    parent = newFolder();
    dir = path.join(parent, "pg");
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    for (const server of servers.splice(0)) await server.stop();
    fs.rmSync(parent, { recursive: true, force: true });
  });

  it("starts with durable settings, checksums, a private socket and no TCP port; and again after a stop", async () => {
    const first = await open();
    expect(first).to.include({ isNew: true, isAdopted: false });
    const wanted = {
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on",
      data_checksums: "on",
      listen_addresses: "",
      server_encoding: "UTF8",
      TimeZone: "UTC",
    };
    for (const [name, value] of Object.entries(wanted)) {
      expect((await query(first, `select current_setting('${name}') as value`))[0]?.["value"], name).to.equal(value);
    }
    expect(fs.statSync(path.join(dir, "sock")).mode & 0o777).to.equal(0o700);
    await query(first, "create table kept as select 1 as n");
    await first.stop();
    expect(isPostmasterDead(first.pid, data())).to.equal(true);
    await first.stop();
    const second = await open();
    expect(second).to.include({ isNew: false, isAdopted: false });
    expect(await query(second, "select n from kept")).to.deep.equal([{ n: 1 }]);
  });

  it("is reached by its url, and takes settings over the defaults", async () => {
    const server = await open({ database: "票据 1", settings: { fsync: "off", max_connections: "20" } });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>("select current_database() as name");
    expect(rows[0]?.name).to.equal("票据 1");
    await client.end();
    expect((await query(server, "select current_setting('fsync') as f"))[0]).to.deep.equal({ f: "off" });
    expect((await query(server, "select current_setting('max_connections') as m"))[0]).to.deep.equal({ m: "20" });
  });

  it("loses nothing acknowledged when the server is killed under writers, and says the rate", async () => {
    let server = await open();
    await query(server, "create table written (n bigint primary key)");
    const acknowledged: number[] = [];
    let next = 0;
    for (let round = 0; round < 3; round++) {
      const writers = Array.from({ length: 8 }, async () => {
        const client = new pg.Client(server.connection);
        client.on("error", () => undefined);
        await client.connect();
        try {
          for (;;) {
            const n = next++;
            await client.query("insert into written values ($1)", [n]);
            acknowledged.push(n);
          }
        } catch {
          await client.end().catch(() => undefined);
        }
      });
      const enough = acknowledged.length + 1500;
      await until(() => acknowledged.length > enough, "rows are written");
      await kill(server.pid);
      await Promise.all(writers);
      const began = performance.now();
      server = await open();
      console.log(`      recovered in ${Math.round(performance.now() - began)} ms`);
      expect(server.isAdopted).to.equal(false);
    }
    const found = new Set((await query(server, "select n::int from written")).map((row) => row["n"]));
    expect(acknowledged.filter((n) => !found.has(n))).to.deep.equal([]);
    expect(acknowledged.length).to.be.greaterThan(4500);
  });

  it("adopts the server of a program that was killed", async () => {
    const { child, pid } = await spawnProgram();
    await killProgram(child);
    const server = await open();
    expect(server).to.include({ isAdopted: true, isNew: false, pid });
    expect(await query(server, "select 1 as n")).to.deep.equal([{ n: 1 }]);
  });

  it("starts when program and server were both killed, even if nobody reaps the server", async () => {
    const { child, pid } = await spawnProgram();
    await killProgram(child);
    await kill(pid);
    const server = await open();
    expect(server.isAdopted).to.equal(false);
    expect(server.pid).not.to.equal(pid);
  });

  it("starts over a pid file that names no process, a zombie of the server's user, or a stranger of his", async () => {
    let server = await open();
    // The first sleep stays a zombie: the one that its parent becomes never waits for it.
    const keeper = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 600"], {
      ...serverUser(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(keeper);
    const zombie = await new Promise<number>((resolve) => {
      keeper.stdout.once("data", (bytes: Buffer) => resolve(Number(bytes.toString())));
    });
    await until(() => / Z /.test(fs.readFileSync(`/proc/${zombie}/stat`, "utf8")), "it is a zombie");
    for (const stranger of [2 ** 22 + 1, zombie, keeper.pid ?? 0]) {
      await kill(server.pid);
      const file = path.join(data(), "postmaster.pid");
      fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/^\d+/, String(stranger)));
      expect(postmasterPid(data())).to.equal(stranger);
      server = await open();
      expect(server.isAdopted, String(stranger)).to.equal(false);
    }
  });

  it("never starts beside children of the killed server that still run", async () => {
    const server = await open();
    const client = new pg.Client(server.connection);
    client.on("error", () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const backend = rows[0]?.pid ?? 0;
    process.kill(backend, "SIGSTOP"); // it cannot notice that its server is dead
    await kill(server.pid);
    let isOpen = false;
    const opening = open().then((opened) => {
      isOpen = true;
      return opened;
    });
    const log = path.join(dir, "postgres.log");
    await until(() => fs.readFileSync(log, "utf8").includes("pre-existing shared memory block"), "it was refused");
    expect(isOpen).to.equal(false);
    process.kill(backend, "SIGCONT");
    expect((await opening).isAdopted).to.equal(false);
    await client.end().catch(() => undefined);
  });

  it("starts once when two programs start together", async () => {
    const [one, two] = await Promise.all([spawnProgram(), spawnProgram()]);
    expect(one.pid).to.equal(two.pid);
    expect((await open()).isAdopted).to.equal(true);
  });

  it("makes the cluster anew if making it was cut short", async () => {
    fs.mkdirSync(path.join(dir, "data.1"), { recursive: true });
    fs.writeFileSync(path.join(dir, "data.1", "PG_VERSION"), "18\n");
    expect((await open()).isNew).to.equal(true);
  });

  it("refuses a path that is too long for the socket, by its bytes", async () => {
    const room = 107 - Buffer.byteLength(path.join(parent, "x", "sock", ".s.PGSQL.5432")) + 1;
    const fits = path.join(parent, "d".repeat(room));
    const tooLong = path.join(parent, "d".repeat(room + 1));
    const chinese = path.join(parent, "票".repeat(Math.ceil((room + 1) / 3)));
    expect((await failure(open({ dir: tooLong }))).code).to.equal("postgres_path_too_long");
    expect((await failure(open({ dir: tooLong }))).details).to.deep.equal({ byteCount: 108, maxBytes: 107 });
    expect((await failure(open({ dir: chinese }))).code).to.equal("postgres_path_too_long");
    const server = await open({ dir: fits });
    expect(await query(server, "select 1 as n")).to.deep.equal([{ n: 1 }]);
  });

  it("names the folder that the server's user cannot enter", async function () {
    if (process.getuid?.() !== 0) return this.skip();
    const closed = path.join(parent, "closed");
    fs.mkdirSync(path.join(closed, "open"), { recursive: true });
    fs.chmodSync(closed, 0o700);
    const error = await failure(open({ dir: path.join(closed, "open", "pg") }));
    expect(error.code).to.equal("postgres_folder_unreachable");
    expect(error.details).to.deep.equal({ folder: closed });
    expect(error.message).to.include(`chmod o+x ${closed}`);
    fs.chmodSync(closed, 0o711);
    expect((await open({ dir: path.join(closed, "open", "pg") })).isNew).to.equal(true);
  });

  it("refuses data of another major version, and a setting that the server refuses", async () => {
    const server = await open();
    await server.stop();
    const file = path.join(data(), "PG_VERSION");
    const version = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, "17\n");
    const error = await failure(open());
    expect(error.code).to.equal("postgres_version_differs");
    expect(error.details).to.deep.equal({ found: "17", installed: version.trim() });
    fs.writeFileSync(file, version);
    expect((await failure(open({ settings: { no_such_setting: "1" } }))).code).to.equal("postgres_start_failed");
    expect((await open()).isNew).to.equal(false);
  });

  it("hands none of the program's environment to the server", async () => {
    process.env["PG_TEST_SECRET"] = "secret";
    const server = await open();
    delete process.env["PG_TEST_SECRET"];
    const environment = spawnSync("cat", [`/proc/${server.pid}/environ`], { encoding: "utf8" }).stdout;
    if (process.platform === "linux") expect(environment).to.include("TZ=UTC");
    expect(environment).not.to.include("PG_TEST_SECRET");
  });
});
