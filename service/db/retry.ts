import type { DataSource, EntityManager } from "typeorm";
import { AppError } from "../core/errors.ts";
import { runStatement } from "./statements.ts";

/** Serialisation failure, deadlock and a plan out of date: the transaction did nothing and may be run again. */
const RETRYABLE = new Set(["40001", "40P01", "0A000"]);
/** Unique violation: where the caller says so, running again finds the row that was there first. */
const UNIQUE_VIOLATION = "23505";
const ATTEMPTS = 8;

/** The SQLSTATE of a driver error, if it is one. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("driverError" in error) return sqlStateOf(error.driverError);
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * Runs work in one transaction, again if the database asks for it.
 * @throws AppError database_unreachable when the connection is lost; what was acknowledged is not known then
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
  options: { readonly againIfUnique?: boolean } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.transaction(work);
    } catch (error) {
      const state = sqlStateOf(error);
      const isRetryable = RETRYABLE.has(state ?? "") || (options.againIfUnique === true && state === UNIQUE_VIOLATION);
      if (isRetryable && attempt < ATTEMPTS) continue;
      throw reachabilityOf(error, state);
    }
  }
}

/** One statement outside a transaction, with the same errors. */
export async function query<Row>(dataSource: DataSource, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  try {
    return await rowsOf<Row>(dataSource.manager, sql, parameters);
  } catch (error) {
    throw reachabilityOf(error, sqlStateOf(error));
  }
}

/** One statement, in the manager's transaction if it has one, with the driver's errors. */
export async function rowsOf<Row>(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  return runStatement<Row>(manager, sql, parameters);
}

/** Class 08 (connection), 57P (shutdown) and errors of the socket. */
function reachabilityOf(error: unknown, state: string | undefined): unknown {
  const isLost = state === undefined || /^(08|57P)/.test(state) || /^(ECONN|EPIPE|ENOENT|ETIMEDOUT)/.test(state);
  if (!isLost || error instanceof AppError) return error;
  if (state === undefined && !(error instanceof Error && /connection|timeout/i.test(error.message))) return error;
  return new AppError("database_unreachable", "the database does not answer", { cause: error });
}
