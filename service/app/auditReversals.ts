import { hexOf } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { checkA11 } from "../domain/arithmetic.ts";
import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import type { AuditDeps } from "./auditLedger.ts";
import { subjectOf } from "./auditReceipts.ts";
import { find, type Tally } from "./auditTally.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { ReversalPair } from "./reversalPorts.ts";
import type { Receipt } from "./storePorts.ts";

const PAGE = 100;

/** Compares each red-letter receipt with its original, and both with the original's status on chain. */
export async function auditReversals(deps: AuditDeps, tally: Tally): Promise<void> {
  for (let after = { code: 0, number: 0 }; ;) {
    const pairs = await deps.store.reversals(after, PAGE);
    const reasons = await Promise.all(pairs.map((pair) => pairReasons(deps, pair)));
    for (const [index, { red }] of pairs.entries()) {
      find(tally, "reversal_differs", subjectOf(red), reasons[index] ?? []);
    }
    const last = pairs.at(-1);
    if (last === undefined) break;
    after = last.red;
  }
  for (const stray of await deps.store.strayReds(PAGE)) {
    find(tally, "reversal_differs", subjectOf(stray), ["it is a red-letter receipt, and no reversal is known"]);
  }
}

async function pairReasons(deps: AuditDeps, { red, blue }: ReversalPair): Promise<readonly string[]> {
  if (blue === undefined) return ["the original has no row"];
  if (red.state === "void") return [];
  const reasons: string[] = [];
  const { relatedInvoiceCode, relatedInvoiceNumber } = red.data.mainExt;
  const named = `${String(relatedInvoiceCode)} ${String(relatedInvoiceNumber)}`;
  const original = `${codeTextOf(blue.code)} ${numberText(blue.number)}`;
  if (named !== original) reasons.push(`its data name the original ${named}, the reversal ${original}`);
  if (red.unitId !== blue.unitId) reasons.push("the original is another unit's");
  if (!isNegative(blue, red)) reasons.push("its amounts are not the original's negated");
  if (blue.state !== "rendered") reasons.push(`the original is ${blue.state}`);
  else if (red.anchoring !== undefined) reasons.push(...(await chainReasons(deps, red, blue)));
  return reasons;
}

function isNegative(blue: Receipt, red: Receipt): boolean {
  try {
    return red.reversedFen === blue.issuedFen && checkA11(blue.data, red.data).length === 0;
  } catch (error) {
    // The row's data are no receipt's, which is said of the row.
    if (error instanceof AppError) return false;
    throw error;
  }
}

async function chainReasons({ ledger }: AuditDeps, red: Receipt, blue: Receipt): Promise<readonly string[]> {
  const status = await ledger.status(hexOf(entryLeaf({ ...blue, isVoid: false })));
  if (!status.reversed) return ["it is anchored, and the original is not reversed on chain"];
  if (status.reversedByCode === red.code && status.reversedByNumber === red.number) return [];
  return [`on chain the original is reversed by ${status.reversedByCode} ${status.reversedByNumber}`];
}
