import { AppError } from "./errors.ts";
import { checkOf, fail, pass, unknown, type Check, type Details, type Finding, type Outcome } from "./report.ts";
import type { CheckId } from "./reportTexts.ts";

/** Checks made one after the other, each only if those that it needs have passed. */
export type CheckRun = {
  readonly checks: readonly Check[];
  /** A check that reads something: an AppError that it throws is a failure, with its code as the reason. */
  read<T>(id: CheckId, needs: readonly CheckId[], action: () => T | Promise<T>): Promise<T | undefined>;
  /** A check that judges what was read. */
  judge(id: CheckId, needs: readonly CheckId[], action: () => Finding): void;
};

/** Starts a run. A check whose need could not be told cannot be told either; one whose need failed is skipped. */
export function startRun(): CheckRun {
  const checks: Check[] = [];
  const outcomes = new Map<CheckId, Outcome>();
  const add = (check: Check): void => {
    checks.push(check);
    outcomes.set(check.id, check.outcome);
  };
  const isBarred = (id: CheckId, needs: readonly CheckId[]): boolean => {
    const unmet = needs.filter((need) => outcomes.get(need) !== "pass");
    if (unmet.length === 0) return false;
    const untold = unmet.find((need) => outcomes.get(need) === "unknown");
    const isUntold = untold !== undefined && unmet.every((need) => outcomes.get(need) === "unknown");
    const reason = isUntold ? checks.find((check) => check.id === untold)?.reason : undefined;
    add(checkOf(id, isUntold ? unknown(reason ?? "needs_another") : { outcome: "skipped", details: {} }));
    return true;
  };
  return {
    checks,
    async read(id, needs, action) {
      if (isBarred(id, needs)) return undefined;
      try {
        const value = await action();
        add(checkOf(id, pass()));
        return value;
      } catch (cause) {
        if (!(cause instanceof AppError)) throw cause;
        add(checkOf(id, fail(cause.code, { ...plainDetails(cause), message: cause.message })));
        return undefined;
      }
    },
    judge(id, needs, action) {
      if (!isBarred(id, needs)) add(checkOf(id, action()));
    },
  };
}

function plainDetails(error: AppError): Details {
  const entries = Object.entries(error.details).flatMap(([key, value]): [string, string | number | boolean][] =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[key, value]] : [],
  );
  return Object.fromEntries(entries);
}
