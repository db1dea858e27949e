import { randomBytes } from "node:crypto";
import { expect } from "chai";
import type { Store } from "../../service/app/storePorts.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { testBook, testUnit } from "../support/fixtures.ts";

describe("units and what belongs to them", () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
  });
  after(() => database.stop());
  beforeEach(async () => {
    for (const table of ["unit", "app_key", "request_nonce", "book", "deployment"]) {
      await database.dataSource.query(`delete from ${table}`);
    }
  });

  describe("units", () => {
    it("are found by their id, and listed in its order", async () => {
      const units = [3, 1, 2].map((unitId) => testUnit(unitId));
      for (const unit of units) await store.saveUnit(unit);
      expect(await store.unit(2)).to.deep.equal(testUnit(2));
      expect(await store.unit(4)).to.equal(undefined);
      expect((await store.units()).map(({ unitId }) => unitId)).to.deep.equal([1, 2, 3]);
    });

    it("are replaced when they are saved again", async () => {
      await store.saveUnit(testUnit(1));
      const changed = { ...testUnit(1), status: "suspended", ruleOverrides: { A8: "warn" }, kinds: [] } as const;
      await store.saveUnit(changed);
      expect(await store.units()).to.deep.equal([changed]);
    });

    it("never share a credit code", async () => {
      await store.saveUnit(testUnit(1));
      const error = await store
        .saveUnit({ ...testUnit(2), creditCode: testUnit(1).creditCode })
        .catch((e: unknown) => e);
      expect(error).to.have.nested.property("driverError.constraint", "unit_credit_code_uq");
      expect(await store.units()).to.have.length(1);
    });
  });

  describe("app keys", () => {
    it("are found by their app id alone, byte for byte, and can be replaced", async () => {
      const key = randomBytes(32);
      await store.saveUnit(testUnit(1));
      await store.saveAppKey({ appId: "his", unitId: 1, algorithm: "ed25519", key });
      const found = await store.appKey("his");
      expect(found).to.deep.include({ appId: "his", unitId: 1, algorithm: "ed25519", unit: testUnit(1) });
      expect(Buffer.compare(found!.key, key)).to.equal(0);
      expect(await store.appKey("HIS")).to.equal(undefined);
      await store.saveAppKey({ appId: "his", unitId: 1, algorithm: "hmac-sha256", key: randomBytes(60) });
      expect((await store.appKey("his"))?.algorithm).to.equal("hmac-sha256");
      await store.saveAppKey({ appId: "stray", unitId: 9, algorithm: "ed25519", key });
      expect(await store.appKey("stray")).to.equal(undefined);
    });
  });

  describe("nonces", () => {
    const later = (): number => Date.now() + 60_000;

    it("are taken once for each app id", async () => {
      expect(await store.useNonce("a", "n1", later())).to.equal(true);
      expect(await store.useNonce("a", "n1", later())).to.equal(false);
      expect(await store.useNonce("a", "n2", later())).to.equal(true);
      expect(await store.useNonce("b", "n1", later())).to.equal(true);
    });

    it("are taken once of many requests at the same moment, in two programs", async () => {
      const other = createStore(await database.again(), () => undefined);
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? store : other).useNonce("a", "same", later())),
      );
      expect(answers.filter(Boolean)).to.have.length(1);
    });

    it("are swept once they have expired, and not before", async () => {
      const fresh = createStore(await database.again(), () => undefined);
      const insert = "insert into request_nonce values ('a', $1, $2)";
      await database.dataSource.query(insert, ["expired", Date.now() - 1]);
      await database.dataSource.query(insert, ["living", later()]);
      // The first use of a program sweeps.
      expect(await fresh.useNonce("a", "new", later())).to.equal(true);
      const rows = await database.dataSource.query("select nonce from request_nonce order by nonce");
      expect(rows).to.deep.equal([{ nonce: "living" }, { nonce: "new" }]);
    });
  });

  describe("books", () => {
    it("are listed by unit or all, in the order of their ids", async () => {
      await store.saveBook(testBook({ bookId: 3, unitId: 1, first: 201, last: 300 }));
      await store.saveBook(testBook({ bookId: 1, unitId: 2 }));
      await store.saveBook(testBook({ bookId: 2, unitId: 1, first: 101, last: 200 }));
      expect((await store.books()).map(({ bookId }) => bookId)).to.deep.equal([1, 2, 3]);
      expect((await store.books(1)).map(({ bookId }) => bookId)).to.deep.equal([2, 3]);
      expect(await store.books(9)).to.deep.equal([]);
      expect((await store.books(2))[0]).to.deep.equal(testBook({ bookId: 1, unitId: 2 }));
    });

    it("are left as they are when they are granted again", async () => {
      await store.saveBook(testBook({ next: 7, rendered: 5, anchored: 3 }));
      await store.saveBook(testBook());
      expect((await store.books())[0]).to.include({ next: 7, rendered: 5, anchored: 3 });
    });

    it("tell why they are set aside", async () => {
      await store.saveBook(testBook());
      await store.holdBook(1, "LedgerBadSignature(1)");
      expect((await store.books())[0]?.heldReason).to.equal("LedgerBadSignature(1)");
      await store.holdBook(1, undefined);
      expect((await store.books())[0]).not.to.have.property("heldReason");
    });

    it("can't have marks out of order, whoever writes", async () => {
      await store.saveBook(testBook({ next: 7, rendered: 5, anchored: 3 }));
      for (const change of ["anchored = 6", "rendered = 8", "next = 1002", "anchored = 0"]) {
        const error = await database.dataSource.query(`update book set ${change}`).catch((e: unknown) => e);
        expect(error, change).to.have.nested.property("driverError.constraint", "book_marks_ck");
      }
      await database.dataSource.query("update book set next = 1001");
    });
  });

  describe("the deployment", () => {
    const deployment = {
      ...{ chainId: 31337, contract: `0x${"ab".repeat(20)}`, blockNumber: 1 },
      ...{ blockHash: `0x${"cd".repeat(32)}`, genesisHash: `0x${"ef".repeat(32)}` },
    };

    it("is there once it is saved, and can't be replaced", async () => {
      expect(await store.deployment()).to.equal(undefined);
      await store.saveDeployment(deployment);
      expect(await store.deployment()).to.deep.equal(deployment);
      const error = await store.saveDeployment({ ...deployment, blockNumber: 2 }).catch((e: unknown) => e);
      expect(error).to.have.nested.property("driverError.constraint", "deployment_pk");
      expect(await store.deployment()).to.deep.equal(deployment);
    });
  });
});
