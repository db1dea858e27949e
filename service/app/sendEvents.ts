import type { Deps } from "./deps.ts";
import { eventView } from "./eventView.ts";
import { isDead, restAfterFailure } from "./webhookBackoff.ts";
import type { ClaimedEndpoint, PostOutcome, ReceiptEvent } from "./webhookPorts.ts";

/** Longer than one attempt can take; each event that is done renews it. */
const CLAIM_MS = 60_000;
/** Sent to one endpoint before others get their turn. */
const EVENT_COUNT = 50;
const DAY_MS = 86_400_000;
/** So long events can be replayed and listed. */
export const EVENT_KEPT_MS = 30 * DAY_MS;
const FORGET_COUNT = 5_000;

/** What becomes of the endpoint's turn. */
type Step = { readonly kind: "passed"; readonly position: number } | { readonly kind: "ended" };

/**
 * Sends one endpoint its next events, one by one in their order, at least once each: after a crash between sending and marking
 * an event is sent again under the same id.
 * @returns whether an endpoint was due
 */
export async function sendEvents(deps: Deps): Promise<boolean> {
  const { store, settings, clock } = deps;
  const claimed = await store.claimEndpoint(settings.holder, clock.nowMs(), CLAIM_MS);
  if (claimed === undefined) return false;
  try {
    const events = await store.nextEvents(claimed, EVENT_COUNT);
    // It has slept until they were forgotten.
    if (events.length === 0) await passTo(deps, claimed, claimed.lastSeq);
    let turn: ClaimedEndpoint = claimed;
    for (const event of events) {
      const step = await sendEvent(deps, turn, event);
      if (step.kind === "ended") break;
      turn = { ...turn, position: step.position, failures: 0 };
    }
  } finally {
    await store.releaseEndpoint(claimed);
  }
  return true;
}

/** Forgets what is older than units can ask for, and secrets that have ended. @returns whether there may be more */
export async function forgetEvents({ store, clock }: Deps): Promise<boolean> {
  await store.forgetSecrets(clock.nowMs());
  return (await store.forgetEvents(clock.nowMs() - EVENT_KEPT_MS, FORGET_COUNT)) === FORGET_COUNT;
}

async function sendEvent(deps: Deps, turn: ClaimedEndpoint, event: ReceiptEvent): Promise<Step> {
  if (!turn.types.includes(event.type)) return passTo(deps, turn, event.seq);
  const { url, sealedSecrets, endpointId } = turn;
  const body = JSON.stringify(eventView(event));
  const outcome = await deps.webhooks.post({ url, sealedSecrets, id: event.eventId, body });
  const fields = { endpointId, unitId: turn.unitId, eventId: event.eventId, seq: event.seq };
  if (outcome.kind === "taken") {
    deps.log.info("event_sent", fields);
    return passTo(deps, turn, event.seq);
  }
  const error = outcome.kind === "gone" ? "http_410" : outcome.error;
  deps.log.warn("event_not_taken", { ...fields, error, failures: turn.failures + 1 });
  if (outcome.kind === "refused" && isDead(turn.failures + 1)) {
    return passTo(deps, turn, event.seq, { attempts: turn.failures + 1, error });
  }
  await rest(deps, turn, outcome, error);
  return { kind: "ended" };
}

async function passTo(
  deps: Deps,
  turn: ClaimedEndpoint,
  seq: number,
  dead?: { readonly attempts: number; readonly error: string },
): Promise<Step> {
  const mark = { from: turn.position, to: seq, nowMs: deps.clock.nowMs(), leaseMs: CLAIM_MS };
  const isOurs = await deps.store.passEvent(turn, dead === undefined ? mark : { ...mark, dead });
  return isOurs ? { kind: "passed", position: seq } : { kind: "ended" };
}

/** 410 is the receiver's own wish and no alarm; an endpoint that stays broken for three days is one. */
async function rest(
  deps: Deps,
  turn: ClaimedEndpoint,
  outcome: Exclude<PostOutcome, { readonly kind: "taken" }>,
  error: string,
): Promise<void> {
  const { store, clock, random } = deps;
  const [dice = 0] = random.bytes(1);
  const restMs =
    outcome.kind === "gone" ? undefined : restAfterFailure(turn.failures + 1, dice, outcome.retryAfterS ?? 0);
  const nowMs = clock.nowMs();
  const nextAtMs = restMs === undefined ? undefined : nowMs + restMs;
  const isOurs = await store.failEvent(turn, { from: turn.position, error, nextAtMs });
  if (!isOurs || nextAtMs !== undefined || outcome.kind === "gone") return;
  await store.raiseAlarm("webhook_failed", webhookSubject(turn.endpointId), `unit ${turn.unitId}: ${error}`, nowMs);
}

/** What an alarm of an endpoint is about. */
export const webhookSubject = (endpointId: string): string => `webhook ${endpointId}`;
