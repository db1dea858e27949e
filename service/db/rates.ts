import type { DataSource } from "typeorm";
import type { RateStore } from "../app/deliveryPorts.ts";
import { query } from "./retry.ts";

/** Windows that have ended are swept once in so many uses. */
const SWEEP_EVERY = 500;

/** How often somebody did something. */
export function createRateStore(dataSource: DataSource): RateStore {
  let rateUses = 0;
  return {
    async useRate(key, windowMs, limit, nowMs) {
      if (rateUses++ % SWEEP_EVERY === 0) {
        await query(dataSource, "delete from rate_window where ends_at_ms < $1", [nowMs]);
      }
      const startMs = nowMs - (nowMs % windowMs);
      const [row] = await query<{ uses: number }>(
        dataSource,
        `insert into rate_window as w values ($1, $2, $3, 1)
         on conflict (rate_key, window_start_ms) do update set uses = w.uses + 1 returning uses`,
        [Buffer.from(key), startMs, startMs + windowMs],
      );
      return (row?.uses ?? 0) <= limit;
    },
  };
}
