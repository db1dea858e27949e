import type { ArchiveManifest } from "../domain/archiveIndex.ts";
import type { Run } from "./writeOffPorts.ts";

/** applied: waits for the bureau. passed: approved, and perhaps begun. done: everything is gone. */
export type DestructionState = "applied" | "refused" | "passed" | "done";

/** 销毁: an application, what the bureau said, and what was destroyed. It stays. */
export type Destruction = {
  readonly destructionId: string;
  readonly unitId: number;
  /** yyyyMMdd: receipts issued through this day. */
  readonly through: string;
  readonly runs: readonly Run[];
  readonly numberCount: number;
  readonly applicant: string;
  readonly reason: string;
  readonly appliedAtMs: number;
  readonly state: DestructionState;
  readonly reviewer?: string;
  readonly opinion?: string;
  readonly reviewedAtMs?: number;
  readonly doneAtMs?: number;
};

export interface DestructionStore {
  /** Notes what a finished archive holds; the same archive again changes nothing. */
  recordArchive(unitId: number, manifest: ArchiveManifest, nowMs: number): Promise<void>;
  /** Numbers of a run that are not in any archive, not written off with a result other than 3, or destroyed already. */
  notReady(run: Run): Promise<{ readonly archived: number; readonly writtenOff: number; readonly destroyed: number }>;
  /** False if it is there, or one of the unit is under way. */
  insertDestruction(destruction: Destruction): Promise<boolean>;
  destruction(destructionId: string): Promise<Destruction | undefined>;
  /** Newest first. */
  destructions(limit: number): Promise<readonly Destruction[]>;
  /** False if its state is no longer `from`. */
  moveDestruction(
    destructionId: string,
    from: DestructionState,
    change: Pick<Destruction, "state"> &
      Partial<Pick<Destruction, "reviewer" | "opinion" | "reviewedAtMs" | "doneAtMs">>,
  ): Promise<boolean>;
  /** Takes what tells of persons out of the rows of a run, and who is to be reached; code, number, digests and amounts stay. */
  eraseRun(run: Run, nowMs: number): Promise<void>;
  /** Approved runs, for the auditor. */
  approvedRuns(): Promise<readonly Run[]>;
}
