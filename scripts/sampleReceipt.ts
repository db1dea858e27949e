import { demoUnits } from "../service/demoUnits.ts";
import { decideIssue } from "../service/domain/decideIssue.ts";
import { issueDateOf } from "../service/domain/fiscalTime.ts";
import type { Kind } from "../service/domain/kind.ts";
import type { ReceiptData } from "../service/domain/receipt.ts";
import { issueCodeOf, numberingOf, numberReceipt, redDraftOf } from "../service/domain/receiptAssembly.ts";
import { sampleInput } from "../service/domain/samples.ts";

const RANDOM_NUMBER = "3f7484";

/** The `n`th sample of a built-in kind with number `n` + 1, as the demo's unit would issue it. */
export function sampleReceipt(kind: Kind, n: number, issuedAtMs: number): ReceiptData {
  const demo = demoUnits.find(({ unit }) => unit.kinds.includes(kind.id));
  if (demo === undefined) throw new Error(`no demo unit issues ${kind.id}`);
  const unit = { ...demo.unit, unitId: 1 };
  const input = sampleInput(kind.id, n, issueDateOf(issuedAtMs));
  const decision = decideIssue({ kind, unit, input, issuedAtMs });
  if (decision.kind === "refused") throw new Error(JSON.stringify(decision.problems));
  return numberReceipt(
    decision.draft,
    numberingOf(issueCodeOf(kind, unit, issuedAtMs), n + 1, RANDOM_NUMBER, issuedAtMs),
  );
}

/** The red-letter receipt of one, with the number after it. */
export function redSampleOf(blue: ReceiptData, issuedAtMs: number): ReceiptData {
  const number = Number(blue.eInvoiceNumber) + 1;
  return numberReceipt(redDraftOf(blue, "退费"), numberingOf(blue.eInvoiceCode, number, RANDOM_NUMBER, issuedAtMs));
}
