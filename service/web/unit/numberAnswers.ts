/** What the service answers about numbers, as it answers the unit's own system (service/http/units/numberSchema.ts). */
export type ApplicationView = {
  readonly applicationNo: string;
  readonly kind: string;
  readonly eInvoiceCode: string;
  readonly count: number;
  readonly contact: string;
  readonly phone: string;
  readonly address: string;
  readonly author: string;
  readonly memo: string;
  readonly source: "unit" | "low_water";
  readonly state: "new" | "saved" | "submitted" | "passed" | "returned";
  readonly createdAt: string;
  readonly review?: Review;
  readonly range?: { readonly first: string; readonly last: string };
  readonly grantedAt?: string;
};

export type Review = { readonly reviewer: string; readonly reviewedAt: string; readonly opinion: string };

export type ReturnView = {
  readonly returnNo: string;
  readonly bookId: number;
  readonly eInvoiceCode: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
  readonly reason: string;
  readonly author: string;
  readonly state: "submitted" | "passed" | "returned";
  readonly createdAt: string;
  readonly review?: Review;
  readonly doneAt?: string;
};

export type LowWaterView = {
  readonly kind: string;
  readonly threshold: number;
  readonly pushNumber: number;
  readonly isAuto: boolean;
  readonly contact: string;
  readonly phone: string;
  readonly address: string;
};

export type PlaceView = { readonly placeCode: string; readonly name: string; readonly isOpen: boolean };

export type StockLineView = Readonly<
  Record<"opening" | "granted" | "returned" | "blue" | "red" | "void" | "closing" | "difference", number>
> & { readonly eInvoiceCode: string };

export type WriteOffHead = {
  readonly writeOffId: string;
  readonly cutoff: string;
  readonly filedAt: string;
  readonly state: "filed" | "reviewed";
  readonly result: number | null;
  readonly receiptCount: number;
  readonly totalAmount: number;
  readonly redAmount: number;
  readonly voidCount: number;
};

export type WriteOffDetail = WriteOffHead & {
  readonly lines: readonly (Readonly<
    Record<"count" | "blueCount" | "blueAmount" | "redCount" | "redAmount" | "voidCount" | "closingCount", number>
  > & { readonly eInvoiceCode: string; readonly first: string | null; readonly last: string | null })[];
  readonly items: readonly (Readonly<Record<"itemCode" | "itemName" | "itemUnit", string>> &
    Readonly<Record<"amount" | "redAmount", number>>)[];
  readonly events: readonly {
    readonly kind: "filed" | "reviewed" | "rectified";
    readonly at: string;
    readonly by: string;
    readonly text: string;
    readonly result: number | null;
  }[];
};

export type NumberAnswers = {
  readonly writeOffs: { readonly writeOffs: readonly WriteOffHead[]; readonly nextCursor: string | null };
  readonly writeOff: WriteOffDetail;
  readonly applications: { readonly applications: readonly ApplicationView[]; readonly nextCursor: string | null };
  readonly application: ApplicationView;
  readonly returns: { readonly returns: readonly ReturnView[]; readonly nextCursor: string | null };
  readonly stock: { readonly lines: readonly StockLineView[]; readonly nextCursor: string | null };
  readonly lowWater: { readonly marks: readonly LowWaterView[] };
  readonly places: { readonly places: readonly PlaceView[] };
};
