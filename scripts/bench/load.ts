import { quantilesOf, type Quantiles } from "./figures.ts";
import { openUnits, ordersOf, readMarks, type LoadUnit, type Order } from "./loadUnits.ts";

export type LoadOptions = {
  readonly dataDir: string;
  readonly url: string;
  readonly count: number;
  readonly concurrency: number;
  /** Receipts posted a second; without it as many as the service takes. */
  readonly pacePerS?: number;
  /** Keeps the business numbers of two loads on one database apart. */
  readonly prefix: string;
  readonly onProgress: (sealedCount: number) => void;
};

/** What a load measured. Times in milliseconds. */
export type LoadResult = {
  /** In the order in which they were downloaded. */
  readonly pdfs: readonly Uint8Array[];
  /** From the first POST to the last sealed PDF. */
  readonly wallMs: number;
  /** From the first POST to the last POST's answer. */
  readonly postWallMs: number;
  readonly post: Quantiles;
  /** From a POST until its book's mark is seen past its number, as coarse as LOOK_EVERY_MS. */
  readonly anchored: Quantiles;
  /** Of this process, all its threads. */
  readonly clientCpuMs: number;
};

type Posted = { readonly order: Order; readonly code: string; readonly number: number; readonly postedMs: number };

type Run = {
  readonly options: LoadOptions;
  readonly units: readonly LoadUnit[];
  readonly orders: Iterator<Order>;
  readonly startMs: number;
  postedCount: number;
  lastPostMs: number;
  waiting: Posted[];
  readonly ready: Posted[];
  readonly pdfs: Uint8Array[];
  readonly postMs: number[];
  readonly anchoredMs: number[];
  /** Callers that have nothing to do until the next pulse. */
  idle: (() => void)[];
};

/** No unit asks oftener how far its books are; each look is a call for each unit. */
const LOOK_EVERY_MS = 500;
const PULSE_MS = 10;
const GIVE_UP_MS = 600_000;

/**
 * Posts receipts of all kinds one by one, and downloads each sealed PDF as soon as its book is anchored past it. The same
 * `concurrency` callers do both, downloads first, so that one steady load stands instead of two bursts.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { dataDir, url, count, concurrency, prefix } = options;
  const units = await openUnits(dataDir, url, concurrency);
  const orders = ordersOf(units, count, prefix).values();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const lists = { waiting: [], ready: [], pdfs: [], postMs: [], anchoredMs: [], idle: [] };
  const run: Run = { options, units, orders, startMs, postedCount: 0, lastPostMs: startMs, ...lists };
  const pulse = setInterval(() => run.idle.splice(0).forEach((wake) => wake()), PULSE_MS);
  try {
    await Promise.all([look(run), ...Array.from({ length: concurrency }, () => call(run))]);
  } finally {
    clearInterval(pulse);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    pdfs: run.pdfs,
    wallMs: performance.now() - startMs,
    postWallMs: run.lastPostMs - startMs,
    post: quantilesOf(run.postMs),
    anchored: quantilesOf(run.anchoredMs),
    clientCpuMs: (user + system) / 1000,
  };
}

const isDone = ({ pdfs, options }: Run): boolean => pdfs.length >= options.count;

/** One of the callers: downloads what is ready, else posts what is due, else rests. */
async function call(run: Run): Promise<void> {
  while (!isDone(run)) {
    const sealed = run.ready.shift();
    if (sealed !== undefined) await download(run, sealed);
    else if (isDue(run)) await post(run);
    else await new Promise<void>((resolve) => run.idle.push(resolve));
  }
}

function isDue({ options, postedCount, startMs }: Run): boolean {
  const { count, pacePerS } = options;
  if (postedCount >= count) return false;
  return pacePerS === undefined || postedCount * 1000 <= (performance.now() - startMs) * pacePerS;
}

async function post(run: Run): Promise<void> {
  const order = run.orders.next().value as Order;
  run.postedCount += 1;
  const postedMs = performance.now();
  const { status, body } = await order.call("POST", "/v1/receipts", order.body);
  if (status !== 201) throw new Error(`POST /v1/receipts: ${status} ${body.toString()}`);
  run.lastPostMs = performance.now();
  run.postMs.push(run.lastPostMs - postedMs);
  const { eInvoiceCode, eInvoiceNumber } = JSON.parse(body.toString()) as Issued;
  run.waiting.push({ order, code: eInvoiceCode, number: Number(eInvoiceNumber), postedMs });
}

/** Of the answer to POST /v1/receipts, what is used here. */
type Issued = { readonly eInvoiceCode: string; readonly eInvoiceNumber: string };

async function download(run: Run, { order, code, number }: Posted): Promise<void> {
  const path = `/v1/receipts/${code}/${String(number).padStart(10, "0")}/pdf`;
  const { status, headers, body } = await order.call("GET", path);
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.toString()}`);
  if (headers["lianpiao-sealed"] !== "true") throw new Error(`${path} is not sealed`);
  run.pdfs.push(body);
}

/** Sees what has been anchored, in all books at once. */
async function look(run: Run): Promise<void> {
  while (!isDone(run)) {
    const marks = await readMarks(run.units);
    const nowMs = performance.now();
    if (nowMs - run.startMs > GIVE_UP_MS) throw new Error(`only ${run.pdfs.length} were sealed in ${GIVE_UP_MS} ms`);
    const isAnchored = ({ code, number }: Posted): boolean => number < (marks.get(code) ?? 0);
    const anchored = run.waiting.filter(isAnchored);
    run.waiting = run.waiting.filter((posted) => !isAnchored(posted));
    run.anchoredMs.push(...anchored.map(({ postedMs }) => nowMs - postedMs));
    run.ready.push(...anchored);
    run.options.onProgress(run.pdfs.length);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
