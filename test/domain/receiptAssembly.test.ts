import { expect } from "chai";
import fc from "fast-check";
import { checkA11 } from "../../service/domain/arithmetic.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import {
  amountsOf,
  isRedLetter,
  issueCodeOf,
  numberReceipt,
  numberingOf,
  redDraftOf,
} from "../../service/domain/receiptAssembly.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { NOON, UNIT, acceptance, codeThrownBy, kindOf, receiptOf } from "./fixtures.ts";

const NEXT_YEAR = Date.UTC(2026, 0, 5);
const NUMBERING = {
  eInvoiceCode: "44060125",
  eInvoiceNumber: "0000000123",
  randomNumber: "3f7484",
  issueDate: "20250306",
  issueTime: "12:00:00",
};

describe("domain/receiptAssembly", () => {
  it("joins draft and numbering in the order of the data", () => {
    const data = receiptOf("outpatient", 0);
    expect(data).to.deep.include({ ...NUMBERING, eInvoiceSpecimenCode: "4406012501", totalAmount: 23_621 });
    expect(data.eInvoiceName).to.equal("广东省医疗门诊收费票据（电子）");
    expect(Object.keys(data).slice(0, 8)).to.deep.equal([
      "eInvoiceName",
      "eInvoiceCode",
      "eInvoiceNumber",
      "randomNumber",
      "eInvoiceSpecimenCode",
      "issueDate",
      "issueTime",
      "supervisorAreaCode",
    ]);
  });

  it("takes the code of unit, kind and year", () => {
    expect(issueCodeOf(kindOf("inpatient"), UNIT, NOON)).to.equal("44060225");
    expect(issueCodeOf(kindOf("nontax"), { ...UNIT, region: "00" }, NEXT_YEAR)).to.equal("00010126");
    expect(numberingOf("44060125", 123, "3f7484", NOON)).to.deep.equal(NUMBERING);
  });

  it("breaks on a numbering that no book of the kind can give", () => {
    const { draft } = acceptance(sampleInput("outpatient", 0));
    const bad = [
      { eInvoiceCode: "44060225" },
      { eInvoiceCode: "32060125" },
      { eInvoiceCode: "44060126" },
      { eInvoiceCode: "4406012" },
      { eInvoiceNumber: "123" },
      { randomNumber: "3f748!" },
      { issueDate: "20250230" },
      { issueDate: "2025-03-06" },
      { issueTime: "12:00" },
    ];
    for (const one of bad)
      expect(() => numberReceipt(draft, { ...NUMBERING, ...one }), JSON.stringify(one)).to.throw("invariant");
  });

  it("tells issued from reversed amounts, neither ever negative", () => {
    expect(amountsOf({ totalAmount: 5 })).to.deep.equal({ issuedFen: 5, reversedFen: 0 });
    expect(amountsOf({ totalAmount: -5 })).to.deep.equal({ issuedFen: 0, reversedFen: 5 });
    expect(amountsOf({ totalAmount: 0 })).to.deep.equal({ issuedFen: 0, reversedFen: 0 });
  });

  it("makes a red-letter receipt of the next year's code that points at the blue one", () => {
    const blue = receiptOf("inpatient", 0, 77);
    const red = numberReceipt(redDraftOf(blue, "退费"), numberingOf("44060226", 1, "bngFFX", NEXT_YEAR));
    expect([isRedLetter(blue), isRedLetter(red)]).to.deep.equal([false, true]);
    expect(red.mainExt).to.include({ relatedInvoiceCode: "44060225", relatedInvoiceNumber: "0000000077" });
    expect(red.mainExt).to.include({
      ownPayAmount: -308_050,
      rechargeAmount: 0,
      departmentName: blue.mainExt.departmentName,
    });
    expect(red.remark).to.include("44060225").and.include("0000000077").and.include("退费");
    expect(red).to.deep.include({
      eInvoiceSpecimenCode: "4406022601",
      bizCode: "R440602250000000077",
      totalAmount: -1_258_050,
    });
    expect(red.items[0]).to.deep.include({ itemQuantity: "-1", itemStd: "", itemAmount: -78_400 });
    expect(amountsOf(red)).to.deep.equal({ issuedFen: 0, reversedFen: 1_258_050 });
    expect(Object.keys(red).sort()).to.deep.equal(Object.keys(blue).sort());
  });

  it("negates every amount of every sample, with no -0, and back again gives the blue one", () => {
    fc.assert(
      fc.property(fc.constantFrom(...builtinKinds), fc.nat(2000), (kind, n) => {
        const blue = receiptOf(kind.id, n);
        const red = redDraftOf(blue, "退费");
        expect(checkA11(blue, red)).to.deep.equal([]);
        expect(JSON.stringify(red)).to.equal(JSON.stringify(structuredClone(red)));
        const amounts = [...red.items.map((row) => row.itemAmount), ...Object.values(red.mainExt)];
        expect(amounts.some((amount) => Object.is(amount, -0))).to.equal(false);
        const twice = redDraftOf({ ...blue, ...red, mainExt: { ...red.mainExt, relatedInvoiceCode: "" } }, "x");
        expect([twice.items, twice.auxItems, twice.payChannels]).to.deep.equal([
          blue.items,
          blue.auxItems,
          blue.payChannels,
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it("takes who reverses, and leaves the rest as it was", () => {
    const blue = receiptOf("nontax", 0);
    const red = redDraftOf(blue, "退费", { busNo: "B2", placeCode: "P2", handlingPerson: "甲", checker: "乙" });
    expect(red).to.deep.include({
      bizCode: "B2",
      placeCode: "P2",
      handlingPerson: "甲",
      checker: "乙",
      payerPartyName: blue.payerPartyName,
    });
  });

  it("refuses a red-letter receipt of a red-letter receipt, and a reason that is none or too long", () => {
    const blue = receiptOf("nontax", 0);
    const red = numberReceipt(redDraftOf(blue, "退费"), numberingOf("44010125", 2, "bngFFX", NOON));
    expect(codeThrownBy(() => redDraftOf(red, "退费"))).to.equal("receipt_not_reversible");
    for (const bad of ["", "\u3000", "退".repeat(201)])
      expect(codeThrownBy(() => redDraftOf(blue, bad))).to.equal("reversal_reason_invalid");
    redDraftOf(blue, "退".repeat(200));
  });
});
