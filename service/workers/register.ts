import type { Deps } from "../app/deps.ts";
import type { Register } from "../app/register.ts";
import { startLoop, type Worker } from "./loop.ts";

/** What another program changes of kinds, codes and items is seen this soon. One small query each time. */
const LOOK_EVERY_MS = 2_000;

/** Keeps kinds, codes and catalogues as the database has them. */
export function startRegisterWorker({ bell, log }: Pick<Deps, "bell" | "log">, register: Register): Worker {
  return startLoop({ name: "register", bell, topic: "register", log }, async () => {
    await register.refresh();
    return LOOK_EVERY_MS;
  });
}
