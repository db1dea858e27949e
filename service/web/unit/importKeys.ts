import { jcs } from "../../core/canonical.ts";
import { hexOf, utf8 } from "../../core/bytes.ts";
import { hashOf } from "../../core/hash.ts";
import type { IssueInput } from "../../domain/receipt.ts";

/**
 * Each receipt's busNo: the file's own, or one that follows from what stands in the row, so that the same file again gives the same
 * receipts. Rows that are alike are counted: each of them is a receipt.
 */
export function withBusNos(inputs: readonly IssueInput[]): readonly IssueInput[] {
  const seen = new Map<string, number>();
  return inputs.map((input) => {
    if (input.busNo !== "") return input;
    const { busNo: _, totalAmount: _total, delivery, ...rest } = input;
    const contacts = [delivery?.phone ?? "", delivery?.email ?? ""];
    const text = jcs([JSON.stringify(rest), ...contacts]);
    const nth = seen.get(text) ?? 0;
    seen.set(text, nth + 1);
    const digest = hexOf(hashOf(utf8(`${String(nth)} ${text}`))).slice(2, 34);
    return { ...input, busNo: `IMP-${digest}` };
  });
}
