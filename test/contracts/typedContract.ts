import type { BaseContract, ContractMethod } from "ethers";

type Common = "connect" | "deploymentTransaction" | "getAddress" | "interface" | "queryFilter";

/** A contract with these functions: ethers' own type knows no names, so that each call could be undefined. */
export type TypedContract<Name extends string> = Pick<BaseContract, Common> & Readonly<Record<Name, ContractMethod>>;

export type LedgerContract = TypedContract<
  | "admitClaimant"
  | "admitUnit"
  | "addRoot"
  | "anchor"
  | "batch"
  | "book"
  | "claim"
  | "claimant"
  | "claimantOf"
  | "claimed"
  | "closeBook"
  | "counts"
  | "declare"
  | "declared"
  | "declareMinReceipts"
  | "eip712Domain"
  | "evidence"
  | "grantBook"
  | "grantRole"
  | "hasRole"
  | "head"
  | "isClosed"
  | "lock"
  | "lockTtlSeconds"
  | "pause"
  | "paused"
  | "predecessor"
  | "rekeyClaimant"
  | "rekeyUnit"
  | "release"
  | "releaseLock"
  | "resumeClaimant"
  | "resumeUnit"
  | "revokeRole"
  | "revokeRoot"
  | "root"
  | "setPaper"
  | "status"
  | "suspendClaimant"
  | "suspendUnit"
  | "unit"
  | "unitOf"
  | "unpause"
  | "verifyProof"
  | "ANCHORER_ROLE"
  | "BUREAU_ROLE"
  | "DEFAULT_ADMIN_ROLE"
>;

export type HashesContract = TypedContract<"leaf" | "segment" | "head" | "root" | "walk">;

export type BaselineContract = TypedContract<"store" | "isKnown">;

export function asLedger(contract: object): LedgerContract {
  return contract as LedgerContract;
}

export function asHashes(contract: object): HashesContract {
  return contract as HashesContract;
}

export function asBaseline(contract: object): BaselineContract {
  return contract as BaselineContract;
}
