import { expect } from "chai";
import fc from "fast-check";
import { parseCertificate } from "../../service/core/certificate.ts";
import { parseSignedData } from "../../service/core/cms.ts";
import { readDer } from "../../service/core/der.ts";
import { checkDisclosure } from "../../service/core/disclosure.ts";
import { decodeEvidence } from "../../service/core/ledgerCall.ts";
import { readAttachment } from "../../service/core/pdfAttachments.ts";
import { openPdf } from "../../service/core/pdfFile.ts";
import { fillByteRange, readSignature } from "../../service/core/pdfSignature.ts";
import { readPdfValue } from "../../service/core/pdfValue.ts";
import { encodeProof, parseProof, proofFromJson } from "../../service/core/proof.ts";
import { parseReceiptFile } from "../../service/core/receiptFile.ts";
import { readProof } from "../../service/core/seal.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import { refusalOf } from "./refusal.ts";
import { verifyBySubtle } from "./sampleAuthority.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader } from "./sampleLedger.ts";
import { makeReceipt, type SampleReceipt } from "./sampleReceipt.ts";

const PARSERS: readonly [string, (bytes: Uint8Array) => unknown][] = [
  ["readDer", readDer],
  ["parseCertificate", parseCertificate],
  ["parseSignedData", parseSignedData],
  ["parseProof", parseProof],
  ["parseReceiptFile", parseReceiptFile],
  ["readPdfValue", (bytes) => readPdfValue(bytes, 0)],
  ["openPdf", openPdf],
  ["readSignature", readSignature],
  ["fillByteRange", fillByteRange],
  ["readAttachment", (bytes) => readAttachment(bytes, "receipt.json")],
  ["readProof", readProof],
];

/** Cuts, doubles, overwrites and swaps at random places. */
const mutation = fc.array(fc.tuple(fc.constantFrom("set", "cut", "copy", "swap"), fc.nat(), fc.nat(), fc.nat(255)), {
  minLength: 1,
  maxLength: 4,
});

function mutate(bytes: Uint8Array, steps: readonly (readonly [string, number, number, number])[]): Uint8Array {
  let list = [...bytes];
  for (const [kind, first, second, byte] of steps) {
    const at = first % (list.length + 1);
    const length = second % 40;
    if (kind === "set") list[at] = byte;
    else if (kind === "cut") list.splice(at, length);
    else if (kind === "copy") list.splice(at, 0, ...list.slice(at, at + length));
    else list = [...list.slice(0, at), ...list.slice(at + length), ...list.slice(at, at + length)];
  }
  return Uint8Array.from(list);
}

describe("core: whatever the bytes", () => {
  let sample: SampleReceipt;
  before(async () => {
    sample = await makeReceipt();
  });

  for (const [name, parse] of PARSERS) {
    it(`${name} throws nothing but AppError for random bytes`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
          refusalOf(() => parse(bytes));
        }),
        { numRuns: 500 },
      );
    });
  }

  it("every parser throws nothing but AppError for bent copies of what it reads", () => {
    const seeds = [
      sample.authority.unit,
      sample.authority.root,
      readSignature(sample.sealed),
      encodeProof(sample.proof),
      readAttachment(sample.sealed, "receipt.json"),
    ];
    fc.assert(
      fc.property(fc.nat(seeds.length - 1), mutation, (index, steps) => {
        const bent = mutate(seeds[index] ?? new Uint8Array(), steps);
        for (const [, parse] of PARSERS) refusalOf(() => parse(bent));
      }),
      { numRuns: 1500 },
    );
  });

  it("a bent PDF is a report, never a throw, and valid only if it is the very same file", async () => {
    const options = {
      reader: sampleReader(sample.records),
      trustedContract: { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT },
      verifySignature: verifyBySubtle,
      chainCache: new Map(),
    };
    await fc.assert(
      fc.asyncProperty(mutation, async (steps) => {
        const bent = mutate(sample.sealed, steps);
        const isSame = bent.length === sample.sealed.length && bent.every((byte, at) => byte === sample.sealed[at]);
        const { verdict } = await verifyPdf(bent, options);
        if (!isSame && verdict === "valid") expect.fail(`valid after ${JSON.stringify(steps)}`);
      }),
      { numRuns: 400 },
    );
  });

  it("JSON and hexadecimal from outside throw nothing but AppError", () => {
    const dataDigest = new Uint8Array(32);
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), fc.string(), (value, text) => {
        refusalOf(() => proofFromJson(value));
        refusalOf(() => checkDisclosure(value, dataDigest));
        refusalOf(() => checkDisclosure({ version: 1, fields: [value] }, dataDigest));
        refusalOf(() => checkDisclosure({ version: 1, fields: [{ path: "/a", value, salt: text }] }, dataDigest));
        refusalOf(() => decodeEvidence(text));
      }),
      { numRuns: 1000 },
    );
  });
});
