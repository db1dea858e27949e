import { expect } from "chai";
import { AppError } from "../../service/core/errors.ts";
import { createGroup } from "../../service/db/group.ts";

/** A statement that ends when the test says so. */
function gatedRun() {
  const runs: { readonly keys: readonly number[]; resolve(): void; reject(error: unknown): void }[] = [];
  let started: () => void = () => undefined;
  const run = (keys: readonly number[]): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      runs.push({ keys, resolve: () => resolve(keys.map((key) => key * 10)), reject });
      started();
    });
  const runCount = async (count: number): Promise<void> => {
    while (runs.length < count) await new Promise<void>((resolve) => (started = resolve));
  };
  return { runs, run, runCount };
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("createGroup", () => {
  it("runs what is called in one turn together, and answers each its own", async () => {
    const { runs, run, runCount } = gatedRun();
    const call = createGroup(run);
    const answers = Promise.all([call(1), call(2), call(2)]);
    await runCount(1);
    runs[0]?.resolve();
    expect(await answers).to.deep.equal([10, 20, 20]);
    expect(runs.map(({ keys }) => keys)).to.deep.equal([[1, 2, 2]]);
  });

  it("begins no statement for a call before the call: what comes while one runs waits for the next", async () => {
    const { runs, run, runCount } = gatedRun();
    const call = createGroup(run);
    const first = call(1);
    await runCount(1);
    const later = Promise.all([call(1), call(2)]);
    expect(runs.map(({ keys }) => keys)).to.deep.equal([[1]]);
    runs[0]?.resolve();
    expect(await first).to.equal(10);
    await runCount(2);
    runs[1]?.resolve();
    expect(await later).to.deep.equal([10, 20]);
    expect(runs.map(({ keys }) => keys)).to.deep.equal([[1], [1, 2]]);
  });

  it("takes at most 200 keys to a statement", async () => {
    const sizes: number[] = [];
    const call = createGroup((keys: readonly number[]) => {
      sizes.push(keys.length);
      return Promise.resolve(keys);
    });
    const answers = await Promise.all(Array.from({ length: 401 }, (_, index) => call(index)));
    expect(answers).to.deep.equal(Array.from({ length: 401 }, (_, index) => index));
    expect(sizes).to.deep.equal([200, 200, 1]);
  });

  it("runs each key of a refused statement alone, so that one bad key fails nobody else", async () => {
    const groups: (readonly number[])[] = [];
    const call = createGroup((keys: readonly number[]) => {
      groups.push(keys);
      return keys.includes(2) ? Promise.reject(new Error("refused")) : Promise.resolve(keys);
    });
    const [one, two, three] = [call(1), caught(call(2)), call(3)];
    expect(await one).to.equal(1);
    expect(await two)
      .to.be.instanceOf(Error)
      .with.property("message", "refused");
    expect(await three).to.equal(3);
    expect(groups).to.deep.equal([[1, 2, 3], [1], [2], [3]]);
  });

  it("fails a whole group at once when the database is away, and serves the next call", async () => {
    let isAway = true;
    let runCount = 0;
    const call = createGroup((keys: readonly number[]) => {
      runCount++;
      return isAway ? Promise.reject(new AppError("database_unreachable", "away")) : Promise.resolve(keys);
    });
    const errors = await Promise.all([caught(call(1)), caught(call(2))]);
    for (const error of errors) expect(error).to.have.property("code", "database_unreachable");
    expect(runCount).to.equal(1);
    isAway = false;
    expect(await call(3)).to.equal(3);
  });

  it("calls it a bug if a statement gives other than one result a key", async () => {
    const call = createGroup(() => Promise.resolve([1, 2]));
    expect(await caught(call(1))).to.be.instanceOf(Error);
  });
});
