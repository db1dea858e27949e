import { expect } from "chai";
import type { DataSource, EntityManager } from "typeorm";
import { inTransaction, query, rowsOf } from "../../service/db/retry.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";

const HOT = 12;

describe("statements", () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  before(async () => {
    database = await startTestDatabase();
    dataSource = database.dataSource;
    await dataSource.query("create table probe (a integer)");
    await dataSource.query("insert into probe values (1), (2)");
  });
  after(() => database.stop());

  const preparedIn = async (manager: EntityManager, text: string): Promise<number> =>
    (await manager.query<unknown[]>("select 1 from pg_prepared_statements where statement = $1", [text])).length;

  it("are prepared once they have come often, and not before, and give the same rows", async () => {
    const text = "select a + $1::int as sum from probe order by a";
    await inTransaction(dataSource, async (manager) => {
      const counts: number[] = [];
      for (let time = 1; time <= HOT; time++) {
        expect(await rowsOf(manager, text, [time])).to.deep.equal([{ sum: 1 + time }, { sum: 2 + time }]);
        counts.push(await preparedIn(manager, text));
      }
      expect(counts).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    });
  });

  it("give the rows of an update that returns them, and none of one that does not", async () => {
    expect(await query(dataSource, "update probe set a = a where a = $1 returning a", [2])).to.deep.equal([{ a: 2 }]);
    expect(await query(dataSource, "update probe set a = a where a = $1", [2])).to.deep.equal([]);
  });

  it("outlive a migration that changes what they give, alone and in a transaction", async () => {
    const text = "select * from probe where a = $1";
    const inOne = (): Promise<unknown[]> => inTransaction(dataSource, (manager) => rowsOf(manager, text, [1]));
    for (let time = 0; time < HOT; time++) await query(dataSource, text, [1]);
    await dataSource.query("alter table probe add column b integer default 7");
    expect(await query(dataSource, text, [1])).to.deep.equal([{ a: 1, b: 7 }]);
    for (let time = 0; time < HOT; time++) await query(dataSource, text, [1]);
    await dataSource.query("alter table probe add column c integer default 8");
    expect(await inOne()).to.deep.equal([{ a: 1, b: 7, c: 8 }]);
    expect(await inOne()).to.deep.equal([{ a: 1, b: 7, c: 8 }]);
  });
});
