/** A receipt as the unit's day has it here. */
export type OurRow = {
  readonly busNo: string;
  readonly code: string;
  readonly number: string;
  /** Negative on a red-letter receipt. */
  readonly amountFen: number;
  /** yyyy-MM-dd, Asia/Shanghai. */
  readonly date: string;
  readonly isVoid: boolean;
  /** Of a red-letter receipt: the blue one's "code number"; else "". */
  readonly reverses: string;
};

/** A row of the unit's own file. "" or null: not given. */
export type TheirRow = {
  /** Its line in the file, from 1. */
  readonly line: number;
  readonly busNo: string;
  readonly code: string;
  readonly number: string;
  readonly amountFen: number | null;
  /** yyyy-MM-dd */
  readonly date: string;
};

export const DIFFERENCES = [
  "missing_here",
  "missing_there",
  "amount_differs",
  "number_differs",
  "other_day",
  "reversed",
  "void",
  "duplicated",
  "unreadable",
] as const;
export type DifferenceKind = (typeof DIFFERENCES)[number];

export type Difference = {
  readonly kind: DifferenceKind;
  readonly ours?: OurRow;
  readonly theirs?: TheirRow;
};

export type Reconciliation = {
  readonly agreedCount: number;
  readonly ourCount: number;
  readonly ourFen: number;
  readonly theirCount: number;
  readonly theirFen: number;
  /** What explains ourFen - theirFen, in the file's order, then what it lacks. */
  readonly differences: readonly Difference[];
};

/**
 * Compares one day of a unit here with the file of its own system (对账); pure. Rows belong together by busNo, or by code and number
 * where the file has no busNo.
 * @param ours all receipts of the day, void ones, too, red ones with their own numbers
 * @param elsewhere receipts of other days that rows of the file name
 */
export function reconcile(
  ours: readonly OurRow[],
  elsewhere: readonly OurRow[],
  theirs: readonly TheirRow[],
): Reconciliation {
  const find = finder([...ours, ...elsewhere]);
  const reversed = new Set(ours.map((row) => row.reverses).filter((place) => place !== ""));
  const today = new Set(ours);
  const met = new Set<OurRow>();
  const differences: Difference[] = [];
  let agreedCount = 0;
  for (const row of theirs) {
    const own = find(row);
    const kind = judge(row, own, { met, today, reversed });
    if (own !== undefined) met.add(own);
    if (kind === undefined) agreedCount += 1;
    else differences.push({ kind, theirs: row, ...(own === undefined ? {} : { ours: own }) });
  }
  const left = ours.filter((row) => !met.has(row));
  // A reversal within the day, of which the file shows neither side, cancels out: one line tells of each receipt all the same.
  differences.push(...left.map((row): Difference => ({ kind: leftKind(row, reversed), ours: row })));
  const counted = ours.filter((row) => !row.isVoid);
  return {
    agreedCount,
    ourCount: counted.length,
    ourFen: sum(counted.map((row) => row.amountFen)),
    theirCount: theirs.length,
    theirFen: sum(theirs.map((row) => row.amountFen ?? 0)),
    differences,
  };
}

type Seen = {
  readonly met: ReadonlySet<OurRow>;
  readonly today: ReadonlySet<OurRow>;
  readonly reversed: ReadonlySet<string>;
};

/** undefined: the row agrees. */
function judge(row: TheirRow, own: OurRow | undefined, { met, today, reversed }: Seen): DifferenceKind | undefined {
  if (row.amountFen === null || (row.busNo === "" && (row.code === "" || row.number === ""))) return "unreadable";
  if (own === undefined) return "missing_here";
  if (met.has(own)) return "duplicated";
  if (own.isVoid) return "void";
  if (!today.has(own)) return "other_day";
  if (row.amountFen !== own.amountFen) return "amount_differs";
  if (row.number !== "" && placeOf(row) !== placeOf(own)) return "number_differs";
  return reversed.has(placeOf(own)) ? "reversed" : undefined;
}

function leftKind(row: OurRow, reversed: ReadonlySet<string>): DifferenceKind {
  if (row.isVoid) return "void";
  return row.reverses !== "" || reversed.has(placeOf(row)) ? "reversed" : "missing_there";
}

function finder(rows: readonly OurRow[]): (row: TheirRow) => OurRow | undefined {
  const byBusNo = new Map(rows.map((row) => [row.busNo, row]));
  const byPlace = new Map(rows.map((row) => [placeOf(row), row]));
  return (row) => (row.busNo === "" ? byPlace.get(placeOf(row)) : byBusNo.get(row.busNo));
}

/** Leading zeros get lost in spreadsheets. */
const placeOf = ({ code, number }: { readonly code: string; readonly number: string }): string =>
  `${code.padStart(8, "0")} ${number.padStart(10, "0")}`;

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
