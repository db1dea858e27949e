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

export type NumberAnswers = {
  readonly applications: { readonly applications: readonly ApplicationView[]; readonly nextCursor: string | null };
  readonly application: ApplicationView;
  readonly returns: { readonly returns: readonly ReturnView[]; readonly nextCursor: string | null };
  readonly stock: { readonly lines: readonly StockLineView[]; readonly nextCursor: string | null };
  readonly lowWater: { readonly marks: readonly LowWaterView[] };
  readonly places: { readonly places: readonly PlaceView[] };
};
