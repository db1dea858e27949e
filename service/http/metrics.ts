import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Book, Store } from "../app/storePorts.ts";

/** What is counted. Labels are route templates, codes and kinds: nothing of a person, nothing without bound. */
export type Metrics = {
  readonly registry: Registry;
  readonly requestDone: (request: { method: string; route: string; status: number; seconds: number }) => void;
  readonly requestStarted: () => void;
  readonly problem: (code: string) => void;
  readonly issueResult: (result: string) => void;
};

/** @param registry the app's own; others may put theirs into it, too */
export function createMetrics(store: Store, registry: Registry = new Registry()): Metrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: "lianpiao_http_request_seconds",
    help: "Time to answer, by route template",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const inFlight = new Gauge({ name: "lianpiao_http_requests_in_flight", help: "Requests under way", registers });
  const problems = new Counter({
    name: "lianpiao_http_problems_total",
    help: "Answers other than success, by code",
    labelNames: ["code"] as const,
    registers,
  });
  const results = new Counter({
    name: "lianpiao_issue_results_total",
    help: "What became of requests to issue",
    labelNames: ["result"] as const,
    registers,
  });
  addStoreGauges(store, registers);
  return {
    registry,
    requestStarted: () => inFlight.inc(),
    requestDone: (request) => {
      inFlight.dec();
      const labels = { method: request.method, route: request.route, status: String(request.status) };
      seconds.observe(labels, request.seconds);
    },
    problem: (code) => problems.inc({ code }),
    issueResult: (result) => results.inc({ result }),
  };
}

/** Read at each scrape; while the database is away they keep quiet instead of telling old figures. */
function addStoreGauges(store: Store, registers: Registry[]): void {
  const byCode = { labelNames: ["code"] as const, registers };
  new Gauge({
    name: "lianpiao_numbers_left",
    help: "Numbers left, by receipt code",
    ...byCode,
    async collect() {
      this.reset();
      for (const book of await orNone(store.books()))
        this.inc(codeOf(book), (book.usableLast ?? book.last) + 1 - book.next);
    },
  });
  new Gauge({
    name: "lianpiao_receipts_not_anchored",
    help: "Numbers taken and not yet on chain, by receipt code",
    ...byCode,
    async collect() {
      this.reset();
      for (const book of await orNone(store.books())) this.inc(codeOf(book), book.next - book.anchored);
    },
  });
  new Gauge({
    name: "lianpiao_open_alarms",
    help: "Alarms open, by kind",
    labelNames: ["kind"] as const,
    registers,
    async collect() {
      this.reset();
      for (const alarm of await orNone(store.openAlarms())) this.inc({ kind: alarm.kind });
    },
  });
}

function codeOf(book: Book): { readonly code: string } {
  return { code: String(book.code).padStart(8, "0") };
}

async function orNone<T>(work: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await work;
  } catch {
    return [];
  }
}
