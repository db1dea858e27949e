import { expect } from "chai";
import {
  interlockOf,
  LIFE_ACTIONS,
  LIFE_STATES,
  lifeStateOf,
  type LifeAction,
  type LifeFacts,
  type LifeState,
} from "../../service/domain/interlocks.ts";

const NOTHING: LifeFacts = { isVoid: false, isRed: false, isReversed: false, isOnPaper: false, usedFen: 0 };

/** docs/domain.md 3.6, row by row: "" is allowed. The order is reverse, exchange, returnPaper, replacePaper, enter, cancelEntry. */
const TABLE: Readonly<Record<LifeState, readonly string[]>> = {
  normal: ["", "", "not_on_paper", "not_on_paper", "", "not_entered"],
  on_paper: ["receipt_on_paper", "receipt_on_paper", "", "", "receipt_on_paper", "not_entered"],
  entered: ["receipt_in_use", "receipt_in_use", "not_on_paper", "not_on_paper", "", ""],
  reversed: ["already_reversed", "already_reversed", "already_reversed", "already_reversed", "already_reversed", ""],
  changed_elsewhere: [
    "changed_elsewhere",
    "changed_elsewhere",
    "not_on_paper",
    "not_on_paper",
    "changed_elsewhere",
    "",
  ],
  red: new Array<string>(6).fill("receipt_is_red"),
  void: new Array<string>(6).fill("receipt_void"),
};

describe("interlocks", () => {
  for (const state of LIFE_STATES) {
    LIFE_ACTIONS.forEach((action: LifeAction, index) => {
      const expected = TABLE[state][index] ?? "missing";
      it(`${state} · ${action}: ${expected === "" ? "allowed" : expected}`, () => {
        expect(interlockOf(state, action) ?? "").to.equal(expected);
      });
    });
  }

  it("knows the state by the gravest of its facts", () => {
    expect(lifeStateOf(NOTHING)).to.equal("normal");
    expect(lifeStateOf({ ...NOTHING, usedFen: 1 })).to.equal("entered");
    expect(lifeStateOf({ ...NOTHING, isOnPaper: true })).to.equal("on_paper");
    expect(lifeStateOf({ ...NOTHING, isReversed: true, usedFen: 1 })).to.equal("reversed");
    const elsewhere = { ...NOTHING, isChangedElsewhere: true };
    expect(lifeStateOf({ ...elsewhere, usedFen: 1 })).to.equal("changed_elsewhere");
    expect(lifeStateOf({ ...elsewhere, isOnPaper: true })).to.equal("on_paper");
    expect(lifeStateOf({ ...elsewhere, isReversed: true })).to.equal("reversed");
    expect(lifeStateOf({ ...NOTHING, isRed: true, isReversed: true })).to.equal("red");
    expect(lifeStateOf({ ...NOTHING, isVoid: true, isRed: true })).to.equal("void");
  });
});
