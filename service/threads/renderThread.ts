import { workerData } from "node:worker_threads";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { openFontBook } from "../adapters/pdf/fontBook.ts";
import { openPdfWriter } from "../adapters/pdf/pdfWriter.ts";
import { openKeystore } from "../adapters/sign/keystore.ts";
import type { RenderJob, RenderOutcome } from "../app/ports.ts";
import { AppError, invariant } from "../core/errors.ts";
import type { Kind } from "../domain/kind.ts";
import { renderReceipt } from "./renderReceipt.ts";

/** What a thread is started with. Font files are shared memory. */
export type ThreadSettings = {
  readonly fontFiles: readonly Uint8Array[];
  readonly keystoreDir: string;
  readonly passphrase: string;
  readonly kinds: readonly Kind[];
  readonly isSample: boolean;
};

/** An error's class and code do not survive the way between threads, so a refusal is a value. */
export type BatchAnswer =
  | { readonly kind: "done"; readonly outcomes: readonly RenderOutcome[] }
  | { readonly kind: "unprepared"; readonly code: string; readonly message: string };

type Render = (job: RenderJob) => RenderOutcome;

let render: Render | undefined;

/** The outcomes in the order of the jobs. Fonts and keystore are opened at the first call, which may have no jobs. */
export function renderBatch(jobs: readonly RenderJob[]): ReturnType<typeof move> {
  return moved(answerOf(jobs));
}

/** The documents go to the other thread without being copied: nothing here looks at them again. */
function moved(answer: BatchAnswer): ReturnType<typeof move> {
  const outcomes = answer.kind === "done" ? answer.outcomes : [];
  return move({
    [valueSymbol]: answer,
    [transferableSymbol]: outcomes.flatMap((outcome) => (outcome.kind === "rendered" ? [outcome.pdf.buffer] : [])),
  });
}

function answerOf(jobs: readonly RenderJob[]): BatchAnswer {
  try {
    const settings: unknown = workerData;
    invariant(isSettings(settings), "only the pool beside this file starts this thread");
    render ??= openRender(settings);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: "unprepared", code: error.code, message: error.message };
  }
  return { kind: "done", outcomes: jobs.map(render) };
}

function isSettings(value: unknown): value is ThreadSettings {
  return typeof value === "object" && value !== null && "fontFiles" in value && "keystoreDir" in value;
}

function openRender(settings: ThreadSettings): Render {
  const keystore = openKeystore({ dir: settings.keystoreDir, passphrase: settings.passphrase, nowMs: refuseTime });
  const book = openFontBook(settings.fontFiles);
  const writer = openPdfWriter({ book, kinds: settings.kinds, isSample: settings.isSample });
  return (job) => renderReceipt(writer, keystore, job);
}

/** Threads make no certificates. */
function refuseTime(): number {
  throw new Error("a render thread knows no time but its jobs'");
}
