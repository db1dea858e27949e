import { expect } from "chai";
import { appliedPreference, parsePrefer } from "../../service/http/prefer.ts";

describe("Prefer", () => {
  it("asks to wait for the anchor, or the document", () => {
    expect(parsePrefer("wait=10")).to.deep.equal({ waitS: 10, until: "anchored" });
    expect(parsePrefer("wait=10, until=rendered")).to.deep.equal({ waitS: 10, until: "rendered" });
    expect(parsePrefer('until="rendered",Wait=1;x=y, respond-async')).to.deep.equal({ waitS: 1, until: "rendered" });
  });

  it("is cut to a minute", () => {
    expect(parsePrefer("wait=60")?.waitS).to.equal(60);
    expect(parsePrefer("wait=61")?.waitS).to.equal(60);
    expect(appliedPreference({ waitS: 60, until: "anchored" })).to.equal("wait=60, until=anchored");
  });

  it("is ignored when it is absent, malformed or asks for something else", () => {
    for (const field of [undefined, "", "wait", "wait=", "wait=0", "wait=-1", "wait=1.5", "wait=x", "return=minimal"]) {
      expect(parsePrefer(field), String(field)).to.equal(undefined);
    }
    expect(parsePrefer("wait=5, until=paid")).to.equal(undefined);
  });

  it("counts the first of a repeated preference (RFC 7240, 2)", () => {
    expect(parsePrefer("wait=5, wait=9")?.waitS).to.equal(5);
  });
});
