import { z } from "zod";
import { noted } from "../apiSchemas.ts";
import type { OperationDoc } from "../route.ts";

const hex = z.string().regex(/^0x([0-9a-f]{2})*$/);
const path = noted(z.string().startsWith("/"), { description: "JSON Pointer" });
const leaf = noted(
  z.union([z.string(), z.int(), z.boolean(), z.null(), z.array(z.string()).max(0), z.strictObject({})]),
  {
    description: "值；金额为分 (a value; amounts in fen)",
  },
);

const disclosureFile = noted(
  z.strictObject({
    type: z.literal("lianpiao-disclosure"),
    version: z.literal(1),
    proof: hex,
    fields: z
      .array(z.union([z.strictObject({ path, value: leaf, salt: hex }), z.strictObject({ path, valueDigest: hex })]))
      .min(1),
  }),
  { id: "Disclosure", description: "披露文件，原样发送 (a disclosure file, byte for byte; docs/verify.md)" },
);

const check = z.strictObject({
  id: z.string(),
  outcome: z.enum(["pass", "fail", "unknown", "skipped"]),
  title: z.strictObject({ zh: z.string(), en: z.string() }),
  zh: z.string(),
  en: z.string(),
  reason: noted(z.string().optional(), { description: "未通过的原因代码 (why it did not pass)" }),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** What `reportToJson` writes of a disclosure's report. */
export const reportView = noted(
  z.strictObject({
    verdict: noted(z.enum(["valid", "invalid", "undetermined"]), {
      description: "只有 valid 是真；undetermined 不得当作有效 (undetermined is never to be shown as valid)",
    }),
    state: z.enum(["normal", "reversed", "on_paper", "claimed", "not_anchored", "unknown"]),
    isRedLetter: z.boolean(),
    checks: z.array(check),
    data: z.record(z.string(), z.unknown()).optional(),
    shown: z.array(z.strictObject({ path, value: leaf })).optional(),
    withheld: noted(z.array(path).optional(), { description: "未披露的每个字段 (every field that was withheld)" }),
    proof: z.looseObject({}).optional(),
    path: z.strictObject({ leaf: hex, segmentRoot: hex, segmentHash: hex, batchRoot: hex }).optional(),
    chain: z
      .strictObject({
        chainId: z.int(),
        contract: hex,
        blockNumber: z.int(),
        batchTimeS: z.int(),
        unitId: z.int(),
        isUnitSuspended: z.boolean(),
      })
      .optional(),
    status: z
      .strictObject({
        reversed: z.boolean(),
        onPaper: z.boolean(),
        reversedByCode: z.int(),
        reversedByNumber: z.int(),
        capFen: z.int(),
        usedFen: z.int(),
        lockedFen: z.int(),
        leftFen: z.int(),
      })
      .optional(),
  }),
  { id: "DisclosureReport", description: "查验报告，与 npm run verify -- --json 相同 (the same as the command's)" },
);

/** What /openapi.json says of disclosures. */
export const disclosureDocs = {
  verify: {
    operationId: "verifyDisclosure",
    tag: "checks",
    summary: { zh: "查验部分披露文件", en: "Verify a disclosure of chosen fields" },
    description: {
      zh: "披露文件原样发送，或发送它的 PDF（Content-Type: application/pdf）。不需要签名，什么都不留存。回答与查验网页、命令相同的报告；改动过的文件也回答 200，verdict 为 invalid。",
      en: "Send the disclosure file byte for byte, or the PDF of it (Content-Type: application/pdf). No signature is needed, and nothing is kept. The answer is the report of the page and the command; an altered file is answered 200, too, with the verdict invalid.",
    },
    request: { schema: disclosureFile, examples: {}, otherTypes: ["application/pdf"] },
    answers: [
      {
        status: 200,
        description: { zh: "查验报告", en: "The report" },
        content: { "application/json": { schema: reportView } },
      },
    ],
    problems: ["too_many_checks", "database_unreachable"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;
