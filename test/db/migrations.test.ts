import { expect } from "chai";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";

describe("the migrations", () => {
  let database: TestDatabase;
  before(async () => {
    database = await startTestDatabase();
  });
  after(() => database.stop());

  it("agree with the entities", async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map((query) => query.query)).to.deep.equal([]);
  });

  it("can be run by several programs at once", async () => {
    await database.dataSource.query("drop schema public cascade");
    await database.dataSource.query("create schema public");
    const opened = await Promise.all([database.again(), database.again(), database.again()]);
    const names = database.dataSource.migrations.map(({ name }) => ({ name }));
    expect(names.length).to.be.greaterThan(0);
    for (const dataSource of opened) {
      expect(await dataSource.query("select name from migration order by id")).to.deep.equal(names);
    }
  });
});
