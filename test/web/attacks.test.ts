import { expect } from "chai";
import { makeAttacks } from "../../scripts/attacks/all.ts";
import type { Attack, Signer } from "../../scripts/attacks/attack.ts";
import { buildTree, RECEIPT_INNER } from "../../service/core/merkle.ts";
import { leafOf } from "../../service/core/leaf.ts";
import { segmentHash } from "../../service/core/segment.ts";
import type { Report } from "../../service/core/report.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import { makeAuthority, type SampleAuthority } from "../core/sampleAuthority.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader } from "../core/sampleLedger.ts";
import { makeReceipt, type SampleReceipt } from "../core/sampleReceipt.ts";

const signerOf = ({ unit, root, sign }: SampleAuthority): Signer => ({ certificate: unit, root, sign });

describe("attacks on a sealed receipt", () => {
  let good: SampleReceipt;
  let attacks: readonly Attack[];
  const verify = (pdf: Uint8Array): Promise<Report> =>
    verifyPdf(pdf, {
      reader: sampleReader(good.records),
      trustedContract: { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT },
    });

  before(async () => {
    good = await makeReceipt();
    const other = await makeAnother(good.authority);
    const foreign = signerOf(await makeAuthority());
    attacks = await makeAttacks({ good: good.sealed, other, foreign, victim: signerOf(good.authority) });
  });

  it("are made of a receipt that is valid itself", async () => {
    expect((await verify(good.sealed)).verdict).to.equal("valid");
    expect((await verify(good.unsealed)).state).to.equal("not_anchored");
  });

  it("are of every family, each with a name of its own", () => {
    const families = Map.groupBy(attacks, ({ family }) => family);
    expect(Object.fromEntries([...families].map(([family, all]) => [family, all.length]))).to.deep.equal({
      append: 8,
      shadow: 5,
      forgery: 16,
      wrapping: 3,
      data: 6,
      proof: 10,
    });
    expect(new Set(attacks.map(({ name }) => name)).size).to.equal(attacks.length);
  });

  it("are each found invalid, by the check that is there for it and with its reason", async () => {
    const outcomes = await Promise.all(
      attacks.map(async ({ name, pdf, caughtBy }) => {
        const { verdict, state, checks } = await verify(pdf);
        const failed = checks.find(({ id, outcome }) => id === caughtBy && outcome === "fail");
        return `${name}: ${verdict}, ${state}, ${caughtBy} ${failed?.reason ?? "passed"}`;
      }),
    );
    expect(outcomes).to.deep.equal(
      attacks.map(({ name, caughtBy, reason }) => `${name}: invalid, unknown, ${caughtBy} ${reason}`),
    );
  });

  it("shadow attacks: the prepared document passes before the switch, so that it is the switch that is caught", async () => {
    const prepared = attacks.filter(({ signed }) => signed !== undefined);
    expect(prepared.map(({ name }) => name)).to.have.length(4);
    for (const { name, signed = new Uint8Array(), pdf } of prepared) {
      const report = await verify(signed);
      expect(report, name).to.include({ verdict: "undetermined", state: "not_anchored" });
      expect(
        report.checks.filter(({ outcome }) => outcome === "fail"),
        name,
      ).to.deep.equal([]);
      expect(Buffer.from(pdf).subarray(0, signed.length).equals(signed), name).to.equal(true);
    }
  });
});

/** Its proof has paths of other lengths. */
async function makeAnother(authority: SampleAuthority): Promise<Uint8Array> {
  const first = await makeReceipt({ authority, data: { remark: "another" } });
  const header = { ...first.proof.header, count: 4 };
  const leaves = Array.from({ length: 4 }, (_, index) => leafOf({ ...first.proof, number: header.from + index }));
  const tree = buildTree(leaves, RECEIPT_INNER);
  const sibling = segmentHash({ ...header, bookId: 9 }, tree.root);
  const proof = { header, leafPath: tree.path(3), segmentIndex: 0, segmentCount: 2, batchPath: [sibling] };
  return (await makeReceipt({ authority, data: { remark: "another" }, proof })).sealed;
}
