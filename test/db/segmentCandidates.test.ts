import { randomBytes } from "node:crypto";
import { expect } from "chai";
import type { NewReceipt, Receipt, Store } from "../../service/app/storePorts.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { newReceipt, testBook, testUnit } from "../support/fixtures.ts";

/** Of one batch: docs/gas.md says what each costs. */
const MAX_REVERSALS = 150;

describe("candidates for a batch", () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
    await store.saveUnit(testUnit(1));
    await store.saveBook(testBook());
  });
  after(() => database.stop());

  const issueAll = (receipts: readonly NewReceipt[]): Promise<readonly Receipt[]> =>
    Promise.all(
      receipts.map(async (receipt) => {
        const outcome = await store.issue(receipt);
        if (outcome.kind !== "issued") throw new Error(outcome.kind);
        return outcome.receipt;
      }),
    );
  const render = (receipts: readonly Receipt[]): Promise<unknown> =>
    Promise.all(
      receipts.map(({ code, number }) =>
        store.markRendered({
          ...{ code, number, renderedAtMs: 1, documentSha256: randomBytes(32) },
          ...{ dataDigest: randomBytes(32), documentDigest: randomBytes(32) },
        }),
      ),
    );
  const reversing = ({ code, number }: Receipt): NewReceipt => ({
    ...newReceipt(`R-${number}`),
    reverses: {
      ...{ code, number, reasonCode: "refund", reason: "", documentNo: "" },
      notice: {
        link: { linkId: `link-${number}`, tokenHash: randomBytes(32) },
        deliveryIds: { email: `e-${number}`, sms: `s-${number}` },
      },
    },
  });

  it("name what red-letter receipts reverse, and end before the reversal that is one too many", async () => {
    const blues = await issueAll(Array.from({ length: MAX_REVERSALS + 1 }, (_, n) => newReceipt(`B-${n}`)));
    await render(blues);
    const reds = await issueAll(blues.map(reversing));
    await render(reds);
    await store.advanceRendered();
    const [candidate, ...others] = await store.segmentCandidates(10_000);
    expect(others).to.deep.equal([]);
    expect(candidate?.entries).to.have.length(blues.length + MAX_REVERSALS);
    const originals = candidate?.entries.flatMap(({ number, original }) =>
      original === undefined ? [] : [`${number} ${original.number}`],
    );
    expect(originals).to.have.length(MAX_REVERSALS);
    const expected = reds.map((red) => `${red.number} ${red.reverses?.number}`);
    expect(expected).to.include.members(originals ?? []);
  });
});
