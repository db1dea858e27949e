import os from "node:os";
import { Piscina } from "piscina";
import type { Examination, ExamineJob, Examine } from "../app/examineReceipt.ts";

/** Threads that compare rows with their documents. */
export type AuditPool = { readonly examine: Examine; stop(): Promise<void> };

/** The main thread, which reads rows and documents, feeds no more. */
const MAX_THREADS = 6;

/** One thread for each core. A thread that dies fails the audit. */
export function startAuditPool(): AuditPool {
  const threadCount = Math.min(MAX_THREADS, os.availableParallelism());
  const pool = new Piscina<readonly ExamineJob[], readonly Examination[]>({
    name: "examineBatch",
    filename: new URL("./auditThread.ts", import.meta.url).href,
    minThreads: threadCount,
    maxThreads: threadCount,
    // A thread waits for messages, so that it can also be stopped at once.
    atomics: "disabled",
  });
  return {
    examine: (jobs) => pool.run(jobs, { transferList: jobs.flatMap(ownBuffer) }),
    stop: () => pool.close(),
  };
}

/** A document's bytes go to the thread instead of a copy, unless they are a view into what others use, too. */
function ownBuffer({ pdf }: ExamineJob): readonly ArrayBuffer[] {
  const buffer = pdf?.buffer;
  return buffer instanceof ArrayBuffer && buffer.byteLength === pdf?.byteLength ? [buffer] : [];
}
