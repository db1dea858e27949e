import { hexOf } from "../core/bytes.ts";
import type { Deps } from "./deps.ts";
import type { EventType } from "./eventTypes.ts";
import type { Endpoint, UrlFault } from "./webhookPorts.ts";

/** More are a mistake: each event goes to each endpoint. */
export const MAX_ENDPOINTS = 5;

export type Registration =
  | { readonly kind: "registered"; readonly endpoint: Endpoint; readonly secret: string }
  | { readonly kind: "url"; readonly fault: UrlFault }
  | { readonly kind: "exists" | "too_many" };

/** Registers where a unit's events are sent; those of its types are written from now on. The secret is shown this once. */
export async function registerWebhook(
  { store, webhooks, random, clock }: Deps,
  wanted: { readonly unitId: number; readonly url: string; readonly types: readonly EventType[] },
): Promise<Registration> {
  const fault = await webhooks.faultOf(wanted.url);
  if (fault !== undefined) return { kind: "url", fault };
  const { text, sealed } = webhooks.makeSecret();
  const endpoint = { ...wanted, endpointId: hexOf(random.bytes(16)).slice(2), createdAtMs: clock.nowMs() };
  const outcome = await store.addEndpoint({ ...endpoint, sealedSecret: sealed }, MAX_ENDPOINTS);
  if (outcome !== "added") return { kind: outcome };
  const fresh = { state: "on", failures: 0, waitingCount: 0, deadCount: 0 } as const;
  return { kind: "registered", endpoint: { ...endpoint, ...fresh }, secret: text };
}
