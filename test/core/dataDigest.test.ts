import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import fc from "fast-check";
import { hexOf, utf8 } from "../../service/core/bytes.ts";
import {
  dataDigestOf,
  dataDigestOfFields,
  fieldDigestOf,
  fieldDigestsOf,
  saltOf,
  valueDigestOf,
} from "../../service/core/dataDigest.ts";
import { hashOf, keyedHash } from "../../service/core/hash.ts";
import { refusalOf } from "./refusal.ts";
import { SAMPLE_DATA, SAMPLE_SECRET } from "./sampleReceipt.ts";

describe("core/dataDigest", () => {
  it("changes with every value, every path and every bit of the secret", () => {
    const digests = new Set([hexOf(dataDigestOf(SAMPLE_DATA, SAMPLE_SECRET))]);
    const changes = [
      { ...SAMPLE_DATA, totalAmount: 24622 },
      { ...SAMPLE_DATA, totalAmount: "24621" },
      { ...SAMPLE_DATA, remark: null },
      { ...SAMPLE_DATA, otherInfo: {} },
      { ...SAMPLE_DATA, more: "" },
      { ...SAMPLE_DATA, items: [{ itemName: "西药费", itemamount: 24621 }] },
    ];
    for (const data of changes) digests.add(hexOf(dataDigestOf(data, SAMPLE_SECRET)));
    for (let bit = 0; bit < 256; bit += 1) {
      const secret = SAMPLE_SECRET.slice();
      secret[bit >> 3] = (secret[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      digests.add(hexOf(dataDigestOf(SAMPLE_DATA, secret)));
    }
    expect(digests.size).to.equal(1 + changes.length + 256);
  });

  it("is made of its field digests, and they of their parts", () => {
    const fields = fieldDigestsOf(SAMPLE_DATA, SAMPLE_SECRET);
    for (const { path, value, salt, valueDigest, fieldDigest } of fields) {
      expect(salt).to.deep.equal(saltOf(SAMPLE_SECRET, path));
      expect(valueDigest).to.deep.equal(valueDigestOf(value, salt));
      expect(fieldDigest).to.deep.equal(fieldDigestOf(path, valueDigest));
    }
    expect(dataDigestOfFields(fields.map(({ fieldDigest }) => fieldDigest))).to.deep.equal(
      dataDigestOf(SAMPLE_DATA, SAMPLE_SECRET),
    );
  });

  it("refuses a secret that has not 32 bytes, and a salt that has not 16", () => {
    for (const length of [0, 31, 33]) {
      const secret = new Uint8Array(length);
      expect(refusalOf(() => dataDigestOf({}, secret))).to.equal("secret_malformed");
      expect(refusalOf(() => fieldDigestsOf({}, secret))).to.equal("secret_malformed");
      expect(refusalOf(() => saltOf(secret, ""))).to.equal("secret_malformed");
    }
    for (const length of [0, 15, 17]) {
      expect(refusalOf(() => valueDigestOf("", new Uint8Array(length)))).to.equal("salt_malformed");
    }
  });
});

describe("core/hash", () => {
  it("hashes and keys as the library's own forms do, whatever was hashed before", () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 });
    fc.assert(
      fc.property(parts, fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 300 }), (list, key, message) => {
        const joined = Uint8Array.from(list.flatMap((part) => [...part]));
        expect(hashOf(...list)).to.deep.equal(sha256(joined));
        const keyed = keyedHash(key);
        expect(keyed(message)).to.deep.equal(hmac(sha256, key, message));
        expect(keyed(utf8("again"))).to.deep.equal(hmac(sha256, key, utf8("again")));
      }),
    );
  });

  it("pads a message of every length, and takes one that is longer than its room", () => {
    const key = Uint8Array.from({ length: 32 }, (_, index) => index);
    const keyed = keyedHash(key);
    for (const length of [...Array.from({ length: 200 }, (_, index) => index), 8191, 8192, 8193, 20_000]) {
      const message = Uint8Array.from({ length }, (_, index) => index);
      expect(hashOf(message), `${length} bytes`).to.deep.equal(sha256(message));
      expect(keyed(message), `${length} bytes`).to.deep.equal(hmac(sha256, key, message));
    }
  });
});
