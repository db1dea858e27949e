import { expect } from "chai";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { acceptance, codeThrownBy } from "./fixtures.ts";

describe("domain/samples", () => {
  for (const { id } of builtinKinds) {
    it(`gives ${id} inputs that are accepted without a warning`, () => {
      for (let n = 0; n < 300; n += 1) {
        const input = sampleInput(id, n);
        expect(acceptance(input).warnings, `n = ${n}`).to.deep.equal([]);
      }
    });

    it(`gives the same ${id} input for the same n and day, and another busNo for another`, () => {
      expect(sampleInput(id, 5)).to.deep.equal(sampleInput(id, 5));
      const busNos = [0, 1, 2, 3].map((n) => sampleInput(id, n).busNo);
      expect(new Set([...busNos, sampleInput(id, 0, "20250307").busNo])).to.have.property("size", 5);
    });

    it(`gives ${id} inputs of any day that are accepted on it`, () => {
      const [day, noon] = ["20240229", Date.UTC(2024, 1, 29, 4)];
      for (let n = 0; n < 30; n += 1) acceptance(sampleInput(id, n, day), { issuedAtMs: noon });
    });
  }

  it("gives the worked samples of the domain page first", () => {
    const outpatient = acceptance(sampleInput("outpatient", 0)).draft;
    expect(outpatient.totalAmount).to.equal(23_621);
    expect(outpatient.mainExt).to.include({
      fundPayAmount: 12_000,
      otherPayAmount: 0,
      accountPayAmount: 8000,
      ownPayAmount: 3621,
    });
    expect(outpatient.mainExt).to.include({ selfpaymentAmount: 9621, selfpaymentCost: 2000 });
    const inpatient = acceptance(sampleInput("inpatient", 0)).draft;
    expect(inpatient.totalAmount).to.equal(1_258_050);
    expect(inpatient.mainExt).to.include({
      fundPayAmount: 800_000,
      otherPayAmount: 50_000,
      accountPayAmount: 100_000,
      ownPayAmount: 308_050,
    });
    expect(inpatient.mainExt).to.include({ selfpaymentAmount: 318_050, selfpaymentCost: 90_000 });
    expect(inpatient.mainExt).to.include({ prepayAmount: 500_000, rechargeAmount: 0, refundAmount: 191_950 });
    expect(acceptance(sampleInput("penalty", 0)).draft.totalAmount).to.equal(26_000);
  });

  it("varies: rare names, companies, late and timely payments, lists longer than a face", () => {
    const all = builtinKinds.flatMap(({ id }) =>
      Array.from({ length: 200 }, (_, n) => acceptance(sampleInput(id, n)).draft),
    );
    const names = all.map(({ payerPartyName }) => payerPartyName).join("");
    for (const rare of ["𠮷", "䶮", "㛃", "𬭎"]) expect(names).to.include(rare);
    expect(all.some(({ payerPartyType }) => payerPartyType === "2")).to.equal(true);
    const fines = all.filter(({ eInvoiceName }) => eInvoiceName.includes("罚没")).map(({ items }) => items.length);
    expect(new Set(fines)).to.deep.equal(new Set([1, 2]));
    expect(Math.max(...all.map(({ auxItems }) => auxItems.length))).to.be.greaterThan(40);
  });

  it("knows no other kind", () => {
    for (const id of ["", "toString", "lottery"])
      expect(codeThrownBy(() => sampleInput(id, 0))).to.equal("sample_unknown");
  });
});
