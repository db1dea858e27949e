import { expect } from "chai";
import fc from "fast-check";
import { RANDOM_NUMBER_BYTES, isRandomNumber, randomNumberFrom } from "../../service/domain/randomNumber.ts";

describe("domain/randomNumber", () => {
  it("maps bytes to the 62 characters, each to four bytes", () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 248; byte += 1) {
      const character = randomNumberFrom(new Uint8Array(6).fill(byte))?.charAt(0) ?? "";
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect([...counts.keys()].sort().join("")).to.equal(
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    );
    expect(new Set(counts.values())).to.deep.equal(new Set([4]));
  });

  it("passes over the bytes that would favour some characters", () => {
    expect(randomNumberFrom(Uint8Array.of(255, 0, 248, 1, 2, 3, 4, 247, 9))).to.equal("01234z");
    expect(randomNumberFrom(new Uint8Array(RANDOM_NUMBER_BYTES).fill(248))).to.equal(undefined);
  });

  it("needs six usable bytes", () => {
    expect(randomNumberFrom(Uint8Array.of(0, 1, 2, 3, 4))).to.equal(undefined);
    expect(randomNumberFrom(Uint8Array.of(0, 1, 2, 3, 4, 250))).to.equal(undefined);
    expect(randomNumberFrom(Uint8Array.of(0, 1, 2, 3, 4, 5))).to.equal("012345");
  });

  it("gives a check code of any bytes, or none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const text = randomNumberFrom(bytes);
        expect(text === undefined).to.equal(bytes.filter((byte) => byte < 248).length < 6);
        if (text !== undefined) expect(isRandomNumber(text)).to.equal(true);
      }),
    );
    for (const bad of ["3f748", "3f74845", "3f74-4", "３f7484"]) expect(isRandomNumber(bad)).to.equal(false);
  });
});
