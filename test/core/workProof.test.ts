import { expect } from "chai";
import { hashOf } from "../../service/core/hash.ts";
import { u64, utf8 } from "../../service/core/bytes.ts";
import { provesWork, searchWork } from "../../service/core/workProof.ts";

describe("proof of work", () => {
  it("is a nonce whose hash begins with so many zero bits, and the search finds the first", () => {
    for (const bits of [0, 1, 7, 8, 9, 12]) {
      const nonce = searchWork("token", bits, 0, 1_000_000)!;
      const digest = hashOf(utf8("token"), u64(nonce));
      const text = [...digest].map((byte) => byte.toString(2).padStart(8, "0")).join("");
      expect(text.startsWith("0".repeat(bits)), String(bits)).to.equal(true);
      expect(provesWork("token", nonce, bits)).to.equal(true);
      expect(provesWork("token", nonce, text.indexOf("1") + 1)).to.equal(false);
      for (let each = 0; each < nonce; each += 1) expect(provesWork("token", each, bits)).to.equal(false);
    }
  });

  it("belongs to its token", () => {
    const nonce = searchWork("one", 12, 0, 1_000_000)!;
    expect(provesWork("two", nonce, 12)).to.equal(false);
  });

  it("is searched in slices that give the same, also past 32 bits", () => {
    const whole = searchWork("slices", 10, 2 ** 32 - 500, 100_000);
    let from = 2 ** 32 - 500;
    let found: number | undefined;
    while (found === undefined) {
      found = searchWork("slices", 10, from, 7);
      from += 7;
    }
    expect(found).to.equal(whole);
    expect(provesWork("slices", found, 10)).to.equal(true);
  });

  it("is not found where there is none", () => {
    expect(searchWork("token", 200, 0, 1_000)).to.equal(undefined);
  });
});
