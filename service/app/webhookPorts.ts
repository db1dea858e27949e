import type { EventType } from "./eventTypes.ts";

/** Codes, counts and states that go with an event. Never a person's data, never a check code. */
export type EventDetails = Readonly<Record<string, string | number>>;

/** A fact about a receipt, written in the transaction that makes it a fact. */
export type EventFact = {
  readonly code: number;
  readonly number: number;
  readonly atMs: number;
  readonly details: EventDetails;
};

/** A fact in its unit's stream. */
export type ReceiptEvent = EventFact & {
  /** `evt_`, its seq, `_` and 16 random hexadecimal digits: the same for each attempt and replay. */
  readonly eventId: string;
  readonly type: EventType;
  /** Its place among the unit's events: 1, 2, 3 … in the order of their commits, without gaps. */
  readonly seq: number;
};

/** Where a unit wants its events sent. */
export type Endpoint = {
  readonly endpointId: string;
  readonly unitId: number;
  readonly url: string;
  readonly types: readonly EventType[];
  /** off: nothing is sent until a replay. */
  readonly state: "on" | "off";
  readonly createdAtMs: number;
  /** Failed attempts at the event that is next. */
  readonly failures: number;
  /** Of the last attempt that failed: `http_500`, `timed_out` … */
  readonly lastError?: string;
  /** When it is tried again, while it fails. */
  readonly nextAtMs?: number;
  /** Events of the unit behind its position, of other types too. */
  readonly waitingCount: number;
  /** Events that it refused, and that were put aside so that the next could go on. */
  readonly deadCount: number;
  /** Until when the secret before this one signs, too; undefined: there is one secret. */
  readonly oldSecretUntilMs?: number;
};

export type NewEndpoint = Pick<Endpoint, "endpointId" | "unitId" | "url" | "types" | "createdAtMs"> & {
  readonly sealedSecret: Uint8Array;
};

/** An endpoint that this program alone sends to, until its claim ends. */
export type ClaimedEndpoint = Pick<Endpoint, "endpointId" | "unitId" | "url" | "types" | "failures"> & {
  /** The secret, and those before it that sign along for a time: newest first. */
  readonly sealedSecrets: readonly Uint8Array[];
  /** Counts claims, replays and switches: what is marked under an older one is refused. */
  readonly fence: number;
  /** What comes after it is to be sent. */
  readonly position: number;
  /** The newest event of its unit when it was claimed. */
  readonly lastSeq: number;
};

/** An event that was put aside. */
export type DeadLetter = {
  readonly eventId: string;
  readonly attempts: number;
  readonly error: string;
  readonly atMs: number;
};

export type EventFilter = { readonly types?: readonly EventType[]; readonly sinceMs?: number };

export type SecretRotation = {
  readonly unitId: number;
  readonly endpointId: string;
  readonly sealedSecret: Uint8Array;
  /** Until when the secret that there was signs along; 0: it ends now, with all before it. */
  readonly oldUntilMs: number;
  readonly nowMs: number;
};

/** Where a replay begins: at this event, or at the first that is not older. */
export type ReplayStart = { readonly eventId: string } | { readonly sinceMs: number };

export interface WebhookStore {
  /** Events are written from its commit on. `exists`: the unit has an endpoint of this URL. */
  addEndpoint(endpoint: NewEndpoint, mostOfUnit: number): Promise<"added" | "exists" | "too_many">;
  /** Oldest first. */
  endpoints(unitId: number): Promise<readonly Endpoint[]>;
  /** Oldest first. */
  deadLetters(endpoint: Pick<Endpoint, "unitId" | "endpointId">, limit: number): Promise<readonly DeadLetter[]>;
  /** False if the unit has none of this id. */
  removeEndpoint(unitId: number, endpointId: string): Promise<boolean>;
  /**
   * Gives the endpoint another secret. What is being sent under the secrets before is sent again.
   * `too_many`: so many of its old secrets are valid already.
   */
  rotateSecret(rotation: SecretRotation, mostOld: number): Promise<"rotated" | "no_endpoint" | "too_many">;
  /**
   * Sends from there on again, in order, and turns the endpoint on. What was put aside from there on is sent with it.
   */
  replayFrom(
    unitId: number,
    endpointId: string,
    start: ReplayStart,
    nowMs: number,
  ): Promise<{ readonly waitingCount: number } | "no_endpoint" | "no_event">;
  /** Of the unit, oldest first, after an event; `no_event` if that one is unknown. */
  events(
    unitId: number,
    filter: EventFilter,
    afterEventId: string | undefined,
    limit: number,
  ): Promise<readonly ReceiptEvent[] | "no_event">;

  /** One endpoint that is on, due and has events before it; undefined if there is none. */
  claimEndpoint(holder: string, nowMs: number, leaseMs: number): Promise<ClaimedEndpoint | undefined>;
  /** The next events of its unit, of all types, in order. */
  nextEvents(claimed: ClaimedEndpoint, limit: number): Promise<readonly ReceiptEvent[]>;
  /** These do nothing and answer false if the claim was lost, or the endpoint was replayed, turned off or removed meanwhile. */
  passEvent(claimed: ClaimedEndpoint, passed: Passed): Promise<boolean>;
  failEvent(claimed: ClaimedEndpoint, failed: Failed): Promise<boolean>;
  /** Ends the claim. */
  releaseEndpoint(claimed: ClaimedEndpoint): Promise<void>;
  /** Gives the claims of a holder that has died back. */
  releaseEndpoints(holder: string): Promise<void>;
  /** Events of before; at most `limit`. */
  forgetEvents(beforeMs: number, limit: number): Promise<number>;
  /** Old secrets that have ended. */
  forgetSecrets(nowMs: number): Promise<void>;
}

/** The endpoint stood at `from` and goes on after `to`. */
export type Passed = {
  readonly from: number;
  readonly to: number;
  readonly nowMs: number;
  readonly leaseMs: number;
  /** The event at `to` was refused for good. */
  readonly dead?: { readonly attempts: number; readonly error: string };
};

/** nextAtMs undefined: the endpoint is turned off. */
export type Failed = { readonly from: number; readonly error: string; readonly nextAtMs: number | undefined };

/** gone: 410. refused: the event's own fault (400, 413, 415, 422). failed: the endpoint's or the network's. */
export type PostOutcome =
  | { readonly kind: "taken" }
  | { readonly kind: "gone" }
  | { readonly kind: "refused" | "failed"; readonly error: string; readonly retryAfterS?: number };

/** How a URL of a unit's fares: https to public addresses; http and private addresses where the settings allow them. */
export type UrlFault = "malformed" | "not_https" | "private" | "unresolved";

/** Sends events to units' systems, signed by Standard Webhooks. */
export interface WebhookPoster {
  /** A new endpoint's secret: shown once, kept sealed. */
  makeSecret(): { readonly text: string; readonly sealed: Uint8Array };
  /** undefined: it may be registered. What it resolves to is looked at again with each post. */
  faultOf(url: string): Promise<UrlFault | undefined>;
  /** Never throws for what a server or network does. */
  post(message: {
    readonly url: string;
    /** One signature each. */
    readonly sealedSecrets: readonly Uint8Array[];
    readonly id: string;
    readonly body: string;
  }): Promise<PostOutcome>;
}
