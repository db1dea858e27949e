import { createHash } from "node:crypto";
import { expect } from "chai";
import type { Kind, RegionCode } from "../../service/domain/kind.ts";
import { kindCodeOf } from "../../service/domain/kindCodes.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { issueCodeOf, numberReceipt, numberingOf, redDraftOf } from "../../service/domain/receiptAssembly.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { NOON, UNIT, acceptance, kindOf, receiptOf } from "./fixtures.ts";

const CODE: RegionCode = { region: "44", classCode: "01", kindCode: "01", isConfirmed: true, fromMs: NOON };

function withCodes(...codes: readonly Partial<RegionCode>[]): Kind {
  return { ...kindOf("penalty"), regionCodes: codes.map((code) => ({ ...CODE, ...code })) };
}

const codeAt = (kind: Kind, atMs: number, region = "44"): string => {
  const { classCode, kindCode } = kindCodeOf(kind, region, atMs);
  return classCode + kindCode;
};

describe("domain/kindCodes", () => {
  it("takes the region's code from its time on, and the kind's own before and elsewhere", () => {
    const kind = withCodes({});
    expect([codeAt(kind, NOON - 1), codeAt(kind, NOON), codeAt(kind, NOON, "45")]).to.deep.equal([
      "0201",
      "0101",
      "0201",
    ]);
    expect(kindCodeOf(kind, "44", NOON).isConfirmed).to.equal(true);
    expect(kindCodeOf(kind, "45", NOON).isConfirmed).to.equal(false);
    expect(issueCodeOf(kind, UNIT, NOON)).to.equal("44010125");
  });

  it("takes what began last; of two that begin together the later entry", () => {
    const kind = withCodes({ fromMs: NOON + 10, kindCode: "03" }, { kindCode: "02" }, { kindCode: "04" });
    expect(codeAt(kind, NOON)).to.equal("0104");
    expect(codeAt(kind, NOON + 9)).to.equal("0104");
    expect(codeAt(kind, NOON + 10)).to.equal("0103");
  });

  it("lets a receipt be issued, and one of the former code be reversed, under the new code", () => {
    const kind = withCodes({});
    const { draft } = acceptance(sampleInput("penalty", 1), { kind });
    expect(draft.eInvoiceSpecimenCode).to.equal("4401012501");
    const blue = receiptOf("penalty", 1);
    expect(blue.eInvoiceCode).to.equal("44020125");
    const red = numberReceipt(redDraftOf(blue, "撤销处罚"), numberingOf("44010125", 9, "3f7484", NOON));
    expect(red).to.include({ eInvoiceCode: "44010125", eInvoiceSpecimenCode: "4401012501" });
    const elsewhere = numberingOf("45010125", 9, "3f7484", NOON);
    expect(() => numberReceipt(redDraftOf(blue, "撤销处罚"), elsewhere)).to.throw("region");
  });

  it("knows which codes no source confirms", () => {
    const unconfirmed = builtinKinds.filter(({ isConfirmed }) => !isConfirmed).map(({ id }) => id);
    expect(unconfirmed).to.have.members([
      ...["penalty", "tuition", "societyDues", "currentSettlement", "registration", "checkup"],
    ]);
  });

  // Stored versions are never written again: a built-in kind that changes needs the next specimenVersion, and a row here.
  it("has built-in kinds that change with their version alone", () => {
    const digests = builtinKinds.map((kind) => {
      const digest = createHash("sha256").update(JSON.stringify(kind)).digest("hex").slice(0, 16);
      return `${kind.id} ${kind.specimenVersion} ${digest}`;
    });
    expect(digests).to.deep.equal(DIGESTS);
  });
});

const DIGESTS: readonly string[] = [
  "outpatient 01 a7eef34385495dfb",
  "inpatient 01 060fa2c236184c3e",
  "registration 01 b0f36155e4b53ebe",
  "checkup 01 39bef3c03ecf1164",
  "penalty 01 5d444f28e97d3458",
  "nontax 01 42f2aea47119928f",
  "tuition 01 65ac483373e1d116",
  "donation 01 d7c1260484abb29f",
  "societyDues 01 9fb802aa19a6c47e",
  "currentSettlement 01 bf0ae20c36bd2d81",
];
