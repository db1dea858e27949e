import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import { reconcile, type OurRow, type Reconciliation, type TheirRow } from "../domain/reconcile.ts";
import type { Deps } from "./deps.ts";
import { logAtDesk } from "./deskLog.ts";
import type { DeskAccount, DeskTally } from "./deskPorts.ts";
import type { Receipt, ReceiptCursor } from "./storePorts.ts";

const DAY_MS = 86_400_000;
const PAGE_SIZE = 500;
/** Looked up one by one: rows of the file that name no receipt of the day. */
const MAX_LOOKED_UP = 500;

/** A day in Asia/Shanghai, yyyy-MM-dd. */
const startOf = (date: string): number => Date.parse(`${date}T00:00:00+08:00`);

/** Counts and sums of a unit's day, by place, kind and hour. */
export function deskDay({ store }: Pick<Deps, "store">, unitId: number, date: string): Promise<readonly DeskTally[]> {
  return store.deskTallies(unitId, startOf(date), startOf(date) + DAY_MS);
}

/** Compares a unit's day with the file of its own system. */
export async function reconcileDay(
  deps: Pick<Deps, "store" | "clock">,
  account: DeskAccount,
  date: string,
  theirs: readonly TheirRow[],
): Promise<Reconciliation> {
  const ours = await receiptsOf(deps, account.unitId, date);
  const elsewhere = await otherDays(deps, account.unitId, ours, theirs);
  const result = reconcile(ours, elsewhere, theirs);
  const { agreedCount, differences } = result;
  await logAtDesk(deps, account, "reconciled", [`${date} agreed ${agreedCount} differ ${differences.length}`]);
  return result;
}

async function receiptsOf({ store }: Pick<Deps, "store">, unitId: number, date: string): Promise<readonly OurRow[]> {
  const filter = { issuedFromMs: startOf(date), issuedBeforeMs: startOf(date) + DAY_MS };
  const rows: OurRow[] = [];
  for (let after: ReceiptCursor | undefined; ;) {
    const page: readonly Receipt[] = await store.receipts(unitId, filter, after, PAGE_SIZE);
    rows.push(...page.map(rowOf));
    after = page.at(-1);
    if (page.length < PAGE_SIZE) return rows;
  }
}

/** By busNo, of the unit's own receipts alone. */
async function otherDays(
  { store }: Pick<Deps, "store">,
  unitId: number,
  ours: readonly OurRow[],
  theirs: readonly TheirRow[],
): Promise<readonly OurRow[]> {
  const known = new Set(ours.map((row) => row.busNo));
  const asked = theirs.map((row) => row.busNo).filter((busNo) => busNo !== "" && !known.has(busNo));
  const found: OurRow[] = [];
  for (const busNo of [...new Set(asked)].slice(0, MAX_LOOKED_UP)) {
    const receipt = await store.receiptByBusNo(unitId, busNo);
    if (receipt !== undefined) found.push(rowOf(receipt));
  }
  return found;
}

function rowOf(receipt: Receipt): OurRow {
  const { data } = receipt;
  const { relatedInvoiceCode: code = "", relatedInvoiceNumber: number = "" } = data.mainExt;
  return {
    busNo: receipt.busNo,
    code: codeTextOf(receipt.code),
    number: numberText(receipt.number),
    amountFen: data.totalAmount,
    date: data.issueDate.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3"),
    isVoid: receipt.state === "void",
    reverses: code === "" ? "" : `${String(code)} ${String(number)}`,
  };
}
