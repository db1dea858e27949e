import { AppError } from "../../service/core/errors.ts";

/** The code of the AppError that the action throws; "none" if it throws nothing. Anything else that it throws passes through. */
export function refusalOf(action: () => unknown): string {
  try {
    action();
    return "none";
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** As `refusalOf`, of a promise. */
export async function refusalOfPromise(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return "none";
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}
