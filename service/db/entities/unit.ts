import { EntitySchema } from "typeorm";

/** Rows as the driver gives them: bigint as text. */
export type UnitRow = {
  unitId: number;
  creditCode: string;
  name: string;
  region: string;
  supervisorAreaCode: string;
  recName: string;
  recAcct: string;
  recOpBk: string;
  kinds: string[];
  ruleOverrides: Record<string, "refuse" | "warn" | "off">;
  keyId: string;
  status: "active" | "suspended";
};

export const UnitEntity = new EntitySchema<UnitRow>({
  name: "Unit",
  tableName: "unit",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "unit_pk" },
    creditCode: { type: "text", name: "credit_code" },
    name: { type: "text" },
    region: { type: "text" },
    supervisorAreaCode: { type: "text", name: "supervisor_area_code" },
    recName: { type: "text", name: "rec_name" },
    recAcct: { type: "text", name: "rec_acct" },
    recOpBk: { type: "text", name: "rec_op_bk" },
    kinds: { type: "jsonb" },
    ruleOverrides: { type: "jsonb", name: "rule_overrides" },
    keyId: { type: "text", name: "key_id" },
    status: { type: "text" },
  },
  uniques: [{ name: "unit_credit_code_uq", columns: ["creditCode"] }],
});

export type AppKeyRow = { appId: string; unitId: number; algorithm: "ed25519" | "hmac-sha256"; key: Buffer };

export const AppKeyEntity = new EntitySchema<AppKeyRow>({
  name: "AppKey",
  tableName: "app_key",
  columns: {
    appId: { type: "text", name: "app_id", primary: true, primaryKeyConstraintName: "app_key_pk" },
    unitId: { type: "integer", name: "unit_id" },
    algorithm: { type: "text" },
    key: { type: "bytea" },
  },
});

export type RequestNonceRow = { appId: string; nonce: string; expiresAtMs: string };

export const RequestNonceEntity = new EntitySchema<RequestNonceRow>({
  name: "RequestNonce",
  tableName: "request_nonce",
  columns: {
    appId: { type: "text", name: "app_id", primary: true, primaryKeyConstraintName: "request_nonce_pk" },
    nonce: { type: "text", primary: true, primaryKeyConstraintName: "request_nonce_pk" },
    expiresAtMs: { type: "bigint", name: "expires_at_ms" },
  },
  indices: [{ name: "request_nonce_expiry_ix", columns: ["expiresAtMs"] }],
});

export type DeploymentRow = {
  id: number;
  chainId: string;
  contract: string;
  blockNumber: string;
  blockHash: string;
  genesisHash: string;
};

export const DeploymentEntity = new EntitySchema<DeploymentRow>({
  name: "Deployment",
  tableName: "deployment",
  columns: {
    id: { type: "integer", primary: true, primaryKeyConstraintName: "deployment_pk" },
    chainId: { type: "bigint", name: "chain_id" },
    contract: { type: "text" },
    blockNumber: { type: "bigint", name: "block_number" },
    blockHash: { type: "text", name: "block_hash" },
    genesisHash: { type: "text", name: "genesis_hash" },
  },
});
