import { errorOf } from "./apiError.ts";
import { createSigner, type Credential, type SignedFields, type Signer } from "./signer.ts";

export type ClientOptions = {
  /** In place of the credential's own, e.g. one that asks an HSM. */
  readonly signer?: Signer;
  /** For one attempt, beyond what it asks to wait; default 30 s. */
  readonly timeoutMs?: number;
  /** Of a request that may be repeated; default 5. */
  readonly attempts?: number;
  /** Of problems' texts; default zh. */
  readonly language?: "zh" | "en";
};

export type Wanted = {
  readonly body?: unknown;
  readonly fields?: SignedFields;
  /** Repeating it does what doing it once does. GETs always are. */
  readonly isRepeatable?: boolean;
  /** The service was asked to wait so long. */
  readonly waitS?: number;
};

/** The signed requests of one app. */
export type Requests = {
  /** One request as it is: any status is an answer, nothing is repeated. */
  readonly call: (method: string, path: string, body?: unknown, fields?: SignedFields) => Promise<Response>;
  /** @throws ApiError for a status other than 2xx; TypeError or TimeoutError if no answer came at the last attempt */
  readonly send: (method: string, path: string, wanted?: Wanted) => Promise<Response>;
};

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;
const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 10_000;
/** The service says so itself: the request was not done, or doing it again is safe. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

export function createRequests(credential: Credential, baseUrl: string | URL, options: ClientOptions): Requests {
  const { signer = createSigner(credential), timeoutMs = TIMEOUT_MS, attempts = ATTEMPTS, language = "zh" } = options;
  const ask = (method: string, path: string, { body, fields = {}, waitS = 0 }: Wanted): Promise<Response> => {
    const url = new URL(path, baseUrl);
    const signal = AbortSignal.timeout(timeoutMs + waitS * 1000);
    const own = { "Accept-Language": language, ...fields };
    if (body === undefined) return fetch(url, { method, signal, headers: { ...own, ...signer({ method, url }) } });
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    return fetch(url, { method, signal, body: bytes, headers: { ...own, ...signer({ method, url, body: bytes }) } });
  };
  return {
    call: (method, path, body, fields = {}) => ask(method, path, { body, fields, waitS: 60 }),

    async send(method, path, wanted = {}) {
      const most = method === "GET" || wanted.isRepeatable === true ? attempts : 1;
      for (let attempt = 1; ; attempt++) {
        // Each attempt is signed anew: a nonce is good for one request.
        const outcome = await settled(ask(method, path, wanted));
        if (outcome instanceof Response && outcome.ok) return outcome;
        const isWorthIt = !(outcome instanceof Response) || TRANSIENT.has(outcome.status);
        if (attempt >= most || !isWorthIt) throw outcome instanceof Response ? await errorOf(outcome) : outcome;
        if (outcome instanceof Response) await outcome.body?.cancel();
        await rest(restMsOf(attempt, outcome));
      }
    },
  };
}

function settled(answer: Promise<Response>): Promise<Response | Error> {
  return answer.catch((error: unknown) => (error instanceof Error ? error : new Error("no answer", { cause: error })));
}

/** What the service asks for, or a doubling rest; half of it by chance, so that callers don't come back together. */
function restMsOf(attempt: number, outcome: Response | Error): number {
  const asked = outcome instanceof Response ? Number(outcome.headers.get("retry-after") ?? 0) * 1000 : 0;
  const growing = FIRST_REST_MS * 2 ** (attempt - 1);
  const restMs = Math.min(Number.isFinite(asked) && asked > 0 ? asked : growing, LONGEST_REST_MS);
  return restMs / 2 + (Math.random() * restMs) / 2;
}

export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
