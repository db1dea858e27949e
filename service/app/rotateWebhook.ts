import type { Deps } from "./deps.ts";

const HOUR_MS = 3_600_000;
/** Beside the new one: a rotation whose answer was lost can be asked for again without ending the secret that the receiver holds. */
export const MAX_OLD_SECRETS = 3;

export type Rotated = { readonly secret: string; readonly oldUntilMs: number | undefined };

/**
 * Gives an endpoint another secret, shown this once. Until keepHours are over each event is signed with both, so the receiver changes
 * over when it likes; with 0 all old ones end at once.
 */
export async function rotateWebhook(
  { store, webhooks, clock }: Pick<Deps, "store" | "webhooks" | "clock">,
  unitId: number,
  endpointId: string,
  keepHours: number,
): Promise<Rotated | "no_endpoint" | "too_many"> {
  const nowMs = clock.nowMs();
  const { text, sealed } = webhooks.makeSecret();
  const oldUntilMs = keepHours === 0 ? 0 : nowMs + keepHours * HOUR_MS;
  const rotation = { unitId, endpointId, sealedSecret: sealed, oldUntilMs, nowMs };
  const outcome = await store.rotateSecret(rotation, MAX_OLD_SECRETS);
  if (outcome !== "rotated") return outcome;
  return { secret: text, oldUntilMs: keepHours === 0 ? undefined : oldUntilMs };
}
