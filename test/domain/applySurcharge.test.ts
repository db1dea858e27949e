import { expect } from "chai";
import { sampleInput } from "../../service/domain/samples.ts";
import { acceptance, changed, kindOf, refusal } from "./fixtures.ts";

/** A fine of 200.00, paid 10 days late: 60.00 more. */
const LATE = sampleInput("penalty", 0);
const DUE_IN_TIME = changed(changed(LATE, "/mainExt/receivedDate", "20250219"), "/payChannels", []);
const ROW = {
  itemCode: "JCFK",
  itemName: "加处罚款",
  itemQuantity: "1",
  itemUnit: "项",
  itemStd: "60.00",
  itemAmount: 6000,
  itemRemark: "",
};

describe("domain/applySurcharge", () => {
  it("adds the surcharge as its own row, and fills in fine and surcharge", () => {
    const { draft, warnings } = acceptance(LATE);
    expect(warnings).to.deep.equal([]);
    expect(draft.totalAmount).to.equal(26_000);
    expect(draft.items).to.have.length(2);
    expect(draft.items[1]).to.deep.equal({ ...ROW, itemRemark: "逾期10天" });
    expect(draft.mainExt).to.include({ principal: 20_000, overdueFine: 6000 });
  });

  it("adds nothing on the last free day, and 3 % on the day after", () => {
    expect(acceptance(DUE_IN_TIME).draft).to.deep.include({ totalAmount: 20_000 });
    expect(acceptance(DUE_IN_TIME).draft.mainExt).to.include({ principal: 20_000, overdueFine: 0 });
    const dayLater = acceptance(changed(DUE_IN_TIME, "/mainExt/receivedDate", "20250218")).draft;
    expect(dayLater.totalAmount).to.equal(20_600);
    expect(
      acceptance(changed(DUE_IN_TIME, "/mainExt/receivedDate", "20250218"), { holidays: ["20250305"] }).draft
        .totalAmount,
    ).to.equal(20_000);
  });

  it("caps it at the fine, and says so on the row", () => {
    const capped = changed(changed(LATE, "/mainExt/receivedDate", "20250101"), "/payChannels", []);
    const aged = changed(changed(capped, "/mainExt/penaltyDate", "20250101000000"), "/mainExt/violationTime", "");
    const { draft } = acceptance(aged);
    expect([draft.totalAmount, draft.items[1]?.itemRemark]).to.deep.equal([40_000, "逾期49天，以罚款数额为限"]);
  });

  it("leaves out suspended days, given as number or digits", () => {
    for (const days of [9, "9"]) {
      expect(
        acceptance(changed(changed(LATE, "/mainExt/suspendedDays", days), "/payChannels", [])).draft.totalAmount,
      ).to.equal(20_600);
    }
  });

  it("checks a row that the caller sent, to the fen, by code or by name", () => {
    const sent = (row: object) => ({ ...LATE, items: [...LATE.items, { ...ROW, ...row }] });
    expect(acceptance(sent({})).draft.items).to.have.length(2);
    expect(acceptance(sent({ itemCode: "OWN" })).draft.items).to.have.length(2);
    for (const itemAmount of [5999, 6001]) {
      expect(refusal(sent({ itemAmount }))).to.include("surcharge_mismatch /items/1/itemAmount");
    }
    const first = { ...LATE, items: [{ ...ROW, itemAmount: 5999, itemStd: "59.99" }, ...LATE.items] };
    expect(refusal(first)).to.include("surcharge_mismatch /items/0/itemAmount");
    const none = { ...DUE_IN_TIME, items: [...DUE_IN_TIME.items, ROW] };
    expect(refusal(none)).to.deep.equal(["surcharge_mismatch /items/1/itemAmount"]);
  });

  it("checks fine and surcharge that the caller sent", () => {
    acceptance(changed(changed(LATE, "/mainExt/principal", 20_000), "/mainExt/overdueFine", 6000));
    expect(refusal(changed(LATE, "/mainExt/overdueFine", 6001))).to.deep.equal([
      "surcharge_mismatch /mainExt/overdueFine",
    ]);
    expect(refusal(changed(LATE, "/mainExt/principal", 19_999))).to.deep.equal(["fine_mismatch /mainExt/principal"]);
  });

  it("refuses any part of the payment", () => {
    expect(refusal(changed(LATE, "/mainExt/principal", 20_001))).to.deep.equal([
      "partial_payment_refused /mainExt/principal",
    ]);
    acceptance({ ...LATE, totalAmount: 26_000 });
    expect(refusal({ ...LATE, totalAmount: 25_999 })).to.include("partial_payment_refused /totalAmount");
    expect(refusal({ ...LATE, totalAmount: 26_001 })).to.include("a1_items_total /totalAmount");
    expect(refusal(changed(LATE, "/payChannels/0/payChannelValue", 20_000))).to.deep.equal([
      "partial_payment_refused /payChannels",
    ]);
    expect(refusal(changed(LATE, "/payChannels/0/payChannelValue", 26_001))).to.deep.equal([
      "a5_channels_total /payChannels",
    ]);
  });

  it("adds nothing to what is no fine", () => {
    const kind = kindOf("penalty");
    if (kind.surcharge === null) return expect.fail("no surcharge");
    const exempt = { ...kind, surcharge: { ...kind.surcharge, exemptItemCodes: ["MSSD"] } };
    const seized = { ...ROW, itemCode: "MSSD", itemName: "没收违法所得", itemStd: "100.00", itemAmount: 10_000 };
    const { draft } = acceptance({ ...LATE, items: [...LATE.items, seized], payChannels: [] }, { kind: exempt });
    expect(draft.totalAmount).to.equal(36_000);
    expect(draft.items.map(({ itemCode }) => itemCode)).to.deep.equal(["103050101", "MSSD", "JCFK"]);
  });

  it("refuses a payment to come and dates out of order", () => {
    expect(refusal(changed(LATE, "/mainExt/paidDate", "20250307"))).to.deep.equal(["date_in_future /mainExt/paidDate"]);
    expect(refusal(changed(LATE, "/mainExt/paidDate", "20250208"))).to.deep.equal([
      "dates_out_of_order /mainExt/paidDate",
    ]);
    expect(refusal(changed(LATE, "/mainExt/penaltyDate", "20250210000000"))).to.deep.equal([
      "dates_out_of_order /mainExt/receivedDate",
    ]);
  });
});
