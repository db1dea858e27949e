import { expect } from "chai";
import fc from "fast-check";
import { ITEM_FIELDS, MAIN_FIELDS, AUX_ITEM_FIELDS } from "../../service/domain/fieldSpecs.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";
import { MAX_PROBLEMS } from "../../service/domain/problem.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { NOON, UNIT, acceptance, changed, codeThrownBy, decide, kindOf, refusal } from "./fixtures.ts";

const WORKED = sampleInput("outpatient", 0);
const INPATIENT = sampleInput("inpatient", 0);
const OFF_BY_ONE = changed(WORKED, "/mainExt/selfpaymentAmount", 9622);

describe("domain/decideIssue", () => {
  it("gives the draft of the worked sample, with the unit's part", () => {
    const { draft, warnings } = acceptance(WORKED);
    expect(warnings).to.deep.equal([]);
    expect(draft).to.deep.include({
      eInvoiceName: "广东省医疗门诊收费票据（电子）",
      eInvoiceSpecimenCode: "4406012501",
      supervisorAreaCode: "440300",
      totalAmount: 23_621,
      invoicingPartyCode: UNIT.creditCode,
      invoicingPartyName: "示例医院",
      bizCode: WORKED.busNo,
      currencyType: "CNY",
      items: WORKED.items,
      auxItems: WORKED.auxItems,
      payChannels: WORKED.payChannels,
    });
    expect(draft.mainExt).to.include({
      address: "",
      otherPayAmount: 0,
      relatedInvoiceCode: "",
      relatedInvoiceNumber: "",
    });
  });

  it("computes the total if none is given, and checks one that is", () => {
    expect(acceptance(changed(WORKED, "/totalAmount", undefined)).draft.totalAmount).to.equal(23_621);
    expect(refusal({ ...WORKED, totalAmount: 23_620 })).to.include("a1_items_total /totalAmount");
  });

  it("refuses kinds that the unit may not issue", () => {
    expect(refusal(WORKED, { unit: { ...UNIT, kinds: ["nontax"] } })).to.deep.equal(["kind_not_authorised /kind"]);
    expect(refusal(WORKED, { kind: kindOf("inpatient") })).to.include("kind_mismatch /kind");
  });

  it("tells all problems at once", () => {
    let input = changed(WORKED, "/payerPartyName", "");
    input = changed(input, "/mainExt/medicalDate", "20250230");
    input = changed(input, "/items/1/itemName", "x\u0000");
    input = changed(input, "/payChannels/0/payChannelCode", "zz");
    input = changed(input, "/items/0/itemAmount", 3001);
    expect(refusal(input)).to.deep.equal([
      "field_required /payerPartyName",
      "field_malformed /mainExt/medicalDate",
      "field_bad_characters /items/1/itemName",
      "pay_channel_unknown /payChannels/0/payChannelCode",
      "a1_items_total /totalAmount",
      "a4_item_lines /items/0/itemAmount",
    ]);
  });

  it("tells at most as many problems as it may", () => {
    const rows = Array.from({ length: 500 }, () => ({ ...WORKED.items[0], itemCode: "", itemName: "" }));
    const decision = decide(changed(WORKED, "/items", rows));
    if (decision.kind === "accepted") return expect.fail("accepted");
    expect(decision.problems).to.have.length(MAX_PROBLEMS + 1);
    expect(decision.problems.at(-1)?.code).to.equal("too_many_problems");
  });

  it("warns of what is a warning, refuses it where the unit's option says so, and is silent where it is off", () => {
    expect(acceptance(OFF_BY_ONE).warnings).to.deep.equal(["a7_self_paid /mainExt/selfpaymentAmount"]);
    const strict = (ruleOverrides: Readonly<Record<string, "refuse" | "warn" | "off">>) => ({
      unit: { ...UNIT, ruleOverrides },
    });
    expect(refusal(OFF_BY_ONE, strict({ A7: "refuse" }))).to.deep.equal(["a7_self_paid /mainExt/selfpaymentAmount"]);
    expect(acceptance(OFF_BY_ONE, strict({ A7: "off" })).warnings).to.deep.equal([]);
    expect(acceptance(OFF_BY_ONE, strict({ A99: "refuse" })).warnings).to.have.length(1);
  });

  it("warns of A7 to A10 of an inpatient receipt by default", () => {
    const voucher = { voucherBatchCode: "1", voucherNo: "1", voucherFen: 1 };
    let input: IssueInput = { ...INPATIENT, payMentVouchers: [voucher] };
    input = changed(input, "/mainExt/selfpaymentAmount", 1);
    input = changed(input, "/mainExt/rechargeAmount", 1);
    const codes = ["a7_self_paid", "a8_prepayment", "a9_recharge_and_refund", "a10_vouchers"];
    expect(acceptance(input).warnings.map((one) => one.split(" ")[0])).to.deep.equal(codes);
    const ruleOverrides = { A7: "refuse", A8: "refuse", A9: "refuse", A10: "refuse" } as const;
    expect(refusal(input, { unit: { ...UNIT, ruleOverrides } }).map((one) => one.split(" ")[0])).to.deep.equal(codes);
  });

  it("lets no unit turn off the rules that always hold", () => {
    const ruleOverrides = { A1: "off", A11: "off", A14: "off" } as const;
    expect(refusal({ ...WORKED, totalAmount: 1 }, { unit: { ...UNIT, ruleOverrides } })).to.include(
      "a1_items_total /totalAmount",
    );
    const fraction = changed(WORKED, "/items/0/itemAmount", 0.5);
    expect(refusal(fraction, { unit: { ...UNIT, ruleOverrides } })).to.deep.equal([
      "a14_not_whole_fen /items/0/itemAmount",
    ]);
  });

  it("refuses zero rows, but for units with the option of zero-fee receipts", () => {
    const free: IssueInput = {
      ...WORKED,
      totalAmount: 0,
      items: WORKED.items.slice(0, 1).map((row) => ({ ...row, itemAmount: 0 })),
      auxItems: [],
      payChannels: [{ payChannelCode: "99", payChannelValue: 0 }],
      mainExt: { medicalDate: "20250306" },
    };
    expect(refusal(free)).to.deep.equal(["a12_zero_row /items/0/itemAmount"]);
    expect(acceptance(free, { unit: { ...UNIT, ruleOverrides: { A12: "off" } } }).draft.totalAmount).to.equal(0);
    expect(acceptance(free, { unit: { ...UNIT, ruleOverrides: { A12: "warn" } } }).warnings).to.have.length(1);
  });

  it("holds the total to the kind's bounds", () => {
    const kind = { ...kindOf("outpatient"), amounts: { minTotalFen: 23_621, maxTotalFen: 23_621, maxRoundingFen: 99 } };
    acceptance(WORKED, { kind });
    const less = { ...kind, amounts: { ...kind.amounts, maxTotalFen: 23_620, minTotalFen: 0 } };
    expect(refusal(WORKED, { kind: less })).to.deep.equal(["total_out_of_bounds /totalAmount"]);
    const more = { ...kind, amounts: { ...kind.amounts, minTotalFen: 23_622, maxTotalFen: 99_999 } };
    expect(refusal(WORKED, { kind: more })).to.deep.equal(["total_out_of_bounds /totalAmount"]);
  });

  it("warns of a credit code that fails its check digit, of a unit alone", () => {
    const company = (payerPartyCode: string) => acceptance({ ...WORKED, payerPartyType: "2", payerPartyCode }).warnings;
    expect(company("91350100M000100Y43")).to.deep.equal([]);
    expect(company("")).to.deep.equal([]);
    expect(company("91350100M000100Y44")).to.deep.equal(["credit_code_invalid /payerPartyCode"]);
    expect(acceptance({ ...WORKED, payerPartyType: "1", payerPartyCode: "91350100M000100Y44" }).warnings).to.deep.equal(
      [],
    );
  });

  it("warns of one who checks his own receipt, and of a visit to come", () => {
    expect(acceptance({ ...WORKED, checker: WORKED.handlingPerson }).warnings).to.deep.equal([
      "checker_is_issuer /checker",
    ]);
    expect(acceptance(changed(WORKED, "/mainExt/medicalDate", "20250307")).warnings).to.deep.equal([
      "date_in_future /mainExt/medicalDate",
    ]);
  });

  it("hides the middle of a person's identity number", () => {
    const { draft } = acceptance({ ...WORKED, payerPartyType: "1", payerPartyCode: "440301199001011234" });
    expect(draft.payerPartyCode).to.equal("4403**********1234");
  });

  it("takes known fields alone, and -0 as 0", () => {
    const items = WORKED.items.map((row) => ({ ...row, more: 1 }));
    expect(acceptance({ ...WORKED, items }).draft.items).to.deep.equal(WORKED.items);
    const zero = acceptance(changed(WORKED, "/mainExt/otherPayAmount", -0)).draft.mainExt.otherPayAmount;
    expect(Object.is(zero, 0)).to.equal(true);
  });

  it("names each main and row field that is too long or broken, by its pointer", () => {
    const fields = [
      ...MAIN_FIELDS.map((field) => ({ ...field, at: `/${field.name}` })),
      ...ITEM_FIELDS.map((field) => ({ ...field, at: `/items/1/${field.name}` })),
      ...AUX_ITEM_FIELDS.map((field) => ({ ...field, at: `/auxItems/2/${field.name}` })),
    ];
    for (const { at, maxLength } of fields) {
      const long = decide(changed(WORKED, at, "长".repeat(maxLength)));
      const codes = long.kind === "refused" ? long.problems.map(({ code }) => code) : [];
      expect(codes, at).not.to.include("field_too_long");
      expect(refusal(changed(WORKED, at, "长".repeat(maxLength + 1))), at).to.include(`field_too_long ${at}`);
      expect(refusal(changed(WORKED, at, "\ud800")), at).to.include(`field_bad_characters ${at}`);
    }
  });

  it("names each required field that is empty, by its pointer", () => {
    for (const { id, requiredFields, mainExt } of builtinKinds) {
      const input = sampleInput(id, 0);
      for (const name of requiredFields)
        expect(refusal(changed(input, `/${name}`, "")), name).to.deep.equal([`field_required /${name}`]);
      for (const { name, isRequired } of mainExt) {
        if (isRequired)
          expect(refusal(changed(input, `/mainExt/${name}`, undefined)), name).to.deep.equal([
            `field_required /mainExt/${name}`,
          ]);
      }
    }
  });

  it("names each field of mainExt that has the wrong type, and nothing else", () => {
    for (const { id, mainExt } of builtinKinds) {
      for (const { name, type } of mainExt) {
        const wrong = type === "money" ? "1.00" : type === "integer" ? "x" : 1;
        expect(refusal(changed(sampleInput(id, 0), `/mainExt/${name}`, wrong)), name).to.deep.equal([
          `field_malformed /mainExt/${name}`,
        ]);
      }
    }
  });

  it("tells nothing of the person in any message", () => {
    const secret = "秘密";
    let input = sampleInput("penalty", 0);
    for (const { name } of kindOf("penalty").mainExt) input = changed(input, `/mainExt/${name}`, `${secret}\u0000`);
    for (const { name } of MAIN_FIELDS) input = changed(input, `/${name}`, `${secret}\u0000`.repeat(99));
    const decision = decide(input);
    if (decision.kind === "accepted") return expect.fail("accepted");
    expect(decision.problems.length).to.be.greaterThan(20);
    for (const { zh, en } of decision.problems) expect(zh + en).not.to.include(secret);
  });

  it("says what to do in Chinese and in English", () => {
    const decision = decide(changed(WORKED, "/items/0/itemAmount", 1));
    if (decision.kind === "accepted") return expect.fail("accepted");
    for (const { zh, en } of decision.problems) {
      expect(zh).to.match(/请/);
      expect(en).to.match(/^[\x20-\x7e]+: [\x20-\x7e]+$/);
    }
  });

  it("is of the year in Asia/Shanghai, and throws for a time or region that no receipt can have", () => {
    const newYear = Date.UTC(2025, 11, 31, 16);
    expect(acceptance(WORKED, { issuedAtMs: newYear - 1 }).draft.eInvoiceSpecimenCode).to.equal("4406012501");
    expect(acceptance(WORKED, { issuedAtMs: newYear }).draft.eInvoiceSpecimenCode).to.equal("4406012601");
    expect(codeThrownBy(() => decide(WORKED, { issuedAtMs: NaN }))).to.equal("time_out_of_range");
    expect(codeThrownBy(() => decide(WORKED, { unit: { ...UNIT, region: "x" } }))).to.equal("code_malformed");
  });
});

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("HBWC", "JCFK", "-1", "1.5"),
);
const amount = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.double(), fc.maxSafeInteger());
const rowOf = (row: object) =>
  fc.array(
    fc.record(
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? amount : text])),
    ),
    { maxLength: 4 },
  );
const EXT_NAMES = [
  ...new Set(builtinKinds.flatMap(({ mainExt }) => mainExt.map(({ name }) => name))),
  "__proto__",
  "x",
];
const extValue = fc.oneof(text, amount, fc.constantFrom("20250101", "20250306120000", "1"));

/** Two in three are changed. */
function rarely<T extends object>(changes: fc.Arbitrary<T>): fc.Arbitrary<Partial<T>> {
  return fc.oneof(fc.constant({}), changes, changes);
}

/** Any input of the right types, near enough to a real one to get past the first check. */
const anyInput = fc
  .tuple(fc.constantFrom(...builtinKinds), fc.nat(50))
  .chain(([kind, n]) => {
    const base = sampleInput(kind.id, n);
    return fc.record({
      base: fc.constant(base),
      parts: rarely(
        fc.record(
          {
            busNo: text,
            payerPartyType: fc.constantFrom("1", "2"),
            payerPartyName: text,
            payerPartyCode: text,
            totalAmount: amount,
            mainExt: fc.dictionary(fc.constantFrom(...EXT_NAMES), extValue),
            items: rowOf(base.items[0] ?? {}),
            auxItems: rowOf(WORKED.auxItems[0] ?? {}),
            payChannels: rowOf({ payChannelCode: "", payChannelValue: 0 }),
            payMentVouchers: rowOf({ voucherBatchCode: "", voucherNo: "", voucherFen: 0 }),
          },
          { requiredKeys: [] },
        ),
      ),
      ext: rarely(fc.dictionary(fc.constantFrom(...EXT_NAMES), extValue, { maxKeys: 2 })),
    });
  })
  .map(({ base, parts, ext }) => ({ ...base, mainExt: { ...base.mainExt, ...ext }, ...parts }) as IssueInput);

describe("domain/decideIssue, for any input", () => {
  it("never throws; what it refuses it names, and what it accepts adds up", () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyInput, (input) => {
        const decision = decide(input);
        if (decision.kind === "refused") {
          expect(decision.problems).not.to.deep.equal([]);
          for (const { code, pointer } of decision.problems)
            expect(`${code} ${pointer}`).to.match(/^[a-z][a-z0-9_]+ (\/.*)?$/s);
          return;
        }
        accepted += 1;
        const { draft } = decision;
        expect(draft.items.reduce((sum, row) => sum + BigInt(row.itemAmount), 0n)).to.equal(BigInt(draft.totalAmount));
        expect(draft.totalAmount).to.be.at.least(0);
        expect(JSON.stringify(draft).isWellFormed()).to.equal(true);
        expect(decide(input)).to.deep.equal(decision);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).to.be.greaterThan(100);
  });

  it("depends on nothing but what it is given", () => {
    const frozen = structuredClone(sampleInput("penalty", 3));
    decide(frozen, { issuedAtMs: NOON });
    expect(frozen).to.deep.equal(sampleInput("penalty", 3));
  });
});
