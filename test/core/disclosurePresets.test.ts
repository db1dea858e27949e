import { expect } from "chai";
import { flatten } from "../../service/core/canonical.ts";
import { disclose, type Disclosure } from "../../service/core/disclosure.ts";
import { DISCLOSURE_PRESETS, pathsOfPreset } from "../../service/core/disclosurePresets.ts";
import { MEDICAL_DATA } from "./disclosureSample.ts";
import { SAMPLE_DATA, SAMPLE_SECRET } from "./sampleReceipt.ts";

const shownBy = ({ fields }: Disclosure): readonly string[] =>
  fields.flatMap((field) => ("value" in field ? [field.path] : []));
const ALWAYS = ["/eInvoiceCode", "/eInvoiceNumber", "/invoicingPartyCode", "/invoicingPartyName", "/totalAmount"];

describe("core/disclosurePresets", () => {
  it("amount_only shows only what cannot be withheld", () => {
    const paths = pathsOfPreset("amount_only", MEDICAL_DATA);
    expect(shownBy(disclose(MEDICAL_DATA, SAMPLE_SECRET, paths))).to.have.members(ALWAYS);
  });

  it("amounts_and_insurance adds who paid which part, and by what channel; nothing of the person or the treatment", () => {
    const paths = pathsOfPreset("amounts_and_insurance", MEDICAL_DATA);
    expect(shownBy(disclose(MEDICAL_DATA, SAMPLE_SECRET, paths))).to.have.members([
      ...ALWAYS,
      "/mainExt/fundPayAmount",
      "/mainExt/ownPayAmount",
      "/mainExt/selfpaymentAmount",
      "/payChannels/0/payChannelCode",
      "/payChannels/0/payChannelValue",
      "/payChannels/1/payChannelCode",
      "/payChannels/1/payChannelValue",
    ]);
  });

  it("without_items withholds items and details, each by its path, and nothing else", () => {
    const { fields } = disclose(MEDICAL_DATA, SAMPLE_SECRET, pathsOfPreset("without_items", MEDICAL_DATA));
    const withheld = fields.flatMap((field) => ("value" in field ? [] : [field.path]));
    expect(withheld).to.deep.equal([
      "/auxItems/0/auxItemAmount",
      "/auxItems/0/auxItemName",
      "/items/0/itemAmount",
      "/items/0/itemName",
      "/items/1/itemAmount",
      "/items/1/itemName",
    ]);
  });

  it("withholds an empty list, too: that there were no details is a detail", () => {
    const data = { ...MEDICAL_DATA, auxItems: [] };
    expect(pathsOfPreset("without_items", data)).not.to.include("/auxItems");
  });

  it("suits any kind: what it does not have is left out", () => {
    expect(pathsOfPreset("amounts_and_insurance", SAMPLE_DATA)).to.deep.equal([]);
    const paths = new Set(flatten(SAMPLE_DATA).map(({ path }) => path));
    for (const preset of DISCLOSURE_PRESETS) {
      for (const path of pathsOfPreset(preset, SAMPLE_DATA)) expect(paths.has(path), path).to.equal(true);
    }
  });
});
