/** What the package @lianpiao/verifier offers: core as it is, and a reader over fetch. */
export { AppError } from "../../service/core/errors.ts";
export type { JsonValue, DataLeaf } from "../../service/core/canonical.ts";
export { jsonRpcReader, type LeafStatus, type LedgerReader, type RpcRequest } from "../../service/core/ledgerCall.ts";
export { verifyPdf, type VerifyOptions } from "../../service/core/verify.ts";
export {
  verifyDisclosure,
  type DisclosureReport,
  type VerifyDisclosureOptions,
} from "../../service/core/verifyDisclosure.ts";
export { looksLikeDisclosure } from "../../service/core/disclosureFile.ts";
export { disclosureIn, DISCLOSURE_FILE_NAME } from "../../service/core/disclosurePdf.ts";
export { packDisclosure, unpackDisclosure, type Deflate } from "../../service/core/disclosurePack.ts";
export { codesOf, joinCodes, parseCode, type DisclosureCode } from "../../service/core/disclosureCodes.ts";
export { verifyFile, type FileReport } from "../../service/core/verifyFile.ts";
export { reportToJson } from "../../service/core/reportJson.ts";
export { discloseReceipt, type DisclosureChoice } from "../../service/core/discloseReceipt.ts";
export { DISCLOSURE_PRESETS, type DisclosurePreset } from "../../service/core/disclosurePresets.ts";
export { readProof } from "../../service/core/seal.ts";
export { proofToJson, type Proof, type ProofJson } from "../../service/core/proof.ts";
export type { Check, Details, Outcome, Report, State, Verdict } from "../../service/core/report.ts";
export type { CheckId, Text } from "../../service/core/reportTexts.ts";
export type { VerifySignature } from "../../service/core/ecdsa.ts";
export { fetchReader } from "./fetchReader.ts";
