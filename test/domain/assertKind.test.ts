import { expect } from "chai";
import fc from "fast-check";
import { AppError } from "../../service/core/errors.ts";
import { assertKind, kindProblems } from "../../service/domain/assertKind.ts";
import { builtinKind, builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { UNIT, acceptance, changed, codeThrownBy, kindOf, refusal, told } from "./fixtures.ts";

const outpatient = kindOf("outpatient");
const penalty = kindOf("penalty");

function problemsOf(pointer: string, value: unknown, kind = outpatient): string[] {
  return told(kindProblems(changed(kind, pointer, value)));
}

/** Every pointer of an object property in the data. */
function properties(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(Array.isArray(value) ? [] : [`${at}/${name}`]),
    ...properties(inner, `${at}/${name}`),
  ]);
}

describe("domain/assertKind", () => {
  it("takes the built-in kinds after a way through JSON", () => {
    for (const kind of builtinKinds) expect(assertKind(JSON.parse(JSON.stringify(kind))), kind.id).to.deep.equal(kind);
    expect([builtinKind("penalty")?.id, builtinKind("lottery")]).to.deep.equal(["penalty", undefined]);
    expect(new Set(builtinKinds.map(({ classCode, kindCode }) => classCode + kindCode))).to.have.property(
      "size",
      builtinKinds.length,
    );
  });

  it("refuses a kind in which any one property is missing, or of another type, or more is there", () => {
    for (const kind of [outpatient, penalty]) {
      for (const pointer of properties(kind)) {
        expect(kindProblems(changed(kind, pointer, undefined)), `without ${pointer}`).not.to.deep.equal([]);
        expect(kindProblems(changed(kind, pointer, Symbol.iterator)), `other ${pointer}`).not.to.deep.equal([]);
      }
    }
    expect(problemsOf("/more", 1)).to.deep.equal(["unknown_field /more"]);
    expect(problemsOf("/mainExt/0/more", 1)).to.deep.equal(["unknown_field /mainExt/0/more"]);
  });

  it("never throws but kind_invalid, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        expect(codeThrownBy(() => assertKind(value))).to.equal("kind_invalid");
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...properties(penalty)), fc.jsonValue(), (pointer, value) => {
        try {
          assertKind(changed(penalty, pointer, value));
        } catch (error) {
          expect(error).to.be.instanceOf(AppError).with.property("code", "kind_invalid");
        }
      }),
    );
  });

  it("tells all problems at once, by pointer", () => {
    const bad = changed(changed(changed(outpatient, "/id", "Bad id"), "/classCode", "6"), "/face/maxRows", 0);
    expect(told(kindProblems(bad))).to.deep.equal([
      "field_malformed /id",
      "field_malformed /classCode",
      "field_malformed /face/maxRows",
    ]);
    try {
      assertKind(bad);
      expect.fail("taken");
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.details.problems).to.deep.equal(kindProblems(bad));
    }
  });

  it("wants bounds in order and names once", () => {
    expect(problemsOf("/face/minRows", 12)).to.deep.equal([]);
    expect(problemsOf("/face/minRows", 13)).to.deep.equal(["bounds_out_of_order /face/maxRows"]);
    expect(problemsOf("/amounts/minTotalFen", 99_999_999_999_999)).to.deep.equal([]);
    expect(problemsOf("/amounts/maxTotalFen", 0)).to.deep.equal([]);
    expect(problemsOf("/auxItems/minCount", 2001)).to.deep.equal(["field_malformed /auxItems/minCount"]);
    expect(problemsOf("/items/maxCount", 501)).to.deep.equal(["field_malformed /items/maxCount"]);
    expect(problemsOf("/mainExt/0/name", "businessDate")).to.deep.equal(["name_repeated /mainExt/1/name"]);
    expect(problemsOf("/mainExt/0/name", "relatedInvoiceCode")).to.deep.equal(["field_reserved /mainExt/0/name"]);
    expect(problemsOf("/rules/1/rule", "A1")).to.deep.equal(["name_repeated /rules/1/rule"]);
  });

  it("holds the rules that no kind may do without", () => {
    for (const rule of ["A1", "A11", "A14"]) {
      const index = outpatient.rules.findIndex((one) => one.rule === rule);
      expect(problemsOf(`/rules/${index}/onBreach`, "warn"), rule).to.deep.equal(["rule_must_hold /rules"]);
      const without = { ...outpatient, rules: outpatient.rules.filter((one) => one.rule !== rule) };
      expect(told(kindProblems(without)), rule).to.deep.equal(["rule_must_hold /rules"]);
    }
    expect(problemsOf("/rules/1/onBreach", "off")).to.deep.equal([]);
  });

  it("wants the fields that rules, date orders and the surcharge read", () => {
    const a8 = { ...outpatient, rules: [...outpatient.rules, { rule: "A8", onBreach: "warn" }] };
    expect(told(kindProblems(a8))).to.deep.equal(Array(3).fill("field_missing /rules/10/rule"));
    expect(problemsOf("/dateOrders", [{ earlier: "medicalDate", later: "age" }])).to.deep.equal([
      "field_missing /dateOrders/0/later",
    ]);
    expect(problemsOf("/surcharge/fineField", "plateNo", penalty)).to.deep.equal([
      "field_missing /surcharge/fineField",
    ]);
    expect(problemsOf("/surcharge/dailyRate", "1.03", penalty)).to.deep.equal(["field_malformed /surcharge/dailyRate"]);
    expect(problemsOf("/dateOrders", [], penalty)).to.deep.equal(["date_order_missing /dateOrders"]);
    const paid = penalty.mainExt.findIndex(({ name }) => name === "paidDate");
    expect(problemsOf(`/mainExt/${paid}/isRequired`, false, penalty)).to.deep.equal([
      "field_missing /surcharge/paidDateField",
    ]);
  });

  it("takes lists that may be empty, and the bounds of sizes", () => {
    for (const pointer of [
      "/mainExt",
      "/dateOrders",
      "/requiredFields",
      "/payChannels/codes",
      "/items/requiredFields",
    ]) {
      const nontax = changed(kindOf("nontax"), pointer, []);
      expect(kindProblems(nontax), pointer).to.deep.equal([]);
    }
    for (const share of [1, 100]) expect(problemsOf("/face/columns/0/share", share)).to.deep.equal([]);
    for (const share of [0, 101]) {
      expect(problemsOf("/face/columns/0/share", share)).to.deep.equal(["field_malformed /face/columns/0/share"]);
    }
    for (const rate of ["0.3", "0.0003"]) expect(problemsOf("/surcharge/dailyRate", rate, penalty)).to.deep.equal([]);
    for (const rate of ["0.", "0.00003", ".3", "3"]) {
      expect(problemsOf("/surcharge/dailyRate", rate, penalty)).to.deep.equal(["field_malformed /surcharge/dailyRate"]);
    }
  });

  it("wants choices with a choice alone, and a length with a text", () => {
    expect(problemsOf("/mainExt/2/choices", [])).to.deep.equal(["choices_misplaced /mainExt/2/choices"]);
    expect(problemsOf("/mainExt/0/choices", [{ value: "a", zh: "a", en: "a" }])).to.deep.equal([
      "choices_misplaced /mainExt/0/choices",
    ]);
    expect(problemsOf("/mainExt/0/maxLength", 0)).to.deep.equal(["length_missing /mainExt/0/maxLength"]);
    expect(problemsOf("/mainExt/0/maxLength", 501)).to.deep.equal(["field_malformed /mainExt/0/maxLength"]);
    const suspended = penalty.mainExt.findIndex(({ name }) => name === "suspendedDays");
    expect(problemsOf(`/mainExt/${suspended}/maxLength`, 15, penalty)).to.deep.equal([]);
    expect(problemsOf(`/mainExt/${suspended}/maxLength`, 16, penalty)).to.deep.equal([
      `length_too_great /mainExt/${suspended}/maxLength`,
    ]);
  });

  it("lets a kind be added as data alone", () => {
    const json = JSON.stringify({
      ...kindOf("nontax"),
      id: "societyDues",
      eInvoiceName: { zh: "社会团体会费统一票据（电子）", en: "Society dues receipt (electronic)" },
      classCode: "07",
      isConfirmed: false,
      mainExt: [
        ...kindOf("nontax").mainExt,
        {
          ...kindOf("nontax").mainExt[2],
          name: "duesYear",
          zh: "会费年度",
          en: "Year",
          maxLength: 4,
          isRequired: true,
        },
      ],
    });
    const kind = assertKind(JSON.parse(json));
    const unit = { ...UNIT, kinds: ["societyDues"] };
    const { payCode: _payCode, ...ext } = sampleInput("nontax", 0).mainExt;
    const input = { ...sampleInput("nontax", 0), kind: "societyDues", mainExt: ext };
    expect(refusal(input, { kind, unit })).to.deep.equal(["field_required /mainExt/duesYear"]);
    const { draft } = acceptance({ ...input, mainExt: { ...ext, duesYear: "2025" } }, { kind, unit });
    expect(draft).to.deep.include({
      eInvoiceName: "广东省社会团体会费统一票据（电子）",
      eInvoiceSpecimenCode: "4407012501",
    });
    expect(draft.mainExt).to.include({ duesYear: "2025", payCode: "" });
  });
});
