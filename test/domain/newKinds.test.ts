import { expect } from "chai";
import { kindProblems } from "../../service/domain/assertKind.ts";
import { eInvoiceXml } from "../../service/domain/eInvoiceXml.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { acceptance, changed, kindOf, receiptOf, refusal, told } from "./fixtures.ts";

const GOODS = sampleInput("donation", 0);
const MONEY = sampleInput("donation", 1);

describe("domain/kinds: donations", () => {
  it("name an anonymous donor without anything that tells who it is", () => {
    const { draft } = acceptance(GOODS);
    expect(draft).to.include({ payerPartyName: "爱心人士", payerPartyCode: "", payerPartyType: "1" });
    const named = { ...GOODS, payerPartyCode: "440301********1234", payerAcct: "62", payerOpBk: "银行" };
    expect(refusal(named)).to.deep.equal([
      "anonymous_payer_named /payerPartyCode",
      "anonymous_payer_named /payerAcct",
      "anonymous_payer_named /payerOpBk",
    ]);
    expect(acceptance({ ...named, payerPartyName: "爱心人士甲" }).warnings).to.deep.equal([]);
    const nontax = { ...sampleInput("nontax", 1), payerPartyName: "爱心人士" };
    expect(acceptance(nontax).warnings).to.deep.equal([]);
    expect(refusal({ ...GOODS, payerPartyName: "" })).to.deep.equal(["field_required /payerPartyName"]);
  });

  it("want goods with quantity, unit, fair value and its basis, and money without", () => {
    for (const name of ["itemQuantity", "itemUnit", "itemStd"]) {
      const input = changed(GOODS, `/items/0/${name}`, "");
      expect(refusal(input), name).to.deep.equal([`field_required /items/0/${name}`]);
    }
    const without = changed(GOODS, "/mainExt/valuationBasis", "");
    expect(refusal(without)).to.deep.equal(["field_required /mainExt/valuationBasis"]);
    expect(MONEY.items[0]).to.include({ itemQuantity: "", itemUnit: "", itemStd: "" });
    expect(acceptance(MONEY).warnings).to.deep.equal([]);
  });

  it("hold goods to quantity times fair value, to the fen of tolerance", () => {
    const amount = GOODS.items[0]?.itemAmount ?? 0;
    const off = (fen: number) => ({
      ...changed(GOODS, "/items/0/itemAmount", amount + fen),
      totalAmount: (GOODS.totalAmount ?? 0) + fen,
    });
    expect(acceptance(off(1)).warnings).to.deep.equal([]);
    expect(refusal(off(2))).to.deep.equal(["a2_row_product /items/0/itemAmount"]);
  });
});

describe("domain/kinds: tuition, dues, settlement, registration, check-up", () => {
  const REQUIRED: readonly (readonly [kind: string, fields: readonly string[]])[] = [
    ["tuition", ["school", "schoolYear", "schoolTerm"]],
    ["donation", ["donationProject", "donationForm", "donationDate"]],
    ["societyDues", ["duesYear"]],
    ["currentSettlement", ["settlementReason"]],
    ["registration", ["medicalDate", "departmentName"]],
    ["checkup", ["checkupDate"]],
  ];
  for (const [kind, fields] of REQUIRED) {
    it(`want what a ${kind} receipt cannot be without`, () => {
      for (const name of fields) {
        const input = changed(sampleInput(kind, 1), `/mainExt/${name}`, "");
        expect(refusal(input), name).to.deep.equal([`field_required /mainExt/${name}`]);
      }
    });
  }

  it("want a standard with tuition and dues, none with a settlement", () => {
    for (const kind of ["tuition", "societyDues"]) {
      const input = changed(sampleInput(kind, 0), "/items/0/itemStd", "");
      expect(refusal(input), kind).to.deep.equal(["field_required /items/0/itemStd"]);
    }
    expect(sampleInput("currentSettlement", 0).items[0]?.itemStd).to.equal("");
  });

  it("take insurance for registration, never for a check-up", () => {
    const insured = sampleInput("registration", 1);
    expect(insured.payChannels.some(({ payChannelCode }) => payChannelCode === "11")).to.equal(true);
    acceptance(insured);
    const checkup = changed(sampleInput("checkup", 0), "/payChannels/0/payChannelCode", "11");
    expect(refusal(checkup)).to.deep.equal(["pay_channel_unknown /payChannels/0/payChannelCode"]);
  });

  it("give the MOF's names in the MOF's order to a student", () => {
    const xml = eInvoiceXml(receiptOf("tuition", 0));
    const names = ["BusinessNumber", "BusinessDate", "School", "Faculty", "Major", "Classes", "StudentID"];
    const places = names.map((name) => xml.indexOf(`<${name}>`));
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
    expect(places[0]).to.be.greaterThan(0);
  });
});

describe("domain/assertKind, conditions and words", () => {
  const problemsOf = (pointer: string, value: unknown): string[] =>
    told(kindProblems(changed(kindOf("donation"), pointer, value)));

  it("wants conditions on choices and fields that exist", () => {
    expect(problemsOf("/conditions/0/value", "股票")).to.deep.equal(["choice_missing /conditions/0/value"]);
    expect(problemsOf("/conditions/0/field", "donationDate")).to.deep.equal(["choice_missing /conditions/0/value"]);
    expect(problemsOf("/conditions/0/extFields/0", "basis")).to.deep.equal(["field_missing /conditions/0/extFields/0"]);
    expect(problemsOf("/conditions/0/itemFields/0", "price")).to.deep.equal([
      "field_malformed /conditions/0/itemFields/0",
    ]);
    expect(problemsOf("/conditions", [])).to.deep.equal([]);
  });

  it("takes versions 01 to 99, labels of 8 characters, and no codes of regions", () => {
    for (const version of ["01", "99"]) expect(problemsOf("/specimenVersion", version)).to.deep.equal([]);
    for (const version of ["00", "1", "100"]) {
      expect(problemsOf("/specimenVersion", version)).to.deep.equal(["field_malformed /specimenVersion"]);
    }
    expect(problemsOf("/face/payerLabel/zh", "八".repeat(8))).to.deep.equal([]);
    expect(problemsOf("/face/payerLabel/zh", "九".repeat(9))).to.deep.equal(["field_malformed /face/payerLabel/zh"]);
    expect(problemsOf("/anonymousPayerName", " ")).to.deep.equal(["field_malformed /anonymousPayerName"]);
    expect(problemsOf("/regionCodes", [])).to.deep.equal(["unknown_field /regionCodes"]);
  });
});
