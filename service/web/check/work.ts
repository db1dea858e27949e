import { searchWork } from "../../core/workProof.ts";

/** What the server asks for before it answers (docs/security.md, Guessing check codes). */
export type Challenge = { readonly token: string; readonly bits: number };

/** So long a slice leaves the page free for keys and scrolling. */
const SLICE_MS = 24;

/**
 * Looks for a nonce in slices. `onProgress` hears, from 0 to 1, how far an average search has come.
 * @returns "<token>:<nonce>"
 */
export async function solve({ token, bits }: Challenge, onProgress: (part: number) => void): Promise<string> {
  let nonce = 0;
  let count = 2_000;
  for (;;) {
    const startedAt = performance.now();
    const found = searchWork(token, bits, nonce, count);
    if (found !== undefined) return `${token}:${String(found)}`;
    nonce += count;
    const ms = Math.max(performance.now() - startedAt, 1);
    count = Math.max(500, Math.round((count * SLICE_MS) / ms));
    onProgress(1 - Math.exp(-nonce / 2 ** bits));
    await nextTask();
  }
}

export function parseChallenge(problem: unknown): Challenge | undefined {
  if (typeof problem !== "object" || problem === null || !("challenge" in problem)) return undefined;
  const { challenge } = problem;
  if (typeof challenge !== "object" || challenge === null) return undefined;
  if (!("token" in challenge) || !("bits" in challenge)) return undefined;
  const { token, bits } = challenge;
  return typeof token === "string" && typeof bits === "number" && bits <= 32 ? { token, bits } : undefined;
}

/** Unlike a timer this is not slowed down in a page that is out of sight. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
