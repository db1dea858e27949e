import { expect } from "chai";
import { findReceipt } from "../../service/app/findReceipt.ts";
import type { Deps } from "../../service/app/deps.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";

describe("findReceipt", () => {
  let database: TestDatabase;
  let deps: Deps;
  before(async () => {
    database = await startTestDatabase();
    const store = createStore(database.dataSource, () => undefined);
    deps = { store } as unknown as Deps;
    for (const unitId of [1, 2]) {
      await store.saveUnit(testUnit(unitId));
      await store.saveBook(testBook({ bookId: unitId, unitId, first: unitId * 100 }));
      await store.issue(newReceipt("SAME", { unitId }));
    }
  });
  after(() => database.stop());

  it("finds a unit's own receipt by code and number, and by busNo", async () => {
    expect((await findReceipt(deps, testUnit(1), { code: CODE, number: 100 }))?.unitId).to.equal(1);
    expect((await findReceipt(deps, testUnit(1), { busNo: "SAME" }))?.number).to.equal(100);
    expect((await findReceipt(deps, testUnit(2), { busNo: "SAME" }))?.number).to.equal(200);
  });

  it("shows another unit's receipt no more than one that does not exist", async () => {
    expect(await findReceipt(deps, testUnit(2), { code: CODE, number: 100 })).to.equal(undefined);
    expect(await findReceipt(deps, testUnit(1), { code: CODE, number: 200 })).to.equal(undefined);
    expect(await findReceipt(deps, testUnit(1), { code: CODE, number: 101 })).to.equal(undefined);
    expect(await findReceipt(deps, testUnit(1), { code: CODE + 1, number: 100 })).to.equal(undefined);
    expect(await findReceipt(deps, testUnit(1), { busNo: "OTHER" })).to.equal(undefined);
  });
});
