import { expect } from "chai";
import { builtinKinds } from "../../../service/domain/kinds/builtin.ts";
import { expectProblem, startHarness, type Harness } from "../harness.ts";

type View = { kind: string; eInvoiceCode: string; codeNote: string; isConfirmed: boolean; isAuthorised: boolean };

describe("GET /v1/kinds", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());

  const list = async (query = ""): Promise<{ kinds: View[]; nextCursor: string | null }> => {
    const response = await harness.hospital.call("GET", `/v1/kinds${query}`);
    expect(response.status).to.equal(200);
    return (await response.json()) as { kinds: View[]; nextCursor: string | null };
  };

  it("gives all kinds by id, with the unit's code of this year, and marks what no source confirms", async () => {
    const { kinds, nextCursor } = await list();
    expect(kinds.map(({ kind }) => kind)).to.deep.equal(builtinKinds.map(({ id }) => id).sort());
    expect(nextCursor).to.equal(null);
    for (const { kind, eInvoiceCode, codeNote, isConfirmed } of kinds) {
      const { classCode, kindCode, isConfirmed: known } = builtinKinds.find(({ id }) => id === kind)!;
      expect(eInvoiceCode).to.match(new RegExp(`^44${classCode}${kindCode}\\d\\d$`));
      expect([isConfirmed, codeNote]).to.deep.equal([known, known ? "" : "示例"]);
    }
  });

  it("gives them page by page", async () => {
    const seen: string[] = [];
    for (let cursor: string | null = "a"; cursor !== null;) {
      const page = await list(`?limit=4&cursor=${cursor}`);
      expect(page.kinds.length).to.be.at.most(4);
      seen.push(...page.kinds.map(({ kind }) => kind));
      cursor = page.nextCursor;
    }
    expect(seen).to.deep.equal(builtinKinds.map(({ id }) => id).sort());
    expect((await list(`?limit=${builtinKinds.length}`)).nextCursor).to.equal(null);
    expect((await list(`?limit=${builtinKinds.length - 1}`)).nextCursor).not.to.equal(null);
  });

  it("tells a unit which of them it may issue", async () => {
    const unit = harness.store.units.get(1)!;
    harness.store.units.set(1, { ...unit, kinds: ["donation"] });
    const allowed = (await list()).kinds.filter(({ isAuthorised }) => isAuthorised);
    expect(allowed.map(({ kind }) => kind)).to.deep.equal(["donation"]);
    harness.store.units.set(1, unit);
  });

  it("refuses pages that cannot be", async () => {
    for (const [query, pointer] of [
      ["limit=0", "/query/limit"],
      ["limit=101", "/query/limit"],
      ["cursor=A", "/query/cursor"],
      ["more=1", "/query/more"],
    ]) {
      const response = await harness.hospital.call("GET", `/v1/kinds?${query}`);
      const { errors } = await expectProblem(response, 422, "invalid_fields");
      expect(errors.map((error) => error.pointer)).to.deep.equal([pointer]);
    }
  });
});
