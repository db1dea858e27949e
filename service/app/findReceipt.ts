import type { Deps } from "./deps.ts";
import type { Receipt, Unit } from "./storePorts.ts";

export type ReceiptRef = { readonly code: number; readonly number: number } | { readonly busNo: string };

/** A unit's own receipt; another unit's is as if it were not there. */
export async function findReceipt(deps: Deps, unit: Unit, ref: ReceiptRef): Promise<Receipt | undefined> {
  if ("busNo" in ref) return deps.store.receiptByBusNo(unit.unitId, ref.busNo);
  const receipt = await deps.store.receipt(ref.code, ref.number);
  return receipt?.unitId === unit.unitId ? receipt : undefined;
}
