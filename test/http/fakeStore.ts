import { equalBytes } from "../../service/core/bytes.ts";
import type { AppError } from "../../service/core/errors.ts";
import { numberingOf, numberReceipt } from "../../service/domain/receiptAssembly.ts";
import type {
  Alarm,
  AppKey,
  Book,
  IssueOutcome,
  LedgerEntry,
  NewReceipt,
  PlacedSegment,
  Receipt,
  ReceiptCursor,
  ReceiptFilter,
  Store,
  Unit,
} from "../../service/app/storePorts.ts";

/** The store in memory, as far as HTTP needs it; anything else that is asked of it is a failure of the test. */
export class FakeStore {
  readonly units = new Map<number, Unit>();
  readonly appKeys = new Map<string, AppKey>();
  readonly nonces = new Map<string, number>();
  readonly receiptsByKey = new Map<string, Receipt>();
  bookList: Book[] = [];
  alarms: Alarm[] = [];
  /** "code number" of those that are a segment of their own, in batch 9. */
  readonly anchored = new Set<string>();
  issueCount = 0;
  private readonly digests = new Map<string, Uint8Array>();
  /** Thrown by every method while set. */
  failure: AppError | undefined;
  /** Awaited by `issue`. */
  issueGate: Promise<void> = Promise.resolve();

  /** The port's view: methods of the store that are not here throw. */
  port(): Store {
    const methods: Readonly<Record<string, (...args: never[]) => unknown>> = {
      appKey: (appId: string) => this.appKeyOf(appId),
      unit: (unitId: number) => this.units.get(unitId),
      useNonce: (appId: string, nonce: string, expiresAtMs: number) => this.useNonce(appId, nonce, expiresAtMs),
      issue: (receipt: NewReceipt) => this.issue(receipt),
      receipt: (code: number, number: number) => this.receiptsByKey.get(`${code} ${number}`),
      receiptPlace: (code: number, number: number) => this.receiptsByKey.get(`${code} ${number}`),
      receiptByBusNo: (unitId: number, busNo: string) => this.byBusNo(unitId, busNo),
      receipts: (unitId: number, filter: ReceiptFilter, after: ReceiptCursor | undefined, limit: number) =>
        this.list(unitId, filter, after, limit),
      books: (unitId?: number) => this.bookList.filter((book) => unitId === undefined || book.unitId === unitId),
      openAlarms: () => this.alarms,
      raiseAlarm: () => undefined,
      segmentOf: (bookId: number, number: number) => this.segmentOf(bookId, number),
      entries: (bookId: number, from: number) => this.entries(bookId, from),
      lastAnchored: () => ({ batchNo: 7, head: `0x${"ab".repeat(32)}` }),
    };
    const target = {};
    return new Proxy(target as Store, {
      get:
        (_target, name) =>
        async (...args: never[]) => {
          if (this.failure !== undefined) throw this.failure;
          const method = methods[String(name)];
          if (method === undefined) throw new Error(`the fake store has no ${String(name)}`);
          return method(...args);
        },
    });
  }

  put(receipt: Receipt): void {
    this.receiptsByKey.set(`${receipt.code} ${receipt.number}`, receipt);
  }

  useNonce(appId: string, nonce: string, expiresAtMs: number): boolean {
    const key = `${appId} ${nonce}`;
    if (this.nonces.has(key)) return false;
    this.nonces.set(key, expiresAtMs);
    return true;
  }

  appKeyOf(appId: string): (AppKey & { readonly unit: Unit }) | undefined {
    const key = this.appKeys.get(appId);
    const unit = key && this.units.get(key.unitId);
    return key && unit && { ...key, unit };
  }

  byBusNo(unitId: number, busNo: string): Receipt | undefined {
    return [...this.receiptsByKey.values()].find((each) => each.unitId === unitId && each.busNo === busNo);
  }

  private inBook(bookId: number, number: number): Receipt | undefined {
    return [...this.receiptsByKey.values()].find((each) => each.bookId === bookId && each.number === number);
  }

  private segmentOf(bookId: number, number: number): PlacedSegment | undefined {
    const receipt = this.inBook(bookId, number);
    if (receipt === undefined || !this.anchored.has(`${receipt.code} ${number}`)) return undefined;
    const segmentHashes = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    return { batchNo: 9, segmentIndex: 0, bookId, from: number, count: 1, segmentHashes };
  }

  private entries(bookId: number, from: number): readonly LedgerEntry[] {
    const receipt = this.inBook(bookId, from);
    return receipt === undefined ? [] : [{ ...receipt, isVoid: false }];
  }

  private async issue(request: NewReceipt): Promise<IssueOutcome> {
    this.issueCount += 1;
    await this.issueGate;
    const known = this.byBusNo(request.unitId, request.input.busNo);
    if (known !== undefined) {
      const isSame = equalBytes(this.digests.get(known.busNo) ?? new Uint8Array(), request.inputDigest);
      return { kind: isSame ? "repeated" : "conflict", receipt: known };
    }
    const index = this.bookList.findIndex(
      (book) => book.unitId === request.unitId && book.code === request.code && book.next <= book.last,
    );
    const book = this.bookList[index];
    if (book === undefined) return { kind: "no_numbers", code: request.code };
    this.bookList[index] = { ...book, next: book.next + 1 };
    const { unitId, kind, code, input, draft, secret, issuedAtMs, warnings, randomNumber } = request;
    const numbering = numberingOf(String(code).padStart(8, "0"), book.next, randomNumber, issuedAtMs);
    const data = numberReceipt(draft, numbering);
    const place = { unitId, kind, code, number: book.next, bookId: book.bookId, busNo: input.busNo };
    const amounts = { issuedFen: data.totalAmount, reversedFen: 0 };
    const receipt: Receipt = { ...place, ...amounts, input, data, secret, issuedAtMs, warnings, state: "issued" };
    this.digests.set(input.busNo, request.inputDigest);
    this.put(receipt);
    return { kind: "issued", receipt, left: book.last - book.next, lowWater: book.lowWater };
  }

  private list(
    unitId: number,
    filter: ReceiptFilter,
    after: ReceiptCursor | undefined,
    limit: number,
  ): readonly Receipt[] {
    const state = (receipt: Receipt): string =>
      receipt.state === "rendered" && receipt.anchoring !== undefined ? "anchored" : receipt.state;
    const place = (each: ReceiptCursor): readonly number[] => [each.issuedAtMs, each.code, each.number];
    return [...this.receiptsByKey.values()]
      .filter((each) => each.unitId === unitId)
      .filter((each) => filter.kind === undefined || each.kind === filter.kind)
      .filter((each) => filter.state === undefined || state(each) === filter.state)
      .filter((each) => each.issuedAtMs >= (filter.issuedFromMs ?? 0))
      .filter((each) => each.issuedAtMs < (filter.issuedBeforeMs ?? Infinity))
      .filter((each) => after === undefined || compare(place(each), place(after)) > 0)
      .sort((a, b) => compare(place(a), place(b)))
      .slice(0, limit);
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
