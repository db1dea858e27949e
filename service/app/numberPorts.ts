import type { StockCounts } from "../domain/stock.ts";
import type { Standing } from "../domain/numberRules.ts";
import type { Book, Lease } from "./storePorts.ts";
import type { Bureau } from "./ports.ts";

/** What is kept of numbers before and after they are given out: applications, grants, returns, marks, places. */
export interface NumberStore extends ApplicationStore, ReturnStore, StandingStore, LowWaterStore, PlaceStore {
  /** By unit and code, after a place in that order; in one snapshot. */
  stockCounts(question: StockQuestion): Promise<readonly StockCounts[]>;
  /** What was granted as each book and what was returned of it, in the order of their ids. */
  bookStories(): Promise<readonly BookStory[]>;
}

export type BookStory = {
  readonly bookId: number;
  readonly unitId: number;
  readonly code: number;
  readonly first: number;
  /** As it was granted. */
  readonly grantedLast: number;
  readonly last: number;
  readonly next: number;
  /** Numbers returned and done on chain. */
  readonly returnedCount: number;
  /** The end that a return which is passed will give it; undefined: none is. */
  readonly closingLast?: number;
};

/** The bureau's hand on books; idempotent as all of it. Closing a book returns what lies past `last`. */
export interface NumberBureau extends Pick<Bureau, "grantBook"> {
  closeBook(bookId: number, last: number): Promise<unknown>;
  suspendUnit(unitId: number, books: readonly { readonly bookId: number; readonly last: number }[]): Promise<unknown>;
  resumeUnit(unitId: number): Promise<unknown>;
}

/** Their DOMAIN codes are 0 to 4, in this order. */
export const applicationStates = ["new", "saved", "submitted", "passed", "returned"] as const;
export type ApplicationState = (typeof applicationStates)[number];

/** What a unit writes into its application (申领). */
export type ApplicationContent = {
  readonly kind: string;
  readonly code: number;
  /** How many numbers. */
  readonly count: number;
  readonly contact: string;
  readonly phone: string;
  readonly address: string;
  /** Who applies; never the one who reviews. */
  readonly author: string;
  readonly memo: string;
};

export type Application = ApplicationContent & {
  readonly unitId: number;
  /** The unit's own number of it: the natural key, with unitId. */
  readonly applicationNo: string;
  readonly source: "unit" | "low_water";
  readonly state: ApplicationState;
  readonly createdAtMs: number;
  readonly submittedAtMs?: number;
  readonly review?: Review;
  /** Decided with the review; granted on chain after it. */
  readonly range?: { readonly first: number; readonly last: number };
  readonly granted?: { readonly bookId: number; readonly atMs: number };
};

export type Review = { readonly reviewer: string; readonly atMs: number; readonly opinion: string };

/** A place in a list of applications or returns, oldest first. */
export type NumberCursor = { readonly atMs: number; readonly unitId: number; readonly no: string };
export type NumberFilter = { readonly unitId?: number; readonly state?: ApplicationState };

export type PassOutcome =
  | { readonly kind: "passed"; readonly application: Application }
  | { readonly kind: "not_submitted"; readonly state: ApplicationState }
  /** By the unit's standing as it is in the same transaction. */
  | { readonly kind: "blocked"; readonly standing: Standing }
  /** No range of so many numbers is left below 10 digits' end. */
  | { readonly kind: "range_exhausted" }
  | { readonly kind: "unknown" };

export interface ApplicationStore {
  application(unitId: number, applicationNo: string): Promise<Application | undefined>;
  applications(filter: NumberFilter, after: NumberCursor | undefined, limit: number): Promise<readonly Application[]>;
  /** Inserts it, or gives the one of this number that is there. */
  createApplication(application: Application): Promise<{ readonly isNew: boolean; readonly application: Application }>;
  /** New content for one that is new, saved or returned; it is saved then. undefined if it is in another state. */
  editApplication(unitId: number, applicationNo: string, content: ApplicationContent): Promise<Application | undefined>;
  /** From new, saved or returned to submitted; undefined if it is in another state. */
  submitApplication(unitId: number, applicationNo: string, nowMs: number): Promise<Application | undefined>;
  /** Decides the range with the review, in one transaction: no two ranges of a code ever overlap. */
  passApplication(unitId: number, applicationNo: string, review: Review): Promise<PassOutcome>;
  /** undefined if it is not submitted. */
  refuseApplication(unitId: number, applicationNo: string, review: Review): Promise<Application | undefined>;
  /** Passed and not yet granted, oldest review first. */
  pendingGrants(limit: number): Promise<readonly Application[]>;
  /** Puts a pending grant past a number that the chain granted without us. */
  moveRange(lease: Lease, application: Application, pastNumber: number): Promise<Application>;
  /** The book, the fact of its grant, and the application's end, in one transaction; done again it changes nothing. */
  saveGrant(application: Application, book: Omit<Book, "lowWater">, nowMs: number): Promise<void>;
}

/** A return (退票) of a book's end: `first` to `last`, none of them taken. */
export type BookReturn = {
  readonly unitId: number;
  readonly returnNo: string;
  readonly bookId: number;
  readonly code: number;
  readonly first: number;
  /** first - 1: nothing is left to return, the book is only closed. */
  readonly last: number;
  readonly reason: string;
  readonly author: string;
  readonly source: "unit" | "year" | "suspension";
  readonly state: "submitted" | "passed" | "returned";
  readonly createdAtMs: number;
  readonly review?: Review;
  /** When it was done on chain. */
  readonly doneAtMs?: number;
};

export type NewReturn = {
  readonly unitId: number;
  readonly returnNo: string;
  readonly bookId: number;
  /** undefined: all that is unused. */
  readonly first?: number;
  readonly reason: string;
  readonly author: string;
  readonly nowMs: number;
};

export type ReturnOutcome =
  | { readonly kind: "created" | "repeated" | "conflict"; readonly bookReturn: BookReturn }
  | { readonly kind: "book_unknown" }
  /** Another return of the book is under way. */
  | { readonly kind: "return_open"; readonly returnNo: string }
  /** `first` must be a number from `next` to `last`; next > last: none is left. */
  | { readonly kind: "outside"; readonly next: number; readonly last: number };

export interface ReturnStore {
  bookReturn(unitId: number, returnNo: string): Promise<BookReturn | undefined>;
  bookReturns(filter: NumberFilter, after: NumberCursor | undefined, limit: number): Promise<readonly BookReturn[]>;
  /** From then on no receipt takes a number of it. */
  createReturn(wanted: NewReturn): Promise<ReturnOutcome>;
  /** undefined if it is not submitted. Refused, its numbers are the unit's again. */
  reviewReturn(unitId: number, returnNo: string, isPassed: boolean, review: Review): Promise<BookReturn | undefined>;
  /** Passed and not yet done on chain. */
  pendingReturns(limit: number): Promise<readonly BookReturn[]>;
  /** Lowers the book's end for good; done again it changes nothing. */
  finishReturn(bookReturn: BookReturn, nowMs: number): Promise<void>;
  /** Returns what is unused of books of codes of earlier years than this; how many books. */
  returnOldBooks(beforeYear: number, nowMs: number): Promise<number>;
  /** Closes the books of suspended units after what they have given out; how many books. */
  returnSuspendedBooks(nowMs: number): Promise<number>;
}

export interface StandingStore {
  standing(unitId: number): Promise<Standing>;
  /** Appends it; suspending stops issuing at once. `setAtMs` is raised if the last was set at the same time. */
  setStanding(unitId: number, standing: Standing, by: { readonly name: string; readonly atMs: number }): Promise<void>;
  /** Units whose newest standing is not on chain yet and whose books stand as it asks. */
  pendingStandings(): Promise<readonly { readonly unitId: number; readonly isSuspended: boolean }[]>;
  markStandingOnChain(unitId: number, isSuspended: boolean): Promise<void>;
}

/** 低位预警: below `threshold` numbers of a code of the kind, `pushNumber` more are applied for. */
export type LowWater = {
  readonly unitId: number;
  readonly kind: string;
  readonly threshold: number;
  readonly pushNumber: number;
  /** False: only the alarm. */
  readonly isAuto: boolean;
  readonly contact: string;
  readonly phone: string;
  readonly address: string;
};

export type Stock = {
  readonly unitId: number;
  readonly code: number;
  /** Numbers that can be taken. */
  readonly left: number;
  /** An application waits for its review or its grant. */
  readonly isAppliedFor: boolean;
  readonly isRaised: boolean;
};

export interface LowWaterStore {
  lowWaters(unitId?: number): Promise<readonly LowWater[]>;
  /** Also the mark of the unit's books of the kind. */
  saveLowWater(mark: LowWater): Promise<void>;
  /** Of every code of which a unit has a book, an application or a raised mark. */
  stocks(): Promise<readonly Stock[]>;
  /** False if it was raised before and no grant has come since. */
  raiseLowWater(application: Application): Promise<boolean>;
  /** The stock is above the mark again. */
  clearLowWater(unitId: number, code: number): Promise<void>;
}

/** 开票点. */
export type Place = {
  readonly unitId: number;
  readonly placeCode: string;
  readonly name: string;
  readonly isOpen: boolean;
};

export interface PlaceStore {
  places(unitId: number): Promise<readonly Place[]>;
  /** Inserts or changes it; a place that is closed gives its books back to all. */
  savePlace(place: Place): Promise<void>;
  /** undefined: to all places. */
  assignBook(
    unitId: number,
    bookId: number,
    placeCode: string | undefined,
  ): Promise<"assigned" | "book_unknown" | "place_unknown">;
}

export type StockQuestion = {
  readonly unitId?: number;
  readonly code?: number;
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  readonly after?: { readonly unitId: number; readonly code: number };
  readonly limit: number;
};
