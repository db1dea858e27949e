import { AppError } from "../../core/errors.ts";
import { parseAnswer, parseProblem, type Answers, type Problem } from "./answers.ts";

/** A request that the service refused; `problem` says why, in both languages. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** No answer came: what was sent may have been done. */
export const NO_ANSWER = "no_answer";

let guard = "";

/** What each change must carry along; told with `me`. */
export function useGuard(text: string): void {
  guard = text;
}

/** @throws Refused, AppError no_answer */
export function get<Name extends keyof Answers>(name: Name, path: string): Promise<Answers[Name]> {
  return ask(name, path, { method: "GET" });
}

/**
 * Whoever signed in again in another window goes on here: the guard is asked for anew, once.
 * @throws Refused, AppError no_answer
 */
export async function post<Name extends keyof Answers>(name: Name, path: string, body: object): Promise<Answers[Name]> {
  try {
    return await ask(name, path, posted(body));
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.code !== "desk_signed_out") throw error;
    const me = await get("me", "me");
    if (!me.isSignedIn || me.guard === guard) throw error;
    useGuard(me.guard);
    return ask(name, path, posted(body));
  }
}

const posted = (body: object): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json", "Lianpiao-Desk-Guard": guard },
  body: JSON.stringify(body),
});

async function ask<Name extends keyof Answers>(name: Name, path: string, init: RequestInit): Promise<Answers[Name]> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/unit/api/${path}`, init);
    text = await response.text();
  } catch (cause) {
    throw new AppError(NO_ANSWER, "no answer came", { cause });
  }
  if (!response.ok) throw new Refused(parseProblem(response.status, text));
  return parseAnswer(name, text);
}
