import type { Problem } from "./api.ts";

/** An answer other than success. Programs go by `code`; /docs/problems of the service lists them all. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  /** Each wrong field by JSON Pointer. */
  readonly errors: Problem["errors"];
  /** The whole answer, if it was problem+json. */
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    const fields = (problem?.errors ?? []).map(({ pointer, message }) => `${pointer} ${message}`);
    super(
      [`${status} ${problem?.code ?? ""}`, problem?.detail ?? "", ...fields].filter((text) => text !== "").join("; "),
    );
    this.status = status;
    this.code = problem?.code ?? `http_${status}`;
    this.errors = problem?.errors ?? [];
    this.problem = problem;
  }
}

/** The problem of an answer that is not 2xx; what is no problem+json (a proxy's page) is told by its status alone. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  return new ApiError(response.status, isProblem ? (JSON.parse(text) as Problem) : undefined);
}
