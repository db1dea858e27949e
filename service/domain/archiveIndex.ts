import { numberText } from "./number.ts";

/** The files of an archive beside the receipts'. */
export const INDEX_FILE = "index.csv";
export const PARTIAL_INDEX_FILE = "index.partial.csv";
export const MANIFEST_FILE = "index.json";
export const SIGNATURE_FILE = "index.p7s";

/** The files of one receipt, by their endings; a void number has none. */
export const archiveEndings = ["pdf", "xml", "proof", "check.json"] as const;
export type ArchiveEnding = (typeof archiveEndings)[number];

/** A line of the index: one number, with the SHA-256 of each of its files. */
export type ArchiveEntry = {
  readonly bookId: number;
  readonly eInvoiceCode: string;
  readonly number: number;
  /** What it was when it was exported: a state of the check (docs/verify.md), or void. */
  readonly state: string;
  readonly issuedFen: number;
  readonly reversedFen: number;
  /** yyyyMMdd; "" of a void number. */
  readonly issueDate: string;
  readonly kind: string;
  /** Hex, 64 digits each; undefined of a void number. */
  readonly digests: Readonly<Record<ArchiveEnding, string>> | undefined;
};

/** A book's numbers in the archive, from one through another. */
export type ArchiveRun = {
  readonly bookId: number;
  readonly eInvoiceCode: string;
  readonly from: number;
  readonly through: number;
};

/** index.json: what the archive holds. Its digest, signed by the unit, vouches for every file through the index's. */
export type ArchiveManifest = {
  readonly version: 1;
  readonly unit: { readonly creditCode: string; readonly name: string };
  /** yyyyMMdd, both included. */
  readonly from: string;
  readonly to: string;
  readonly chainId: number;
  readonly contract: string;
  readonly exportedAt: string;
  readonly runs: readonly ArchiveRun[];
  readonly receiptCount: number;
  readonly voidCount: number;
  readonly issuedFen: number;
  readonly reversedFen: number;
  readonly fileCount: number;
  /** SHA-256 of index.csv, hex. */
  readonly indexSha256: string;
};

const TITLES = [
  ...["bookId", "eInvoiceCode", "eInvoiceNumber", "state", "issuedFen", "reversedFen", "issueDate", "kind"],
  ...archiveEndings.map((ending) => `sha256 ${ending}`),
];
export const INDEX_TITLE_LINE = `${TITLES.join(",")}\n`;

/** Where a number's file stands: 10,000 numbers to a folder. */
export function archiveName(entry: Pick<ArchiveEntry, "eInvoiceCode" | "number">, ending: ArchiveEnding): string {
  const number = numberText(entry.number);
  return `receipts/${entry.eInvoiceCode}/${number.slice(0, 6)}/${entry.eInvoiceCode}_${number}.${ending}`;
}

export function indexLine(entry: ArchiveEntry): string {
  const { bookId, eInvoiceCode, number, state, issuedFen, reversedFen, issueDate, kind, digests } = entry;
  const files = archiveEndings.map((ending) => digests?.[ending] ?? "");
  const fields = [bookId, eInvoiceCode, numberText(number), state, issuedFen, reversedFen, issueDate, kind, ...files];
  return `${fields.join(",")}\n`;
}

const LINE =
  /^(\d{1,10}),(\d{8}),(\d{10}),([a-z_]{1,20}),(\d{1,16}),(\d{1,16}),(\d{8}|),([A-Za-z0-9]{1,40}),([0-9a-f]{64}|),([0-9a-f]{64}|),([0-9a-f]{64}|),([0-9a-f]{64}|)$/;

/** undefined if the line is none of ours. */
export function parseIndexLine(line: string): ArchiveEntry | undefined {
  const parts = LINE.exec(line);
  if (parts === null) return undefined;
  const [, bookId, eInvoiceCode = "", number, state = "", issuedFen, reversedFen, issueDate = "", kind = ""] = parts;
  const [pdf = "", xml = "", proof = "", check = ""] = parts.slice(9);
  const digests = { pdf, xml, proof, "check.json": check };
  const isEmpty = Object.values(digests).every((digest) => digest === "");
  if (!isEmpty && Object.values(digests).includes("")) return undefined;
  return {
    ...{ bookId: Number(bookId), eInvoiceCode, number: Number(number), state, issueDate, kind },
    ...{ issuedFen: Number(issuedFen), reversedFen: Number(reversedFen) },
    digests: isEmpty ? undefined : digests,
  };
}

/** Reads a manifest, which anybody may have written; undefined if it is none. */
export function parseManifest(text: string): ArchiveManifest | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || value["version"] !== 1) return undefined;
  const { unit, from, to, chainId, contract, exportedAt, runs, indexSha256 } = value;
  const counts = ["receiptCount", "voidCount", "issuedFen", "reversedFen", "fileCount"].map((name) => value[name]);
  if (!isRecord(unit) || !counts.every(isCount) || !isCount(chainId) || !Array.isArray(runs)) return undefined;
  const { creditCode, name } = unit;
  const texts: readonly unknown[] = [creditCode, name, from, to, contract, exportedAt, indexSha256];
  const [code = "", unitName = "", first = "", last = "", address = "", at = "", digest = ""] = texts.filter(isText);
  const known = runs.map(runOf).filter((run) => run !== undefined);
  if (!texts.every(isText) || known.length !== runs.length) return undefined;
  const [receiptCount = 0, voidCount = 0, issuedFen = 0, reversedFen = 0, fileCount = 0] = counts.filter(isCount);
  return {
    version: 1,
    unit: { creditCode: code, name: unitName },
    ...{ from: first, to: last, chainId, contract: address, exportedAt: at, runs: known },
    ...{ receiptCount, voidCount, issuedFen, reversedFen, fileCount, indexSha256: digest },
  };
}

function runOf(value: unknown): ArchiveRun | undefined {
  if (!isRecord(value)) return undefined;
  const { bookId, eInvoiceCode, from, through } = value;
  const isRun = isCount(bookId) && isText(eInvoiceCode) && isCount(from) && isCount(through) && from <= through;
  return isRun ? { bookId, eInvoiceCode, from, through } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
