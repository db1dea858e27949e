import { expect } from "chai";
import { checkExt, futureDates } from "../../service/domain/checkExt.ts";
import type { ExtField, Kind } from "../../service/domain/kind.ts";
import { kindOf, told } from "./fixtures.ts";

const BASE = kindOf("nontax");

function kindWith(field: Partial<ExtField>): Kind {
  const plain: ExtField = {
    name: "x",
    zh: "某项",
    en: "Something",
    type: "text",
    maxLength: 3,
    charset: "any",
    choices: [],
    isRequired: false,
    isOnFace: true,
    isPersonal: false,
  };
  return { ...BASE, mainExt: [{ ...plain, ...field }] };
}

function check(field: Partial<ExtField>, value?: string | number) {
  const { mainExt, problems } = checkExt(kindWith(field), value === undefined ? {} : { x: value });
  return problems.length === 0 ? mainExt.x : told(problems);
}

describe("domain/checkExt", () => {
  it("gives every field of the kind and the related ones, in order, whatever was sent", () => {
    for (const id of ["outpatient", "inpatient", "penalty", "nontax"]) {
      const kind = kindOf(id);
      const names = [...kind.mainExt.map(({ name }) => name), "relatedInvoiceCode", "relatedInvoiceNumber"];
      const { mainExt } = checkExt(kind, {});
      expect(Object.keys(mainExt)).to.deep.equal(names);
      for (const { name, type } of kind.mainExt) expect(mainExt[name]).to.equal(type === "money" ? 0 : "");
    }
  });

  it("takes texts of the right length and characters", () => {
    expect(check({}, "一二三")).to.equal("一二三");
    expect(check({}, "一二三四")).to.deep.equal(["field_too_long /mainExt/x"]);
    expect(check({}, "a\u0000")).to.deep.equal(["field_bad_characters /mainExt/x"]);
    expect(check({}, 12)).to.deep.equal(["field_malformed /mainExt/x"]);
    expect(check({ charset: "digits" }, "012")).to.equal("012");
    expect(check({ charset: "digits" }, "01a")).to.deep.equal(["field_malformed /mainExt/x"]);
    expect(check({ charset: "digits" }, "１２")).to.deep.equal(["field_malformed /mainExt/x"]);
    expect(check({ charset: "alphanumeric" }, "01a")).to.equal("01a");
    expect(check({ charset: "alphanumeric" }, "0-1")).to.deep.equal(["field_malformed /mainExt/x"]);
  });

  it("wants what is required, of every type", () => {
    for (const type of ["text", "date", "dateTime", "money", "choice", "integer"] as const) {
      expect(check({ type, isRequired: true }), type).to.deep.equal(["field_required /mainExt/x"]);
      expect(check({ type, isRequired: true }, ""), type).to.deep.equal(["field_required /mainExt/x"]);
    }
    expect(check({ isRequired: true }, "\u3000")).to.deep.equal(["field_required /mainExt/x"]);
    expect(check({ type: "money", isRequired: true }, 0)).to.equal(0);
  });

  it("brings dates and times to one form, and refuses those that are none", () => {
    expect(check({ type: "date" }, "2025-03-06")).to.equal("20250306");
    expect(check({ type: "date" }, "20250229")).to.deep.equal(["field_malformed /mainExt/x"]);
    expect(check({ type: "date" }, 20_250_306)).to.deep.equal(["field_malformed /mainExt/x"]);
    expect(check({ type: "dateTime" }, "2025-03-06 10:21:33")).to.equal("20250306102133");
    expect(check({ type: "dateTime" }, "2025-03-06T10:21:33")).to.deep.equal(["field_malformed /mainExt/x"]);
  });

  it("takes money as fen, not as text, and not below 0", () => {
    expect(check({ type: "money" }, 1)).to.equal(1);
    expect(Object.is(check({ type: "money" }, -0), 0)).to.equal(true);
    expect(check({ type: "money" }, -1)).to.deep.equal(["amount_negative /mainExt/x"]);
    expect(check({ type: "money" }, "1.00")).to.deep.equal(["field_malformed /mainExt/x"]);
  });

  it("keeps whole numbers as digits, so that a number in the data is always money", () => {
    expect(check({ type: "integer" }, 999)).to.equal("999");
    expect(check({ type: "integer" }, "0")).to.equal("0");
    for (const bad of [1000, -1, 1.5, NaN, "007", "1.0", "x"])
      expect(check({ type: "integer" }, bad)).to.deep.equal(["field_malformed /mainExt/x"]);
  });

  it("takes a choice by its value alone", () => {
    const choices = [{ value: "男", zh: "男", en: "male" }];
    expect(check({ type: "choice", choices }, "男")).to.equal("男");
    expect(check({ type: "choice", choices }, "male")).to.deep.equal(["field_not_a_choice /mainExt/x"]);
  });

  it("refuses fields that the kind has not, and those that only a reversal sets", () => {
    const found = (mainExt: Record<string, string | number>) => told(checkExt(BASE, mainExt).problems);
    expect(found({ plateNo: "x" })).to.deep.equal(["unknown_field /mainExt/plateNo"]);
    expect(found({ "a/b": "" })).to.deep.equal(["unknown_field /mainExt/a~1b"]);
    expect(found({ toString: "" })).to.deep.equal(["unknown_field /mainExt/toString"]);
    expect(found(JSON.parse('{"__proto__":"x"}') as Record<string, string>)).to.deep.equal([
      "unknown_field /mainExt/__proto__",
    ]);
    expect(found({ relatedInvoiceCode: "44060125" })).to.deep.equal(["field_reserved /mainExt/relatedInvoiceCode"]);
    expect(found({ relatedInvoiceCode: "", relatedInvoiceNumber: "" })).to.deep.equal([]);
  });

  it("wants dates in order, the same day allowed", () => {
    const kind = kindOf("inpatient");
    const stay = (inHospitalDate: string, outHospitalDate: string) =>
      told(checkExt(kind, { hospitalizationNumber: "Z1", inHospitalDate, outHospitalDate }).problems);
    expect(stay("20250305", "20250306")).to.deep.equal([]);
    expect(stay("2025-03-06", "20250306")).to.deep.equal([]);
    expect(stay("20250307", "20250306")).to.deep.equal(["dates_out_of_order /mainExt/outHospitalDate"]);
  });

  it("says what form each type has", () => {
    const said = (type: ExtField["type"]) => {
      const field = { type, choices: [{ value: "甲", zh: "甲", en: "A" }] };
      return checkExt(kindWith(field), { x: type === "text" ? 1 : "x" })
        .problems.map(({ zh }) => zh)
        .join();
    };
    expect(said("money")).to.include("分为单位");
    expect(said("date")).to.match(/20250306$/);
    expect(said("dateTime")).to.include("20250306102133");
    expect(said("integer")).to.include("不超过 3 位");
    expect(said("choice")).to.include("甲");
    expect(said("text")).to.include("文本");
  });

  it("finds days to come", () => {
    const kind = kindWith({ type: "dateTime" });
    const names = (x: string) => futureDates(kind, { x }, "20250306").map(({ name }) => name);
    expect([names("20250306235959"), names("20250307000000"), names("")]).to.deep.equal([[], ["x"], []]);
  });
});
