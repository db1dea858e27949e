import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere, type Examine } from "../../service/app/examineReceipt.ts";
import type { AuditReport } from "../../service/app/auditTally.ts";
import type { Deps } from "../../service/app/deps.ts";
import { documentName } from "../../service/app/documentName.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { startPlatform, type Platform } from "./platform.ts";

const TABLES = ["receipt", "book", "batch", "segment"];

/** A ledger of three batches that a test may spoil, and that is mended after each. */
export type AuditedLedger = {
  readonly platform: Platform;
  /** The book of the outpatient receipts A1 to A9, its unit and its code. */
  readonly book: number;
  readonly code: number;
  readonly receipts: ReadonlyMap<string, Receipt>;
  sql(text: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Sets columns of the receipt's row; parameters from $3 on. */
  setReceipt(busNo: string, assignment: string, ...parameters: readonly unknown[]): Promise<unknown>;
  receiptOf(busNo: string): Receipt;
  numberOf(busNo: string): number;
  /** As findings name it. */
  subjectOf(busNo: string): string;
  /** Its document's name, and its file. */
  nameOf(busNo: string): string;
  fileOf(busNo: string): string;
  audit(deps?: Deps, examine?: Examine): Promise<AuditReport>;
  /** Each finding as "code subject", and nothing beside them. */
  expectFindings(expected: readonly string[]): Promise<AuditReport>;
  /** Puts everything back as it was when it was kept. */
  restore(): Promise<void>;
  /** What is there now is what is put back from now on. */
  keep(): Promise<void>;
  stop(): Promise<void>;
};

/** Batch 1: A1 to A5, S1, S2. Batch 2: A6, A7, P1 (void), P2. Batch 3: A8, A9. Then S3, drawn, and S4, issued. */
export async function startAuditedLedger(): Promise<AuditedLedger> {
  const platform = await startPlatform();
  const receipts = await fill(platform).catch(async (error: unknown) => {
    await platform.stop();
    throw error;
  });
  const receiptOf = (busNo: string): Receipt => receipts.get(busNo)!;
  const { code, bookId: book } = receiptOf("A1");
  const sql: AuditedLedger["sql"] = (text, parameters = []) =>
    platform.database.dataSource.query(text, [...parameters]);
  const audit: AuditedLedger["audit"] = (deps = platform.deps, examine = examineHere(deps.hash)) => {
    const { store, blobs, ledger, unitLedger } = deps;
    return auditLedger({ store, blobs, ledger, unitLedger, examine, onProgress: () => undefined });
  };
  const nameOf = (busNo: string): string => documentName(receiptOf(busNo).code, receiptOf(busNo).number);
  const copy = `${platform.documentsDir}.kept`;
  const keep = async (): Promise<void> => {
    for (const table of TABLES) {
      await sql(`drop table if exists kept_${table}`);
      await sql(`create table kept_${table} as select * from ${table}`);
    }
    fs.rmSync(copy, { recursive: true, force: true });
    fs.cpSync(platform.documentsDir, copy, { recursive: true });
  };
  await keep();
  return {
    ...{ platform, book, code, receipts, sql, receiptOf, nameOf, audit, keep },
    numberOf: (busNo) => receiptOf(busNo).number,
    subjectOf: (busNo) => `receipt ${receiptOf(busNo).data.eInvoiceCode} ${receiptOf(busNo).data.eInvoiceNumber}`,
    fileOf(busNo) {
      const [folder = "", file = ""] = nameOf(busNo).split("/");
      return path.join(platform.documentsDir, folder, file.slice(0, 6), file);
    },
    setReceipt: (busNo, assignment, ...parameters) =>
      sql(`update receipt set ${assignment} where code = $1 and number = $2`, [
        ...[code, receiptOf(busNo).number],
        ...parameters,
      ]),
    async expectFindings(expected) {
      const report = await audit();
      expect(report.findings.map((finding) => `${finding.code} ${finding.subject}`)).to.have.members(expected);
      expect(report.findings).to.have.length(expected.length);
      return report;
    },
    async restore() {
      for (const table of TABLES) {
        await sql(`delete from ${table}`);
        await sql(`insert into ${table} select * from kept_${table}`);
      }
      fs.rmSync(platform.documentsDir, { recursive: true });
      fs.cpSync(copy, platform.documentsDir, { recursive: true });
    },
    stop: () => platform.stop(),
  };
}

async function fill(platform: Platform): Promise<ReadonlyMap<string, Receipt>> {
  const receipts = new Map<string, Receipt>();
  const issue = async (kind: string, ...busNos: readonly string[]): Promise<void> => {
    for (const busNo of busNos) {
      receipts.set(busNo, await platform.issue(kind, busNo, { remark: `备注${busNo}` }));
    }
  };
  const settle = async (): Promise<void> => {
    await platform.renderAll();
    await platform.anchorAll();
  };
  await issue("outpatient", "A1", "A2", "A3", "A4", "A5");
  await issue("nontax", "S1", "S2");
  await settle();
  await issue("outpatient", "A6", "A7");
  await issue("penalty", "P1", "P2");
  const { code, number } = receipts.get("P1")!;
  await platform.deps.store.markVoid(code, number, "it cannot be drawn");
  await settle();
  await issue("outpatient", "A8", "A9");
  await settle();
  await issue("nontax", "S3");
  await platform.renderAll();
  await issue("nontax", "S4");
  return receipts;
}
