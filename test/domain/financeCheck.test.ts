import { expect } from "chai";
import type { LeafStatus } from "../../service/core/ledgerCall.ts";
import { decideCheck, financeCheckOf, maskCode, maskName, NO_MATCH } from "../../service/domain/financeCheck.ts";
import type { ReceiptData } from "../../service/domain/receipt.ts";
import { newReceipt } from "../support/fixtures.ts";

const data: ReceiptData = {
  ...newReceipt("finance").draft,
  eInvoiceCode: "44060126",
  eInvoiceNumber: "0000000007",
  randomNumber: "3f7484",
  issueDate: "20260306",
  issueTime: "10:21:33",
};
const untouched: LeafStatus = {
  ...{ reversed: false, onPaper: false, reversedByCode: 0, reversedByNumber: 0 },
  ...{ capFen: 0, usedFen: 0, lockedFen: 0 },
};
const decide = (status: Partial<LeafStatus> | undefined, more: { isVoid?: boolean; isAnchored?: boolean } = {}) =>
  decideCheck({
    ...{ data, isVoid: false, isAnchored: true, ...more },
    status: status === undefined ? undefined : { ...untouched, ...status },
  });

describe("decideCheck", () => {
  it("calls a receipt that nothing happened to valid", () => {
    const { state, financeCheck, leftFen } = decide({});
    expect(state).to.equal("valid");
    expect(leftFen).to.equal(undefined);
    expect(financeCheck).to.deep.equal({
      ...NO_MATCH,
      ...{ Result: true, IsExchangePaper: false, IsReversal: false, IsAccounted: false },
    });
  });

  it("names the red-letter receipt, with all its zeros", () => {
    const { state, financeCheck } = decide({ reversed: true, reversedByCode: 10126, reversedByNumber: 42 });
    expect(state).to.equal("reversed");
    expect(financeCheck).to.include({ ReversalInvoiceCode: "00010126", ReversalInvoiceNumber: "0000000042" });
  });

  it("puts what bars first: reversed before paper before entered before locked", () => {
    const used = { capFen: 100, usedFen: 40, lockedFen: 10 };
    const reversed = { reversed: true, reversedByCode: 1, reversedByNumber: 1 };
    expect(decide({ ...used, ...reversed, onPaper: true }).state).to.equal("reversed");
    expect(decide({ ...used, onPaper: true }).state).to.equal("exchanged");
    expect(decide(used).state).to.equal("entered");
    expect(decide({ ...used, usedFen: 0 }).state).to.equal("locked");
  });

  it("gives the amount entered in yuan, and what is left in fen, also nothing", () => {
    const part = decide({ capFen: 23_621, usedFen: 1_005, lockedFen: 100 });
    expect(part.financeCheck).to.include({ IsAccounted: true, AccAmount: "10.05" });
    expect(part.leftFen).to.equal(22_516);
    expect(decide({ capFen: 100, usedFen: 100 }).leftFen).to.equal(0);
    const locked = decide({ capFen: 100, lockedFen: 60 });
    expect(locked.financeCheck).to.include({ IsAccounted: false, AccAmount: "" });
    expect(locked.leftFen).to.equal(40);
  });

  it("dates what is entered, and nothing else", () => {
    const dateOf = (status: Partial<LeafStatus> | undefined): string =>
      decideCheck({
        ...{ data, isVoid: false, isAnchored: true, entryDate: "20260307" },
        status: status === undefined ? undefined : { ...untouched, ...status },
      }).financeCheck.AccDate;
    expect(dateOf({ capFen: 100, usedFen: 1 })).to.equal("20260307");
    expect(dateOf({ capFen: 100, usedFen: 0, lockedFen: 1 })).to.equal("");
    expect(dateOf(undefined)).to.equal("");
    expect(decide({ capFen: 100, usedFen: 1 }).financeCheck).to.include({ IsAccounted: true, AccDate: "" });
  });

  it("never says false for what it could not read", () => {
    const { state, financeCheck } = decide(undefined);
    expect(state).to.equal("status_unknown");
    expect(financeCheck).to.include({ Result: true, IsExchangePaper: null, IsReversal: null, IsAccounted: null });
  });

  it("needs no chain for what is not on it", () => {
    expect(decide(undefined, { isAnchored: false }).state).to.equal("not_anchored");
    expect(decide(undefined, { isAnchored: false }).financeCheck).to.include({ Result: true, IsReversal: false });
    expect(decide(undefined, { isVoid: true }).state).to.equal("void");
    expect(decide({}, { isVoid: true }).financeCheck).to.deep.equal(NO_MATCH);
  });

  it("names the receipt that a red-letter one reverses", () => {
    const red = {
      ...data,
      totalAmount: -100,
      mainExt: { relatedInvoiceCode: "44060125", relatedInvoiceNumber: "0000000001" },
    };
    const found = decideCheck({ data: red, isVoid: false, isAnchored: true, status: untouched });
    expect(found.financeCheck).to.include({ RelatedInvoiceCode: "44060125", RelatedInvoiceNumber: "0000000001" });
    expect(found.face).to.include({ isRedLetter: true, totalAmountCapitals: "负壹元整" });
  });

  it("shows nothing of items, remark, staff or accounts", () => {
    expect(Object.keys(decide({}).face)).to.have.length(12);
    expect(financeCheckOf({ relatedInvoiceCode: 7 }, untouched).RelatedInvoiceCode).to.equal("");
  });
});

describe("masking", () => {
  it("keeps a person's first character, and not the length of a long name", () => {
    const names = ["张三", "张小三", "欧阳小明", "李", "", " 王五 ", "𠮷野家", "Alice Smith"];
    const masked = ["张*", "张**", "欧**", "李*", "", "王*", "𠮷**", "A**"];
    expect(names.map((name) => maskName(name, "1"))).to.deep.equal(masked);
  });

  it("leaves a unit's name", () => {
    expect(maskName("示例公司", "2")).to.equal("示例公司");
  });

  it("keeps two characters at each end of a long code, nothing of a short one", () => {
    const codes = ["440301199001011234", "12345678", "1234567", "1", ""];
    expect(codes.map(maskCode)).to.deep.equal(["44****34", "12****78", "****", "****", ""]);
  });
});
