import pg from "pg";
import type { EntityManager, QueryRunner } from "typeorm";
import { invariant } from "../core/errors.ts";

/** A statement that has run so often is prepared: planning it costs the database more than running it. */
const HOT_AFTER = 10;
/** Each connection keeps its own plans of them. */
const MAX_PREPARED = 100;
/** Ours are some hundreds; a text that is put together at run time could be any. */
const MAX_COUNTED = 2000;

/** feature_not_supported: among others, of a plan whose result another program's migration has changed. */
const STALE_PLAN = "0A000";

const uses = new Map<string, number>();
const names = new Map<string, string>();
let nameCount = 0;

/**
 * Runs one statement, in the manager's transaction if it has one, and gives its rows. A statement that comes again and again is
 * prepared on each connection, so the database parses and plans it once.
 */
export async function runStatement<Row>(
  { queryRunner, dataSource }: EntityManager,
  sql: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  if (queryRunner !== undefined) return runOn<Row>(queryRunner, sql, parameters);
  const own = dataSource.createQueryRunner();
  try {
    return await runOn<Row>(own, sql, parameters);
  } finally {
    await own.release();
  }
}

async function runOn<Row>(runner: QueryRunner, text: string, parameters: readonly unknown[]): Promise<Row[]> {
  const client: unknown = await runner.connect();
  invariant(client instanceof pg.Client, "the driver is pg");
  const values = [...parameters];
  const name = nameOf(text);
  if (name === undefined) return rowsIn<Row>(await client.query({ text, values }));
  try {
    return rowsIn<Row>(await client.query({ name, text, values }));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== STALE_PLAN) throw error;
    if (names.get(text) === name) names.delete(text);
    // A transaction is lost, and run again by inTransaction.
    if (runner.isTransactionActive) throw error;
    return rowsIn<Row>(await client.query({ text, values }));
  }
}

function rowsIn<Row>({ rows }: pg.QueryResult): Row[] {
  return rows as Row[];
}

/** undefined: it is not prepared. A name is given once, so no connection knows it for another text. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  const count = (uses.get(text) ?? 0) + 1;
  if (count > 1 || uses.size < MAX_COUNTED) uses.set(text, count);
  if (count < HOT_AFTER || names.size >= MAX_PREPARED) return undefined;
  const name = `lianpiao_${++nameCount}`;
  names.set(text, name);
  return name;
}
