import path from "node:path";
import { expect } from "chai";
import { makeTestFolder } from "../support/database.ts";
import { auditFolder, inspectFolder } from "../support/inspect.ts";
import { clientOf, endLeftovers, runScript, startProgram, until } from "../support/program.ts";

describe("kill -9 between the chain's numbers and ours", function () {
  this.timeout(180_000);
  afterEach(() => endLeftovers());

  it("neither loses nor doubles a range, and neither forgets nor repeats a return", async () => {
    const { dir, remove } = makeTestFolder("numbers");
    const dataDir = path.join(dir, "data");
    const numbers = async (...args: readonly string[]): Promise<string> => {
      const { code, output } = await runScript("scripts/numbers.ts", args, { DATA_DIR: dataDir });
      expect(code, output).to.equal(0);
      return output;
    };
    try {
      const granting = await startProgram({ dataDir, env: { FAILPOINT: "book_granted:1" } });
      let client = await clientOf(granting, dataDir);
      const application = { applicationNo: "A-1", kind: "outpatient", count: 500, author: "王芳" };
      expect((await client.call("POST", "/v1/number-applications", application)).status).to.equal(201);
      const unitId = /^(\d+) .*示例市第一人民医院/m.exec(await numbers("units"))?.[1] ?? "";
      const passed = await numbers("pass", unitId, "A-1", "--by", "李强");
      expect(passed).to.match(/A-1 .* passed .*0001000001～0001000500/);
      await granting.exited;

      const closing = await startProgram({ dataDir, env: { FAILPOINT: "book_closed:1" } });
      client = await clientOf(closing, dataDir);
      let book = 0;
      await until(async () => {
        const answer = await client.call("GET", "/v1/number-applications/A-1");
        book = ((await answer.json()) as { bookId?: number }).bookId ?? 0;
        return book > 0;
      }, "the range is found again on chain");
      const reason = ["--reason", "不用了", "--first", "1000101", "--author", "王芳", "--by", "李强"];
      await numbers("close", String(book), ...reason);
      await closing.exited;

      const last = await startProgram({ dataDir });
      client = await clientOf(last, dataDir);
      await until(async () => {
        const answer = await client.call("GET", "/v1/book-returns");
        return JSON.stringify(await answer.json()).includes("doneAt");
      }, "the return is found again on chain");
      expect(await numbers("stock", "--unit", unitId)).to.match(/ {2}0 \+ 1000500 - 400 = 0 \+ 0 \+ 0 \+ 1000100 {2}✓/);
      await last.stop();
      const { books } = await inspectFolder(dataDir);
      expect(books).to.have.length(book);
      expect(books.at(-1)).to.include({ first: 1_000_001, last: 1_000_100, next: 1_000_001 });
      expect((await auditFolder(dataDir)).findings).to.deep.equal([]);
    } finally {
      await endLeftovers();
      remove();
    }
  });
});
