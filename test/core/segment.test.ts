import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import fc from "fast-check";
import { hexOf } from "../../service/core/bytes.ts";
import {
  declarationSigningDigest,
  domainSeparator,
  nextHead,
  paperSigningDigest,
  segmentHash,
  segmentHeader,
  segmentSigningDigest,
} from "../../service/core/segment.ts";
import { refusalOf } from "./refusal.ts";

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const u32 = fc.nat(2 ** 31 - 1);
const u40 = fc.maxSafeNat().map((value) => value % (2 ** 40 - 2 ** 24));
const domain = fc.record({ chainId: fc.maxSafeNat(), contract: fc.uint8Array({ minLength: 20, maxLength: 20 }) });

const ethersDomain = ({ chainId, contract }: { chainId: number; contract: Uint8Array }) => ({
  name: "Lianpiao",
  version: "1",
  chainId,
  verifyingContract: hexOf(contract),
});

describe("core/segment", () => {
  it("refuses an empty segment, one past its widths, and digests of another length", () => {
    const header = { bookId: 2 ** 32 - 1, from: 2 ** 40 - 1, count: 1 };
    expect(hexOf(segmentHeader(header))).to.equal("0xffffffffffffffffff000001");
    expect(refusalOf(() => segmentHeader({ ...header, count: 0 }))).to.equal("segment_malformed");
    expect(refusalOf(() => segmentHeader({ ...header, count: 2 }))).to.equal("segment_malformed");
    expect(refusalOf(() => segmentHeader({ bookId: 2 ** 32, from: 0, count: 1 }))).to.equal("integer_out_of_range");
    expect(refusalOf(() => segmentHeader({ bookId: 1, from: 0, count: 2 ** 24 }))).to.equal("integer_out_of_range");
    expect(segmentHeader({ bookId: 1, from: 0, count: 2 ** 24 - 1 })).to.have.length(12);
    expect(refusalOf(() => segmentHash(header, new Uint8Array(31)))).to.equal("digest_malformed");
    expect(refusalOf(() => nextHead(new Uint8Array(31), 1, new Uint8Array(32), 1))).to.equal("digest_malformed");
  });

  it("refuses a contract's address that has not 20 bytes", () => {
    for (const length of [0, 19, 21, 32]) {
      expect(refusalOf(() => domainSeparator({ chainId: 1, contract: new Uint8Array(length) }))).to.equal(
        "contract_malformed",
      );
    }
  });

  it("gives the domain separator that ethers gives", () => {
    fc.assert(
      fc.property(domain, (sample) => {
        expect(hexOf(domainSeparator(sample))).to.equal(TypedDataEncoder.hashDomain(ethersDomain(sample)));
      }),
    );
  });

  it("gives the signing digest of a segment that ethers gives, with none to many reversals", () => {
    const types = {
      Segment: [
        { name: "bookId", type: "uint32" },
        { name: "from", type: "uint40" },
        { name: "count", type: "uint24" },
        { name: "root", type: "bytes32" },
        { name: "reversals", type: "Reversal[]" },
      ],
      Reversal: [
        { name: "leaf", type: "bytes32" },
        { name: "by", type: "uint40" },
      ],
    };
    const segment = fc.record({
      bookId: u32,
      from: u40,
      count: fc.integer({ min: 1, max: 2 ** 24 - 1 }),
      root: digest,
      reversals: fc.array(fc.record({ leaf: digest, by: u40 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(domain, segment, (where, sample) => {
        const value = { ...sample, reversals: sample.reversals.map(({ leaf, by }) => ({ leaf: hexOf(leaf), by })) };
        expect(hexOf(segmentSigningDigest(domainSeparator(where), sample))).to.equal(
          TypedDataEncoder.hash(ethersDomain(where), types, { ...value, root: hexOf(sample.root) }),
        );
      }),
    );
  });

  it("gives the signing digest of a declaration that ethers gives", () => {
    const types = {
      Declaration: [
        { name: "bookId", type: "uint32" },
        { name: "through", type: "uint40" },
        { name: "issuedFen", type: "uint64" },
        { name: "reversedFen", type: "uint64" },
        { name: "voidCount", type: "uint40" },
      ],
    };
    const claim = fc.record({
      bookId: u32,
      through: u40,
      issuedFen: fc.maxSafeNat(),
      reversedFen: fc.maxSafeNat(),
      voidCount: u40,
    });
    fc.assert(
      fc.property(domain, claim, (where, sample) => {
        expect(hexOf(declarationSigningDigest(domainSeparator(where), sample))).to.equal(
          TypedDataEncoder.hash(ethersDomain(where), types, sample),
        );
      }),
    );
  });

  it("gives the signing digest of a change to paper that ethers gives", () => {
    const types = {
      Paper: [
        { name: "unitId", type: "uint32" },
        { name: "leaf", type: "bytes32" },
        { name: "onPaper", type: "bool" },
        { name: "nonce", type: "uint64" },
      ],
    };
    const claim = fc.record({ unitId: u32, leaf: digest, onPaper: fc.boolean(), nonce: fc.maxSafeNat() });
    fc.assert(
      fc.property(domain, claim, (where, sample) => {
        expect(hexOf(paperSigningDigest(domainSeparator(where), sample))).to.equal(
          TypedDataEncoder.hash(ethersDomain(where), types, { ...sample, leaf: hexOf(sample.leaf) }),
        );
      }),
    );
  });

  it("refuses to sign what the contract could not read", () => {
    const where = new Uint8Array(32);
    const segment = { bookId: 1, from: 1, count: 1, root: new Uint8Array(32), reversals: [] };
    expect(refusalOf(() => segmentSigningDigest(where, { ...segment, count: 0 }))).to.equal("segment_malformed");
    expect(refusalOf(() => segmentSigningDigest(new Uint8Array(31), segment))).to.equal("digest_malformed");
    const reversals = [{ leaf: new Uint8Array(31), by: 1 }];
    expect(refusalOf(() => segmentSigningDigest(where, { ...segment, reversals }))).to.equal("digest_malformed");
    expect(
      refusalOf(() => paperSigningDigest(where, { unitId: 1, leaf: new Uint8Array(32), onPaper: true, nonce: -1 })),
    ).to.equal("integer_out_of_range");
  });
});
