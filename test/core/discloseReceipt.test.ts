import { expect } from "chai";
import { discloseReceipt } from "../../service/core/discloseReceipt.ts";
import { parseDisclosureFile } from "../../service/core/disclosureFile.ts";
import { encodeProof } from "../../service/core/proof.ts";
import { makeMedicalReceipt } from "./disclosureSample.ts";
import { refusalOf } from "./refusal.ts";
import type { SampleReceipt } from "./sampleReceipt.ts";

describe("core/discloseReceipt", () => {
  let receipt: SampleReceipt;
  before(async () => {
    receipt = await makeMedicalReceipt();
  });

  it("takes data and proof out of the sealed PDF", () => {
    const { proof, disclosure } = parseDisclosureFile(discloseReceipt(receipt.sealed, { paths: ["/payerPartyName"] }));
    expect(proof).to.deep.equal(encodeProof(receipt.proof));
    expect(disclosure.fields.find(({ path }) => path === "/payerPartyName")).to.include({ value: "欧阳𠮷" });
    expect(disclosure.fields.find(({ path }) => path === "/issueDate")).not.to.have.property("value");
  });

  it("shows a preset's fields and those that were named beside it", () => {
    const { disclosure } = parseDisclosureFile(
      discloseReceipt(receipt.sealed, { preset: "amounts_and_insurance", paths: ["/issueDate"] }),
    );
    const shown = disclosure.fields.flatMap((field) => ("value" in field ? [field.path] : []));
    expect(shown).to.include.members(["/issueDate", "/mainExt/fundPayAmount"]);
    expect(shown).not.to.include("/payerPartyName");
  });

  it("gives the same file again for the same choice", () => {
    const choice = { preset: "without_items" } as const;
    expect(discloseReceipt(receipt.sealed, choice)).to.deep.equal(discloseReceipt(receipt.sealed, choice));
  });

  it("refuses what cannot be proved: no proof, other data, a path that leads nowhere, no PDF", async () => {
    const other = await makeMedicalReceipt({ proof: { dataDigest: new Uint8Array(32) } });
    expect(refusalOf(() => discloseReceipt(receipt.unsealed, {}))).to.equal("not_sealed");
    expect(refusalOf(() => discloseReceipt(other.sealed, {}))).to.equal("data_differs");
    expect(refusalOf(() => discloseReceipt(receipt.sealed, { paths: ["/item"] }))).to.equal("path_unknown");
    expect(refusalOf(() => discloseReceipt(new Uint8Array(9), {}))).to.equal("not_a_pdf");
  });
});
