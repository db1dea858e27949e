import { expect } from "chai";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { decideIssue } from "../../service/domain/decideIssue.ts";
import { numberingOf, numberReceipt } from "../../service/domain/receiptAssembly.ts";
import { decideReversal, isReversalReason, MAX_REASON, type ReversalRequest } from "../../service/domain/reversal.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { testUnit } from "../support/fixtures.ts";

const AT = Date.parse("2026-11-22T02:00:00Z");
const REQUEST: ReversalRequest = { reasonCode: "refund", reason: "", documentNo: "" };

function sample(kindId: string) {
  const kind = builtinKinds.find(({ id }) => id === kindId)!;
  const unit = { ...testUnit(), kinds: [kindId] };
  const input = sampleInput(kindId, 0, "20261122");
  const decision = decideIssue({ kind, unit, input, issuedAtMs: AT });
  if (decision.kind === "refused") throw new Error(JSON.stringify(decision.problems));
  const code = `44${kind.classCode}${kind.kindCode}26`;
  const data = numberReceipt(decision.draft, numberingOf(code, 7, "aB3dE6", AT));
  return { blue: { data, input }, terms: { kind, unit } };
}

describe("decideReversal", () => {
  it("negates every amount of the stored request, so that it is never taken for a request to issue", () => {
    const { blue, terms } = sample("outpatient");
    const decision = decideReversal(blue, REQUEST, terms);
    if (decision.kind === "refused") throw new Error("refused");
    expect(decision.busNo).to.equal(`R${blue.data.eInvoiceCode}0000000007`);
    expect(decision.input.items.map(({ itemAmount }) => itemAmount)).to.deep.equal(
      blue.input.items.map(({ itemAmount }) => (itemAmount === 0 ? 0 : -itemAmount)),
    );
    expect(decision.draft.totalAmount).to.equal(-blue.data.totalAmount);
    expect(decision.draft.remark).to.contain("原因：退费");
  });

  it("takes the longest reason, and refuses one character more by its field", () => {
    const { blue, terms } = sample("outpatient");
    const of = (length: number) => decideReversal(blue, { ...REQUEST, reason: "因".repeat(length) }, terms);
    expect(of(MAX_REASON).kind).to.equal("accepted");
    const refused = of(MAX_REASON + 1);
    expect(refused.kind === "refused" && refused.problems).to.deep.include.members([
      { code: "field_too_long", pointer: "/reason", zh: "最多 80 个字符", en: "at most 80 characters" },
    ]);
  });

  it("asks for the document of a penalty's reversal unless the unit's bureau has lifted the rule", () => {
    const { blue, terms } = sample("penalty");
    const pointers = (request: ReversalRequest, unit = terms.unit): unknown => {
      const decision = decideReversal(blue, request, { ...terms, unit });
      return decision.kind === "refused" ? decision.problems.map(({ pointer }) => pointer) : [];
    };
    expect(pointers(REQUEST)).to.deep.equal(["/documentNo"]);
    expect(pointers({ ...REQUEST, documentNo: "撤字1号" })).to.deep.equal([]);
    expect(pointers(REQUEST, { ...terms.unit, ruleOverrides: { R1: "warn" } })).to.deep.equal([]);
  });

  it("knows its reasons and no others", () => {
    expect(isReversalReason("refund")).to.equal(true);
    expect(isReversalReason("toString")).to.equal(false);
  });
});
