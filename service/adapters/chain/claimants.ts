import { integerIn, readContract, readCounts, recordIn, textIn, type LedgerContract } from "./ledgerContract.ts";

/** An organisation that the bureau has admitted to claim. */
export type ClaimantRecord = {
  readonly claimantId: number;
  readonly creditCode: string;
  /** 0x-prefixed lower case. */
  readonly account: string;
  readonly admittedAtS: number;
  /** 0: not suspended. */
  readonly suspendedAtS: number;
};

/** All of them, in the order of their ids. @throws AppError chain_unreachable, ledger_missing */
export async function readClaimants(contract: LedgerContract): Promise<readonly ClaimantRecord[]> {
  const { claimants } = await readCounts(contract);
  const records: ClaimantRecord[] = [];
  for (let claimantId = 1; claimantId <= claimants; claimantId++) {
    const claimant = recordIn(await readContract(contract, "claimant", [claimantId]), 0);
    records.push({
      claimantId,
      creditCode: Buffer.from(textIn(claimant, "creditCode").slice(2), "hex").toString("latin1"),
      account: textIn(claimant, "account").toLowerCase(),
      admittedAtS: integerIn(claimant, "admittedAt"),
      suspendedAtS: integerIn(claimant, "suspendedAt"),
    });
  }
  return records;
}
