import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { DataSource } from "typeorm";
import { startEmbeddedPostgres } from "../../service/adapters/postgres/embeddedPostgres.ts";
import { openDatabase } from "../../service/db/dataSource.ts";

export type TestDatabase = {
  readonly url: string;
  readonly dataSource: DataSource;
  /** Opens the same database once more, as another program would. */
  again(): Promise<DataSource>;
  stop(): Promise<void>;
};

/** A folder that the PostgreSQL user can reach, removed by `remove`. */
export function makeTestFolder(name: string): { readonly dir: string; remove(): void } {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  fs.chmodSync(dir, 0o755);
  return { dir, remove: () => fs.rmSync(dir, { recursive: true, force: true }) };
}

/** A PostgreSQL of the test's own, empty but migrated. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const { dir, remove } = makeTestFolder("db");
  const server = await startEmbeddedPostgres({
    dir: path.join(dir, "pg"),
    database: "test",
    settings: { fsync: "off" },
  });
  const opened: DataSource[] = [];
  const again = async (): Promise<DataSource> => {
    const dataSource = await openDatabase(server.url);
    opened.push(dataSource);
    return dataSource;
  };
  const stop = async (): Promise<void> => {
    for (const each of opened) await each.destroy();
    await server.stop();
    remove();
  };
  const dataSource = await again().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url: server.url, dataSource, again, stop };
}
