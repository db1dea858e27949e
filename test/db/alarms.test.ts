import { expect } from "chai";
import type { Store } from "../../service/app/storePorts.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";

describe("alarms", () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
  });
  after(() => database.stop());
  beforeEach(() => database.dataSource.query("delete from alarm"));

  it("are open once for a kind and subject, as they were first raised", async () => {
    await store.raiseAlarm("numbers_low", "code 1", "9 are left", 100);
    await store.raiseAlarm("numbers_low", "code 1", "8 are left", 200);
    await store.raiseAlarm("numbers_low", "code 2", "7 are left", 150);
    await store.raiseAlarm("no_numbers", "code 1", "none", 300);
    const open = await store.openAlarms();
    expect(open.map(({ kind, subject, details, raisedAtMs }) => [kind, subject, details, raisedAtMs])).to.deep.equal([
      ["numbers_low", "code 1", "9 are left", 100],
      ["numbers_low", "code 2", "7 are left", 150],
      ["no_numbers", "code 1", "none", 300],
    ]);
    expect(new Set(open.map(({ alarmId }) => alarmId)).size).to.equal(3);
  });

  it("are raised once by programs that raise them at the same moment", async () => {
    const other = createStore(await database.again(), () => undefined);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? store : other).raiseAlarm("k", "s", `details ${n}`, n)),
    );
    expect(await store.openAlarms()).to.have.length(1);
  });

  it("stay in the table once they are cleared, and can be raised again", async () => {
    await store.raiseAlarm("k", "s", "first", 100);
    await store.clearAlarm("k", "s", 200);
    await store.clearAlarm("k", "s", 300);
    expect(await store.openAlarms()).to.deep.equal([]);
    await store.raiseAlarm("k", "s", "second", 400);
    expect((await store.openAlarms()).map(({ details }) => details)).to.deep.equal(["second"]);
    const rows = await database.dataSource.query("select details, cleared_at_ms from alarm order by raised_at_ms");
    expect(rows).to.deep.equal([
      { details: "first", cleared_at_ms: "200" },
      { details: "second", cleared_at_ms: null },
    ]);
  });

  it("can be cleared where there are none", async () => {
    await store.clearAlarm("k", "s", 1);
    expect(await store.openAlarms()).to.deep.equal([]);
  });
});
