import { expect } from "chai";
import { openRegister, type Register } from "../../service/app/register.ts";
import { PROGRAM, seedKinds } from "../../service/app/seedKinds.ts";
import type { Log } from "../../service/app/ports.ts";
import type { Store } from "../../service/app/storePorts.ts";
import { createStore } from "../../service/db/store.ts";
import type { RegionItem } from "../../service/domain/catalogue.ts";
import { builtinKind, builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";

const CHANGE = { changedAtMs: 1000, changedBy: "bureau" };
const ITEM: RegionItem = {
  ...{ itemCode: "A1", itemName: "学费", kinds: ["tuition"], units: [] },
  ...{ minStd: "", maxStd: "", validFrom: "", validThrough: "" },
};

describe("the register of kinds, codes and items", () => {
  let database: TestDatabase;
  let store: Store;
  let logged: string[];
  const log: Log = { info: () => undefined, warn: () => undefined, error: (event) => void logged.push(event) };
  const clock = { nowMs: () => 5 };
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
  });
  after(() => database.stop());
  beforeEach(async () => {
    logged = [];
    for (const table of ["kind_version", "kind_code", "catalogue_edition", "catalogue_item"]) {
      await database.dataSource.query(`delete from ${table}`);
    }
  });

  const open = (): Promise<Register> => openRegister({ store, log });
  const tuition = builtinKind("tuition")!;
  const version = (specimenVersion: string, body: unknown = { ...tuition, specimenVersion }) => ({
    ...{ kindId: "tuition", specimenVersion, body },
    ...CHANGE,
  });

  it("is filled with the program's kinds once, by any number of programs", async () => {
    await Promise.all([1, 2, 3].map(() => seedKinds({ store, clock }, builtinKinds)));
    const { kinds } = await open();
    expect([...kinds.values()]).to.have.deep.members([...builtinKinds]);
    expect(await store.kindHistory("tuition")).to.deep.equal([
      { kindId: "tuition", specimenVersion: "01", body: tuition, changedAtMs: 5, changedBy: PROGRAM },
    ]);
  });

  it("takes a newer version of the program, but not over the bureau's own", async () => {
    await seedKinds({ store, clock }, builtinKinds);
    const newer = builtinKinds.map((kind) => ({ ...kind, specimenVersion: "02" }));
    await store.addKindVersion(version("02", { ...tuition, specimenVersion: "02", kindCode: "55" }));
    await seedKinds({ store, clock }, [...newer, { ...tuition, specimenVersion: "03" }]);
    const { kinds } = await open();
    expect(kinds.get("nontax")?.specimenVersion).to.equal("02");
    expect(kinds.get("tuition")).to.include({ specimenVersion: "02", kindCode: "55" });
  });

  it("gives each version to the first that writes it, and keeps all", async () => {
    const results = await Promise.all([1, 2, 3].map(() => store.addKindVersion(version("01"))));
    expect(results.filter(Boolean)).to.have.lengthOf(1);
    await store.addKindVersion(version("02"));
    expect((await store.kindHistory("tuition")).map((one) => one.specimenVersion)).to.deep.equal(["01", "02"]);
    expect((await store.kindVersion("tuition", "01"))?.body).to.deep.equal(tuition);
    expect(await store.kindVersion("tuition", "03")).to.equal(undefined);
    expect((await open()).kinds.get("tuition")?.specimenVersion).to.equal("02");
  });

  it("shows what another program adds at the next refresh, in the same maps", async () => {
    await store.addKindVersion(version("01"));
    const { kinds, catalogues, refresh } = await open();
    const code = { kindId: "tuition", region: "44", classCode: "01", kindCode: "01", isConfirmed: true, fromMs: 7 };
    await store.addKindCode({ ...code, ...CHANGE });
    await store.addCatalogue("44", [ITEM], CHANGE);
    expect(kinds.get("tuition")?.regionCodes).to.equal(undefined);
    await refresh();
    const { kindId: _kind, ...entry } = code;
    expect(kinds.get("tuition")?.regionCodes).to.deep.equal([entry]);
    expect(catalogues.get("44")?.byCode.get("A1")).to.deep.equal([ITEM]);
    await store.addCatalogue("44", [], CHANGE);
    await refresh();
    expect(catalogues.has("44")).to.equal(false);
  });

  it("keeps every edition of a catalogue, in order, also of many items at once", async () => {
    const many = Array.from({ length: 2001 }, (_, index) => ({ ...ITEM, itemCode: `A${index}` }));
    const editions = await Promise.all([many, [ITEM]].map((items) => store.addCatalogue("44", items, CHANGE)));
    expect([...editions].sort()).to.deep.equal([1, 2]);
    expect(await store.catalogueItems("44", editions[0] ?? 0)).to.deep.equal(many);
    expect(await store.catalogueItems("44", editions[1] ?? 0)).to.deep.equal([ITEM]);
    expect((await store.catalogueEditions()).map(({ region, edition }) => [region, edition])).to.deep.equal([
      ["44", 2],
    ]);
  });

  it("leaves a kind that it cannot read as it was, and tells", async () => {
    await store.addKindVersion(version("01"));
    const { kinds, refresh } = await open();
    await store.addKindVersion(version("02", { id: "tuition", fromTheFuture: true }));
    await refresh();
    expect(kinds.get("tuition")?.specimenVersion).to.equal("01");
    expect(logged).to.deep.equal(["kind_not_loaded"]);
  });
});
