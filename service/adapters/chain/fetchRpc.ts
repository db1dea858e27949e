import { AppError } from "../../core/errors.ts";
import type { RpcRequest } from "../../core/ledgerCall.ts";

const TIMEOUT_MS = 10_000;
/** Calls of one batch; public nodes take 100 or more. */
const BATCH_SIZE = 50;

type Call = {
  readonly method: string;
  readonly params: readonly unknown[];
  resolve(result: unknown): void;
  reject(error: unknown): void;
};

/**
 * JSON-RPC by fetch, for those who read and never send. Calls of one turn of the event loop travel as one batch. What a batch
 * leaves unanswered is asked again alone, and a node that answers a batch with anything but a list gets no further one.
 * @throws AppError chain_unreachable, chain_answer_malformed
 */
export function fetchRpc(url: string): RpcRequest {
  const waiting: Call[] = [];
  let takesBatches = true;

  const askTogether = async (calls: readonly Call[]): Promise<void> => {
    const answers = await post(url, calls.map(requestOf)).catch((error: unknown) => {
      for (const { reject } of calls) reject(error);
    });
    if (answers === undefined) return;
    if (answers.body !== undefined && !Array.isArray(answers.body)) takesBatches = false;
    const results = resultsById(answers.body);
    for (const [id, call] of calls.entries()) {
      if (results.has(id)) call.resolve(results.get(id));
      else void askAlone(url, call);
    }
  };
  const flush = (): void => {
    while (waiting.length > 0) {
      const calls = waiting.splice(0, takesBatches ? BATCH_SIZE : 1);
      const [first] = calls;
      if (calls.length === 1 && first !== undefined) void askAlone(url, first);
      else void askTogether(calls);
    }
  };
  return (method, params) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ method, params, resolve, reject }) === 1) setImmediate(flush);
    });
}

async function askAlone(url: string, call: Call): Promise<void> {
  try {
    const { body } = await post(url, requestOf(call, 0));
    if (body === undefined) throw unreachable();
    if (!isResult(body)) throw new AppError("chain_answer_malformed", `the node answered ${call.method} with an error`);
    call.resolve(body.result);
  } catch (error) {
    call.reject(error);
  }
}

const requestOf = ({ method, params }: Call, id: number): object => ({ jsonrpc: "2.0", id, method, params });

/** `body` is undefined where the answer is no JSON. */
async function post(url: string, body: object): Promise<{ readonly body: unknown }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { body: parsed(await response.text()) };
  } catch (cause) {
    throw unreachable(cause);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A batch may be answered in any order. */
function resultsById(answers: unknown): ReadonlyMap<unknown, unknown> {
  const list: readonly unknown[] = Array.isArray(answers) ? answers : [];
  return new Map(list.flatMap((answer) => (isResult(answer) && "id" in answer ? [[answer.id, answer.result]] : [])));
}

function isResult(answer: unknown): answer is { readonly result: unknown } {
  return typeof answer === "object" && answer !== null && "result" in answer;
}

function unreachable(cause?: unknown): AppError {
  return new AppError("chain_unreachable", "区块链节点没有应答。 The chain's node does not answer.", { cause });
}
