import { demoUnits } from "../../service/demoUnits.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { readDemoKey } from "../client.ts";
import { createCaller, createPool, type Caller } from "./httpClient.ts";

/** The mix that docs/performance.md measures. */
const KINDS = ["outpatient", "inpatient", "penalty", "nontax"];

/** A demo unit that can be called. */
export type LoadUnit = { readonly call: Caller; readonly kinds: readonly string[] };

/** A request that is ready to be sent: bodies are made before the clock runs. */
export type Order = { readonly call: Caller; readonly body: Uint8Array };

export async function openUnits(dataDir: string, url: string, concurrency: number): Promise<readonly LoadUnit[]> {
  const pool = createPool(url, concurrency);
  return Promise.all(
    demoUnits
      .filter(({ unit }) => unit.kinds.some((kind) => KINDS.includes(kind)))
      .map(async ({ appId, unit }) => ({
        call: createCaller(await readDemoKey(dataDir, appId), url, pool),
        kinds: unit.kinds.filter((kind) => KINDS.includes(kind)),
      })),
  );
}

/** `count` orders, the kinds in turn; each has another business number and other content. */
export function ordersOf(units: readonly LoadUnit[], count: number, prefix: string): readonly Order[] {
  const today = issueDateOf(Date.now());
  const turns = units.flatMap(({ call, kinds }) => kinds.map((kind) => ({ call, kind })));
  return Array.from({ length: count }, (_, n) => {
    const { call, kind } = turns[n % turns.length]!;
    const input = { ...sampleInput(kind, n + 1, today), busNo: `${prefix}-${n}` };
    return { call, body: new TextEncoder().encode(JSON.stringify(input)) };
  });
}

/** By receipt code: the first number that is not yet anchored. */
export async function readMarks(units: readonly LoadUnit[]): Promise<ReadonlyMap<string, number>> {
  const lists = await Promise.all(
    units.map(async ({ call }) => {
      const { status, body } = await call("GET", "/v1/books");
      if (status !== 200) throw new Error(`GET /v1/books: ${status} ${body.toString()}`);
      return (JSON.parse(body.toString()) as BookList).books;
    }),
  );
  return new Map(lists.flat().map((book) => [book.eInvoiceCode, Number(book.first) + book.anchored]));
}

/** Of GET /v1/books, what is used here. */
type BookList = {
  readonly books: readonly { readonly eInvoiceCode: string; readonly first: string; readonly anchored: number }[];
};
