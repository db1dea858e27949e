import { demoUnits } from "../../service/demoUnits.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { readDemoKey } from "../client.ts";
import { createAgent, createCaller, type Caller } from "./httpClient.ts";
import { quantileOf, type Quantiles } from "./figures.ts";

export type LoadOptions = {
  readonly dataDir: string;
  readonly url: string;
  readonly count: number;
  readonly concurrency: number;
  /** Receipts posted a second; without it as many as the service takes. */
  readonly pacePerS?: number;
  /** Distinguishes the business numbers of two loads on one database. */
  readonly prefix: string;
  readonly onProgress: (sealed: number) => void;
};

/** What a load measured. Times in milliseconds. */
export type LoadResult = {
  /** Sealed PDFs in the order in which they were downloaded. */
  readonly pdfs: readonly Uint8Array[];
  /** From the first POST to the last sealed PDF. */
  readonly wallMs: number;
  /** From the first POST to the last POST's answer. */
  readonly postWallMs: number;
  readonly post: Quantiles;
  /** From a POST to the moment at which the book's mark on chain is seen past its number. */
  readonly anchored: Quantiles;
  /** From a POST to its sealed PDF on this side. */
  readonly sealed: Quantiles;
  /** Of this process, all its threads. */
  readonly clientCpuMs: number;
};

/** Asking the books costs three requests; the times to anchored are as coarse as this. */
const LOOK_EVERY_MS = 100;
const GIVE_UP_MS = 120_000;

type Unit = { readonly call: Caller; readonly kinds: readonly string[] };
type Order = { readonly unit: Unit; readonly body: Uint8Array };
type Posted = { readonly unit: Unit; readonly path: string; readonly number: number; readonly postedMs: number };

/**
 * Posts receipts of all kinds one by one, and downloads each sealed PDF as soon as its book is anchored past it, both with
 * the same `concurrency` callers; downloads go first, so that the load is steady and not two bursts.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { concurrency, count, pacePerS } = options;
  const units = await openUnits(options);
  const orders = ordersOf(units, options);
  const waiting = new Map<string, Posted[]>();
  const ready: Posted[] = [];
  const pdfs: Uint8Array[] = [];
  const times = { post: [] as number[], anchored: [] as number[], sealed: [] as number[] };
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  let taken = 0;
  let lastPostMs = startMs;

  const postNext = async (order: Order): Promise<void> => {
    const postedMs = performance.now();
    const answer = await order.unit.call("POST", "/v1/receipts", order.body);
    lastPostMs = performance.now();
    times.post.push(lastPostMs - postedMs);
    if (answer.status !== 201) throw new Error(`POST: ${answer.status} ${answer.body.toString()}`);
    const { eInvoiceCode, eInvoiceNumber } = parseIssued(answer.body);
    const list = waiting.get(eInvoiceCode) ?? [];
    waiting.set(eInvoiceCode, list);
    const path = `/v1/receipts/${eInvoiceCode}/${eInvoiceNumber}/pdf`;
    list.push({ unit: order.unit, path, number: Number(eInvoiceNumber), postedMs });
  };
  const download = async ({ unit, path, postedMs }: Posted): Promise<void> => {
    const answer = await unit.call("GET", path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body.toString()}`);
    if (answer.headers["lianpiao-sealed"] !== "true") throw new Error(`${path} is not sealed`);
    pdfs.push(answer.body);
    times.sealed.push(performance.now() - postedMs);
  };
  const mayPost = (): boolean =>
    taken < count && (pacePerS === undefined || taken < ((performance.now() - startMs) * pacePerS) / 1000);
  const look = async (): Promise<void> => {
    const marks = await readMarks(units);
    const nowMs = performance.now();
    for (const [code, list] of waiting) {
      const anchored = list.filter(({ number }) => number < (marks.get(code) ?? 0));
      if (anchored.length === 0) continue;
      waiting.set(
        code,
        list.filter(({ number }) => number >= (marks.get(code) ?? 0)),
      );
      times.anchored.push(...anchored.map(({ postedMs }) => nowMs - postedMs));
      ready.push(...anchored);
    }
  };
  const caller = async (): Promise<void> => {
    while (pdfs.length < count) {
      if (performance.now() - startMs > GIVE_UP_MS) throw new Error(`only ${pdfs.length} of ${count} were sealed`);
      const sealed = ready.shift();
      const order = sealed === undefined && mayPost() ? orders[taken++] : undefined;
      if (sealed !== undefined) await download(sealed);
      else if (order !== undefined) await postNext(order);
      else await pause(5);
    }
  };
  const looker = async (): Promise<void> => {
    while (pdfs.length < count) {
      await look();
      options.onProgress(pdfs.length);
      await pause(LOOK_EVERY_MS);
    }
  };
  await Promise.all([looker(), ...Array.from({ length: concurrency }, caller)]);
  const { user, system } = process.cpuUsage(cpu);
  return {
    pdfs,
    wallMs: performance.now() - startMs,
    postWallMs: lastPostMs - startMs,
    post: quantileOf(times.post),
    anchored: quantileOf(times.anchored),
    sealed: quantileOf(times.sealed),
    clientCpuMs: (user + system) / 1000,
  };
}
