import { pointerOf } from "./problem.ts";
import type { IssueInput, ReceiptData } from "./receipt.ts";

/** At most this many differences are named. */
export const MAX_DIFFERENCES = 100;

/**
 * The JSON Pointers at which two inputs differ, in document order; [] if they ask for the same. A field that is
 * undefined is absent.
 */
export function diffInputs(a: IssueInput, b: IssueInput): readonly string[] {
  return diff(a, b);
}

/** The JSON Pointers at which two receipts' data (or drafts) differ, in document order; [] if they are the same. */
export function diffReceipts(a: Partial<ReceiptData>, b: Partial<ReceiptData>): readonly string[] {
  return diff(a, b);
}

function diff(a: unknown, b: unknown): readonly string[] {
  const pointers: string[] = [];
  collect(a, b, [], pointers);
  return pointers;
}

/** A branch that only one of the two has is named once, by its own pointer. */
function collect(a: unknown, b: unknown, path: readonly (string | number)[], pointers: string[]): void {
  if (pointers.length >= MAX_DIFFERENCES || a === b) return;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
      collect(a[index], b[index], [...path, index], pointers);
    }
  } else if (isRecord(a) && isRecord(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      collect(ownOf(a, name), ownOf(b, name), [...path, name], pointers);
    }
  } else if (!(Number.isNaN(a) && Number.isNaN(b))) {
    pointers.push(pointerOf(path));
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ownOf(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
