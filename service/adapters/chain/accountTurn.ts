import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AnchorStore } from "../../app/storePorts.ts";
import { AppError } from "../../core/errors.ts";

/** Runs work that takes an account's next nonce, while no other program takes one of the same account. */
export type AccountTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** For an account that one program alone sends from. */
export const alone: AccountTurn = (work) => work();

/** Longer than the few requests of a turn take; what a program that was killed held is free again after it. */
const TURN_MS = 30_000;
const WAIT_MS = 60_000;
const POLL_MS = 10;

/**
 * Turns by a lease of the database that the programs share. A turn that outlives its lease may meet another's nonce, which the
 * node refuses: nothing is sent twice.
 * @returns throws AppError sender_busy where others hold the turn for a minute, database_unreachable
 */
export function accountTurn(store: Pick<AnchorStore, "lease" | "releaseLease">, name: string): AccountTurn {
  return async (work) => {
    // Of this turn alone: two in one program wait for each other, too.
    const holder = randomUUID();
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const lease = await store.lease(name, holder, TURN_MS);
      if (lease !== undefined) return work().finally(() => store.releaseLease(lease));
      if (performance.now() > deadline) throw busy(name);
      await sleep(POLL_MS);
    }
  };
}

function busy(name: string): AppError {
  return new AppError(
    "sender_busy",
    `账户 ${name} 正由其他程序使用，请稍后再试。 Others send by the account ${name}: try again in a while.`,
  );
}
