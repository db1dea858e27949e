import { expect } from "chai";
import { AbiCoder, Interface } from "ethers";
import fc from "fast-check";
import { hexOf, utf8 } from "../../service/core/bytes.ts";
import { decodeEvidence, encodeEvidenceCall, jsonRpcReader, type Evidence } from "../../service/core/ledgerCall.ts";
import { refusalOf, refusalOfPromise } from "./refusal.ts";
import { encodeEvidence, NO_EVIDENCE } from "./sampleLedger.ts";

/** As IReceiptLedger.sol declares them. */
const BATCH = "tuple(bytes32 root, bytes32 head, uint64 time, uint32 segmentCount)";
const BOOK = "tuple(uint32 unitId, uint32 code, uint40 first, uint40 last, uint40 next)";
const UNIT = "tuple(bytes18 creditCode, address signer, uint64 admittedAt, uint64 suspendedAt, uint64 nonce)";
const ROOT = "tuple(uint64 addedAt, uint64 revokedFrom)";
const STATUS =
  "tuple(bool reversed, bool onPaper, uint32 reversedByCode, uint40 reversedByNumber, uint64 capFen, uint64 usedFen, uint64 lockedFen)";
const EVIDENCE = `tuple(${BATCH} batch, ${BOOK} book, ${UNIT} unit, ${ROOT} root, ${STATUS} status)`;
const CONTRACT = new Interface([
  `function evidence(uint64 batchNo, uint32 bookId, bytes32 rootDigest, bytes32 leaf) view returns (${EVIDENCE})`,
]);

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const u40 = fc.maxSafeNat().map((value) => value % 2 ** 40);
const fen = fc.maxSafeNat();
const creditCode = fc.string({
  unit: fc.constantFrom("0", "9", "A", "H", "X", "Y"),
  minLength: 18,
  maxLength: 18,
});
const evidence: fc.Arbitrary<Evidence> = fc.record({
  batch: fc.record({ root: digest, head: digest, timeS: fen, segmentCount: u32 }),
  book: fc.record({ unitId: u32, code: u32, first: u40, last: u40, next: u40 }),
  unit: fc.record({
    creditCode: fc.oneof(creditCode, fc.constant("")),
    signer: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hexOf),
    admittedAtS: fen,
    suspendedAtS: fen,
    nonce: fen,
  }),
  root: fc.record({ addedAtS: fen, revokedFromS: fen }),
  status: fc.record({
    reversed: fc.boolean(),
    onPaper: fc.boolean(),
    reversedByCode: u32,
    reversedByNumber: u40,
    capFen: fen,
    usedFen: fen,
    lockedFen: fen,
  }),
});

function byEthers({ batch, book, unit, root, status }: Evidence): string {
  const code = hexOf(unit.creditCode === "" ? new Uint8Array(18) : utf8(unit.creditCode));
  return AbiCoder.defaultAbiCoder().encode(
    [EVIDENCE],
    [
      [
        [batch.root, batch.head, batch.timeS, batch.segmentCount],
        [book.unitId, book.code, book.first, book.last, book.next],
        [code, unit.signer, unit.admittedAtS, unit.suspendedAtS, unit.nonce],
        [root.addedAtS, root.revokedFromS],
        Object.values(status),
      ],
    ],
  );
}

describe("core/ledgerCall", () => {
  it("writes the calldata that ethers writes", () => {
    fc.assert(
      fc.property(fen, u32, digest, digest, (batchNo, bookId, rootDigest, leaf) => {
        expect(encodeEvidenceCall(batchNo, bookId, rootDigest, leaf)).to.equal(
          CONTRACT.encodeFunctionData("evidence", [batchNo, bookId, rootDigest, leaf]),
        );
      }),
    );
  });

  it("reads the answer that ethers writes", () => {
    fc.assert(
      fc.property(evidence, (sample) => {
        expect(decodeEvidence(byEthers(sample))).to.deep.equal(sample);
        expect(encodeEvidence(sample)).to.equal(byEthers(sample));
      }),
    );
    expect(decodeEvidence(`0x${"00".repeat(23 * 32)}`)).to.deep.equal(NO_EVIDENCE);
  });

  it("refuses an answer that is shorter, longer, or no hexadecimal", () => {
    const good = encodeEvidence(NO_EVIDENCE);
    for (const bad of [
      "",
      "0x",
      good.slice(0, -2),
      `${good}00`,
      `${good}${"00".repeat(32)}`,
      good.replace("0x", "0X"),
    ]) {
      expect(refusalOf(() => decodeEvidence(bad))).to.equal("evidence_malformed");
    }
    expect(refusalOf(() => decodeEvidence(`${good.slice(0, -1)}g`))).to.equal("evidence_malformed");
  });

  it("refuses every word that is past its type", () => {
    const bits = [256, 256, 64, 32, 32, 32, 40, 40, 40, 144, 160, 64, 64, 64, 64, 64, 1, 1, 32, 40, 64, 64, 64];
    bits.forEach((width, word) => {
      const bytes = new Uint8Array(23 * 32);
      if (width === 256) return;
      // bytes18 stands on the left of its word, every number on the right.
      const past = word === 9 ? 18 : width === 1 ? 30 : 31 - width / 8;
      bytes[word * 32 + past] = 1;
      expect(
        refusalOf(() => decodeEvidence(hexOf(bytes))),
        String(word),
      ).to.equal("evidence_malformed");
    });
    const two = new Uint8Array(23 * 32);
    two[16 * 32 + 31] = 2;
    expect(refusalOf(() => decodeEvidence(hexOf(two)))).to.equal("evidence_malformed");
  });

  it("takes numbers to 2^53 - 1, and credit codes of their alphabet", () => {
    const last = { ...NO_EVIDENCE, root: { addedAtS: 2 ** 53 - 1, revokedFromS: 0 } };
    expect(decodeEvidence(encodeEvidence(last))).to.deep.equal(last);
    const more = new Uint8Array(23 * 32);
    more[14 * 32 + 25] = 0x20;
    expect(refusalOf(() => decodeEvidence(hexOf(more)))).to.equal("evidence_malformed");
    const lower = encodeEvidence({ ...NO_EVIDENCE, unit: { ...NO_EVIDENCE.unit, creditCode: "12440000455858000x" } });
    expect(refusalOf(() => decodeEvidence(lower))).to.equal("evidence_malformed");
  });

  it("refuses to ask for what is out of range", () => {
    const digest32 = new Uint8Array(32);
    expect(refusalOf(() => encodeEvidenceCall(2 ** 53, 1, digest32, digest32))).to.equal("integer_out_of_range");
    expect(refusalOf(() => encodeEvidenceCall(1, 2 ** 32, digest32, digest32))).to.equal("integer_out_of_range");
    expect(refusalOf(() => encodeEvidenceCall(1, 1, new Uint8Array(31), digest32))).to.equal("digest_malformed");
    expect(refusalOf(() => encodeEvidenceCall(1, 1, digest32, new Uint8Array(33)))).to.equal("digest_malformed");
  });

  it("asks a node in JSON-RPC, and refuses an answer of another type", async () => {
    const asked: unknown[] = [];
    const reader = jsonRpcReader(async (method, params) => {
      asked.push([method, params]);
      return method === "eth_call" ? "0xab" : "0x7a69";
    });
    expect(await reader.chainId()).to.equal(31337n);
    expect(await reader.blockNumber()).to.equal(31337n);
    expect(await reader.call("0x01", "0x02", 255n)).to.equal("0xab");
    expect(asked).to.deep.equal([
      ["eth_chainId", []],
      ["eth_blockNumber", []],
      ["eth_call", [{ to: "0x01", data: "0x02" }, "0xff"]],
    ]);
    for (const answer of [null, 1, {}, "1", "0x", "0xZZ", `0x1${"0".repeat(16)}`]) {
      const bad = jsonRpcReader(async () => answer);
      expect(await refusalOfPromise(() => bad.chainId())).to.equal("rpc_malformed");
    }
    expect(await refusalOfPromise(() => jsonRpcReader(async () => undefined).call("", "", 0n))).to.equal(
      "rpc_malformed",
    );
  });
});
