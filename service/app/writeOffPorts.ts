import type { Outstanding } from "../domain/newForOld.ts";
import type { WriteOffItem, WriteOffReport, WriteOffResult, WriteOffState, WriteOffVoid } from "../domain/writeOff.ts";

/** 核销: a report as it is kept. What happened to it stands in its events, which only grow. */
export type WriteOff = {
  /** 单号 */
  readonly writeOffId: string;
  readonly unitId: number;
  /** 截止日期, yyyyMMdd, itself included. */
  readonly cutoff: string;
  readonly filedAtMs: number;
  readonly state: WriteOffState;
  /** The last review's; undefined: none yet. */
  readonly result?: WriteOffResult;
  readonly report: WriteOffReport;
  readonly events: readonly WriteOffEvent[];
};

/** by: who did it; text: the reviewer's opinion, or what the unit has put right. */
export type WriteOffEvent = {
  readonly kind: "filed" | "reviewed" | "rectified";
  readonly atMs: number;
  readonly by: string;
  readonly text: string;
  readonly result?: WriteOffResult;
};

/** How far a book is accounted for, and the last number of its range then. */
export type WriteOffMark = { readonly bookId: number; readonly through: number; readonly last: number };

/** What the rows say of a run of numbers. */
export type RunFacts = {
  readonly eInvoiceName: string;
  readonly blueCount: number;
  readonly blueFen: number;
  readonly redCount: number;
  readonly redFen: number;
  readonly voidCount: number;
};

export interface WriteOffStore {
  writeOff(writeOffId: string): Promise<WriteOff | undefined>;
  /** Newest first, of one unit or all; below a cutoff, if one is named. */
  writeOffs(unitId: number | undefined, before: string | undefined, limit: number): Promise<readonly WriteOff[]>;
  writeOffMarks(unitId: number): Promise<readonly WriteOffMark[]>;
  /** What a unit owes of numbers that were issued, and declarations that were made for periods that ended, before a time. */
  outstanding(unitId: number, beforeMs: number): Promise<readonly Outstanding[]>;
  runFacts(bookId: number, from: number, through: number): Promise<RunFacts>;
  runItems(runs: readonly Run[]): Promise<readonly WriteOffItem[]>;
  runVoids(runs: readonly Run[]): Promise<readonly WriteOffVoid[]>;
  /** False if some of its numbers are accounted for already, or the report is there. */
  insertWriteOff(
    writeOff: Omit<WriteOff, "events" | "state">,
    runs: readonly (Run & { readonly last: number })[],
  ): Promise<boolean>;
  /** Appends an event and moves the state. False if the state is no longer `from`, or it has another number of events. */
  moveWriteOff(
    writeOff: Pick<WriteOff, "writeOffId" | "state" | "events">,
    to: WriteOffState,
    event: WriteOffEvent,
  ): Promise<boolean>;
}

/** Numbers of a book; none if through is from - 1. */
export type Run = { readonly bookId: number; readonly from: number; readonly through: number };
