import { expect } from "chai";
import { checkA10, checkA6, checkA7, checkA8, checkA9 } from "../../service/domain/medicalArithmetic.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { changed, kindOf, told } from "./fixtures.ts";

const kind = kindOf("inpatient");
const WORKED = sampleInput("inpatient", 0);

/** Each of these fields, one fen up or down, breaks the rule. */
function breaksEitherWay(check: typeof checkA6, code: string, names: readonly string[]): void {
  for (const name of names) {
    const value = Number(WORKED.mainExt[name]);
    for (const fen of [value - 1, value + 1]) {
      const found = check(kind, changed(WORKED, `/mainExt/${name}`, fen));
      expect(
        found.map((one) => one.code),
        `${name} ${fen}`,
      ).to.deep.equal([code]);
    }
  }
}

describe("domain/medicalArithmetic", () => {
  it("holds for the worked sample", () => {
    for (const check of [checkA6, checkA7, checkA8, checkA9, checkA10])
      expect(check(kind, WORKED), check.name).to.deep.equal([]);
  });

  it("A6: wants pool, others, account and cash to be the total, to the fen", () => {
    breaksEitherWay(checkA6, "a6_medical_split", [
      "fundPayAmount",
      "otherPayAmount",
      "accountPayAmount",
      "ownPayAmount",
    ]);
    expect(told(checkA6(kind, { ...WORKED, totalAmount: 1 }))).to.deep.equal([
      "a6_medical_split /mainExt/ownPayAmount",
    ]);
    expect(checkA6(kind, changed(WORKED, "/totalAmount", undefined))).to.deep.equal([]);
  });

  it("takes a field that is not there as 0", () => {
    expect(checkA6(kind, { ...WORKED, totalAmount: 0, mainExt: {} })).to.deep.equal([]);
    expect(checkA7(kind, { ...WORKED, mainExt: { selfpaymentCost: "", accountPayAmount: 0 } })).to.deep.equal([]);
  });

  it("A7: wants what is borne to be account and cash", () => {
    breaksEitherWay(checkA7, "a7_self_paid", [
      "selfpaymentAmount",
      "selfpaymentCost",
      "accountPayAmount",
      "ownPayAmount",
    ]);
  });

  it("A8: wants prepaid, additional and paid back to be the cash", () => {
    breaksEitherWay(checkA8, "a8_prepayment", ["prepayAmount", "rechargeAmount", "refundAmount", "ownPayAmount"]);
  });

  it("A9: refuses additional payment and refund together, by a fen", () => {
    expect(told(checkA9(kind, changed(WORKED, "/mainExt/rechargeAmount", 1)))).to.deep.equal([
      "a9_recharge_and_refund /mainExt/refundAmount",
    ]);
    const recharged = changed(changed(WORKED, "/mainExt/rechargeAmount", 5), "/mainExt/refundAmount", 0);
    expect(checkA9(kind, recharged)).to.deep.equal([]);
  });

  it("A10: wants deposit vouchers, if given, to be what was prepaid", () => {
    const voucher = { voucherBatchCode: "44069925", voucherNo: "0000000001", voucherFen: 250_000 };
    const vouchers = (...fens: number[]) => ({
      ...WORKED,
      payMentVouchers: fens.map((voucherFen) => ({ ...voucher, voucherFen })),
    });
    expect(checkA10(kind, vouchers(250_000, 250_000))).to.deep.equal([]);
    expect(checkA10(kind, vouchers())).to.deep.equal([]);
    for (const off of [249_999, 250_001])
      expect(told(checkA10(kind, vouchers(250_000, off)))).to.deep.equal(["a10_vouchers /payMentVouchers"]);
  });
});
