import type { BatchAnswer, BookList, Event, IssueInput, Operation, Operations, Receipt } from "./api.ts";
import { createRequests, rest, type ClientOptions, type Requests } from "./request.ts";
import type { Credential, SignedFields } from "./signer.ts";

/** Where a receipt stands: 票据代码 of 8 digits and 票据号码 of 10. A Receipt is one. */
export type Place = { readonly eInvoiceCode: string; readonly eInvoiceNumber: string };

/** Lets the service answer only once the receipt is drawn or anchored, or waitS (at most 60) have passed. */
export type Wait = { readonly waitS: number; readonly until?: "rendered" | "anchored" };

export type Issued = {
  readonly receipt: Receipt;
  /** False: this busNo was issued before with the same content, maybe by an attempt whose answer was lost. */
  readonly isNew: boolean;
};

/** What an operation is given, by its own types. */
export type Given<Op extends Operation> = (unknown extends Op["path"]
  ? { readonly path?: Readonly<Record<string, string>> }
  : keyof Op["path"] extends never
    ? { readonly path?: undefined }
    : { readonly path: Op["path"] }) & {
  readonly query?: Op["query"];
  readonly fields?: SignedFields;
} & (undefined extends Op["body"] ? { readonly body?: Op["body"] } : { readonly body: Op["body"] });

/** A unit's client. Times out, repeats what may be repeated, and throws ApiError for every answer other than 2xx. */
export type Client = Requests & {
  /** Any operation of the service by its method and path, also one that this client has no function for. GETs are repeated. */
  readonly request: <Name extends keyof Operations>(
    name: Name,
    ...given: object extends Given<Operations[Name]>
      ? [given?: Given<Operations[Name]>]
      : [given: Given<Operations[Name]>]
  ) => Promise<Operations[Name]["answer"]>;
  /** Issues a receipt. Safe to repeat by its busNo, so it is repeated after a timeout or a 503. */
  readonly issue: (input: IssueInput, wait?: Wait) => Promise<Issued>;
  /** 1 to 500 receipts: each result has its own status, in the order of the inputs. */
  readonly issueBatch: (inputs: readonly IssueInput[], wait?: Wait) => Promise<BatchAnswer["results"]>;
  readonly receipt: (place: Place) => Promise<Receipt>;
  readonly receiptByBusNo: (busNo: string) => Promise<Receipt | undefined>;
  /** All that fit, oldest first, page by page as they are asked for. */
  readonly receipts: (filter?: ReceiptFilter) => AsyncGenerator<Receipt, void, undefined>;
  /** Events from `cursor` (the id of the last one seen) or `since` on. */
  readonly events: (filter?: EventFilter) => AsyncGenerator<Event, void, undefined>;
  readonly books: () => Promise<BookList>;
  /** Asks until the receipt is drawn or anchored (or void). @throws Error when timeoutMs have passed */
  readonly waitFor: (place: Place, until: "rendered" | "anchored", timeoutMs?: number) => Promise<Receipt>;
  /** isSealed: it carries its proof. */
  readonly pdf: (place: Place) => Promise<{ readonly bytes: Uint8Array; readonly isSealed: boolean }>;
  readonly xml: (place: Place) => Promise<string>;
  readonly proof: (place: Place) => Promise<Uint8Array>;
};

export type ReceiptFilter = {
  readonly kind?: string;
  readonly status?: Receipt["status"];
  /** RFC 3339. */
  readonly issuedFrom?: string;
  readonly issuedBefore?: string;
  /** Of a page; default 100, at most 500. */
  readonly limit?: number;
};

export type EventFilter = {
  readonly type?: Event["type"];
  readonly since?: string;
  readonly cursor?: string;
  readonly limit?: number;
};

const WAIT_MS = 60_000;
const LOOK_EVERY_MS = 500;

export function createClient(credential: Credential, baseUrl: string | URL, options: ClientOptions = {}): Client {
  const requests = createRequests(credential, baseUrl, options);
  const { send } = requests;
  const get = async <T>(path: string): Promise<T> => (await (await send("GET", path)).json()) as T;
  const receipt = (place: Place): Promise<Receipt> => get(pathOf(place));
  return {
    ...requests,
    receipt,
    request: (name, ...[given]) => request(requests, name, given ?? {}),
    books: () => get("/v1/books"),

    async issue(input, wait) {
      const response = await send("POST", "/v1/receipts", { body: input, isRepeatable: true, ...waiting(wait) });
      return { receipt: (await response.json()) as Receipt, isNew: response.status === 201 };
    },

    async issueBatch(receipts, wait) {
      const wanted = { body: { receipts }, isRepeatable: true, ...waiting(wait) };
      return ((await (await send("POST", "/v1/receipts/batch", wanted)).json()) as BatchAnswer).results;
    },

    async receiptByBusNo(busNo) {
      const { receipts } = await get<{ receipts: readonly Receipt[] }>(`/v1/receipts${queryOf({ busNo })}`);
      return receipts[0];
    },

    receipts: (filter = {}) => pages(get, "/v1/receipts", "receipts", filter),
    events: (filter = {}) => pages(get, "/v1/events", "events", filter),

    async waitFor(place, until, timeoutMs = WAIT_MS) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const found = await receipt(place);
        const isThere = found.status === "anchored" || found.status === until || found.status === "void";
        if (isThere) return found;
        if (performance.now() >= deadline) throw new Error(`the receipt is not ${until} after ${timeoutMs} ms`);
        await rest(LOOK_EVERY_MS);
      }
    },

    async pdf(place) {
      const response = await send("GET", `${pathOf(place)}/pdf`);
      const isSealed = response.headers.get("lianpiao-sealed") === "true";
      return { bytes: new Uint8Array(await response.arrayBuffer()), isSealed };
    },

    xml: async (place) => (await send("GET", `${pathOf(place)}/xml`)).text(),
    proof: async (place) => new Uint8Array(await (await send("GET", `${pathOf(place)}/proof`)).arrayBuffer()),
  };
}

/** As every operation is given it. */
type Loose = {
  readonly path?: Readonly<Record<string, string | undefined>>;
  readonly query?: object;
  readonly body?: unknown;
  readonly fields?: SignedFields;
};

async function request<Answer>(requests: Requests, name: string, given: object): Promise<Answer> {
  const [method = "", template = ""] = name.split(" ");
  const { path: values = {}, query = {}, body, fields = {} } = given as Loose;
  const path = template.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new TypeError(`${name} needs path.${key}`);
    return encodeURIComponent(value);
  });
  const response = await requests.send(method, path + queryOf(query), { body, fields });
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return (isJson ? await response.json() : new Uint8Array(await response.arrayBuffer())) as Answer;
}

type Page = { readonly nextCursor: string | null } & Readonly<Record<string, unknown>>;

async function* pages<T>(
  get: <P>(path: string) => Promise<P>,
  path: string,
  name: string,
  filter: object,
): AsyncGenerator<T, void, undefined> {
  let query: object = filter;
  for (;;) {
    const page = await get<Page>(path + queryOf(query));
    yield* page[name] as readonly T[];
    if (page.nextCursor === null) return;
    query = { ...filter, cursor: page.nextCursor };
  }
}

function waiting(wait: Wait | undefined): { readonly fields?: SignedFields; readonly waitS?: number } {
  if (wait === undefined) return {};
  const { waitS, until = "anchored" } = wait;
  return { waitS, fields: { Prefer: `wait=${waitS}, until=${until}` } };
}

function pathOf({ eInvoiceCode, eInvoiceNumber }: Place): string {
  return `/v1/receipts/${encodeURIComponent(eInvoiceCode)}/${encodeURIComponent(eInvoiceNumber)}`;
}

function queryOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)]))).toString();
  return text === "" ? "" : `?${text}`;
}
