import { systemHash } from "../adapters/system/hash.ts";
import { examineReceipt, type Examination, type ExamineJob } from "../app/examineReceipt.ts";

/** The examinations in the order of the jobs. */
export function examineBatch(jobs: readonly ExamineJob[]): readonly Examination[] {
  return jobs.map((job) => examineReceipt(systemHash, job));
}
