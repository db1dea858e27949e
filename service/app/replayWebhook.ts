import { eventTopic, type Deps } from "./deps.ts";
import { webhookSubject } from "./sendEvents.ts";
import type { ReplayStart } from "./webhookPorts.ts";

/** Sends an endpoint its events from a place on again, and turns it on. */
export async function replayWebhook(
  { store, bell, clock }: Deps,
  unitId: number,
  endpointId: string,
  start: ReplayStart,
): Promise<{ readonly waitingCount: number } | "no_endpoint" | "no_event"> {
  const outcome = await store.replayFrom(unitId, endpointId, start, clock.nowMs());
  if (typeof outcome === "string") return outcome;
  await store.clearAlarm("webhook_failed", webhookSubject(endpointId), clock.nowMs());
  bell.ring(eventTopic);
  return outcome;
}

/** False if the unit has no such endpoint. What it was not sent yet can still be listed. */
export async function removeWebhook({ store, clock }: Deps, unitId: number, endpointId: string): Promise<boolean> {
  if (!(await store.removeEndpoint(unitId, endpointId))) return false;
  await store.clearAlarm("webhook_failed", webhookSubject(endpointId), clock.nowMs());
  return true;
}
