import { expect } from "chai";
import fc from "fast-check";
import { base41Of, bytesOfBase41 } from "../../service/core/base41.ts";
import { refusalOf } from "./refusal.ts";

describe("core/base41", () => {
  it("writes what RFC 9285's way with 41 characters gives", () => {
    expect(base41Of(new Uint8Array(0))).to.equal("");
    expect(base41Of(Uint8Array.of(0))).to.equal("00");
    expect(base41Of(Uint8Array.of(0xff))).to.equal("96");
    expect(base41Of(Uint8Array.of(0, 1))).to.equal("100");
    // 65535 = 17 + 40 x 41 + 38 x 41²
    expect(base41Of(Uint8Array.of(0xff, 0xff))).to.equal("H.+");
  });

  it("reads what it wrote, and writes with an alphabet that QR codes pack", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 99 }), (bytes) => {
        const text = base41Of(bytes);
        expect(text).to.match(/^[0-9A-Z$*+.-]*$/);
        expect(bytesOfBase41(text)).to.deep.equal(bytes);
      }),
    );
  });

  it("refuses what it never writes: past the last value, another character, a length that cannot be", () => {
    expect(bytesOfBase41("H.+")).to.deep.equal(Uint8Array.of(0xff, 0xff));
    for (const text of ["I.+", "...", "A6", "0", "0000", "0 0", "a00", "00%", "00/"]) {
      expect(
        refusalOf(() => bytesOfBase41(text)),
        text,
      ).to.equal("base41_malformed");
    }
  });
});
