import { expect } from "chai";
import { verifyPdf, type VerifyOptions } from "../../service/core/verify.ts";
import { verifyBySubtle } from "./sampleAuthority.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader } from "./sampleLedger.ts";
import { makeReceipt, type SampleReceipt } from "./sampleReceipt.ts";

/** The lowest bits, the case of a letter, and the highest bit. */
const FLIPS = [0x01, 0x02, 0x20, 0x80];

describe("core: every byte of a sealed PDF", () => {
  let sample: SampleReceipt;
  let options: VerifyOptions;
  before(async () => {
    sample = await makeReceipt();
    options = {
      reader: sampleReader(sample.records),
      trustedContract: { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT },
      verifySignature: verifyBySubtle,
      chainCache: new Map(),
    };
  });

  for (const flip of FLIPS) {
    it(`matters, the reserved padding included: each alone, changed by 0x${flip.toString(16)}, makes it invalid`, async function () {
      this.timeout(300_000);
      const pdf = sample.sealed.slice();
      const passed: number[] = [];
      for (let at = 0; at < pdf.length; at += 1) {
        const byte = pdf[at] ?? 0;
        pdf[at] = byte ^ flip;
        if ((await verifyPdf(pdf, options)).verdict !== "invalid") passed.push(at);
        pdf[at] = byte;
      }
      expect(passed).to.deep.equal([]);
      expect((await verifyPdf(pdf, options)).verdict).to.equal("valid");
    });
  }

  it("matters in number, too: each left out or doubled makes it invalid", async function () {
    this.timeout(300_000);
    const { sealed } = sample;
    const passed: number[] = [];
    for (let at = 0; at < sealed.length; at += 3) {
      const shorter = new Uint8Array([...sealed.subarray(0, at), ...sealed.subarray(at + 1)]);
      const longer = new Uint8Array([
        ...sealed.subarray(0, at),
        ...sealed.subarray(at, at + 1),
        ...sealed.subarray(at),
      ]);
      for (const pdf of [shorter, longer]) {
        if ((await verifyPdf(pdf, options)).verdict !== "invalid") passed.push(at);
      }
    }
    expect(passed).to.deep.equal([]);
  });

  it("is refused with one more after the end, white space or not", async () => {
    for (const byte of [0x00, 0x0a, 0x20, 0x25]) {
      const pdf = new Uint8Array([...sample.sealed, byte]);
      expect((await verifyPdf(pdf, options)).verdict, String(byte)).to.equal("invalid");
    }
  });
});
