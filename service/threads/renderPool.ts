import { Piscina } from "piscina";
import { loadFontFiles, missingCharacters, openFontBook } from "../adapters/pdf/fontBook.ts";
import type { RenderJob, RenderOutcome, Renderer } from "../app/ports.ts";
import { AppError } from "../core/errors.ts";
import type { Kind } from "../domain/kind.ts";
import { builtinKinds } from "../domain/kinds/builtin.ts";
import type { BatchAnswer, ThreadSettings } from "./renderThread.ts";

export type RenderPoolOptions = {
  /** Where the signing identities are; must exist already. */
  readonly keystoreDir: string;
  readonly passphrase: string;
  /** Default 2. */
  readonly threadCount?: number;
  /** Every page carries 测试样票，不作报销凭证. */
  readonly isSample: boolean;
  /** The kinds whose faces can be drawn; default the built-in ones. */
  readonly kinds?: readonly Kind[];
};

/** Jobs of one task: enough to hide the way between threads, few enough that all threads have work. */
const BATCH = 10;

/**
 * Starts threads that draw and sign, and waits until each has opened fonts and keystore. A thread that dies is
 * replaced; its jobs end as render_thread_failed, to be tried again.
 * Throws passphrase_wrong, keystore_malformed.
 */
export async function startRenderPool(options: RenderPoolOptions): Promise<Renderer> {
  const fontFiles = loadFontFiles();
  const book = openFontBook(fontFiles);
  const { keystoreDir, passphrase, isSample, kinds = builtinKinds, threadCount = 2 } = options;
  const workerData: ThreadSettings = { fontFiles, keystoreDir, passphrase, kinds, isSample };
  const pool = new Piscina<readonly RenderJob[], BatchAnswer>({
    name: "renderBatch",
    filename: new URL("./renderThread.ts", import.meta.url).href,
    minThreads: threadCount,
    maxThreads: threadCount,
    // A thread waits for messages, so that it can also be stopped at once.
    atomics: "disabled",
    workerData,
  });
  await prepareThreads(pool, threadCount);
  return {
    missingCharacters: (texts) => missingCharacters(book, texts),
    render: async (jobs) => {
      const size = Math.max(1, Math.min(BATCH, Math.ceil(jobs.length / threadCount)));
      const batches = Array.from({ length: Math.ceil(jobs.length / size) }, (_, i) =>
        jobs.slice(i * size, (i + 1) * size),
      );
      const outcomes = await Promise.all(batches.map((batch) => renderOn(pool, batch)));
      return outcomes.flat();
    },
    stop: () => pool.close(),
  };
}

type Pool = Piscina<readonly RenderJob[], BatchAnswer>;

/** One task a thread: a thread takes no second one while it prepares. */
async function prepareThreads(pool: Pool, threadCount: number): Promise<void> {
  const answers = await Promise.all(Array.from({ length: threadCount }, () => pool.run([])));
  const refused = answers.find((answer) => answer.kind === "unprepared");
  if (refused === undefined) return;
  await pool.destroy();
  throw new AppError(refused.code, refused.message);
}

async function renderOn(pool: Pool, jobs: readonly RenderJob[]): Promise<readonly RenderOutcome[]> {
  const fail = (code: string, message: string): readonly RenderOutcome[] =>
    jobs.map(() => ({ kind: "failed", isPermanent: false, code, message }));
  try {
    const answer = await pool.run(jobs);
    return answer.kind === "done" ? answer.outcomes : fail(answer.code, answer.message);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail("render_thread_failed", `绘制线程失败 / The render thread failed: ${message}`);
  }
}
