import { randomBytes } from "node:crypto";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { domainSeparator, segmentSigningDigest } from "../../service/core/segment.ts";
import { startAuditedLedger, type AuditedLedger } from "../support/auditedLedger.ts";

describe("the audit of batches and books", function () {
  this.timeout(60_000);
  let spoilt: AuditedLedger;
  before(async () => {
    spoilt = await startAuditedLedger();
  });
  after(() => spoilt.stop());
  afterEach(() => spoilt.restore());

  describe("names a batch", () => {
    it("whose row was deleted in the middle", async () => {
      await spoilt.sql("delete from batch where batch_no = 2");
      await spoilt.expectFindings(["batch_missing batch 2"]);
    });

    it("among others whose rows were deleted, or that was given a number far off", async () => {
      await spoilt.sql("delete from batch where batch_no < 3");
      await spoilt.expectFindings(["batch_missing batches 1 to 2"]);
      await spoilt.restore();
      await spoilt.sql("update batch set batch_no = 1000000000 where batch_no = 3");
      await spoilt.expectFindings(["batch_missing batches 3 to 999999999", "batch_missing batch 1000000000"]);
    });

    it("whose row was deleted at the end: the chain has one more", async () => {
      await spoilt.sql("delete from batch where batch_no = 3");
      await spoilt.expectFindings(["batch_extra batch 3"]);
    });

    it("of which the root, head, time or transaction was altered", async () => {
      const changes = [
        "root = decode(repeat('ab', 32), 'hex')",
        "head = '0x' || repeat('ab', 32)",
        "time_s = time_s + 1",
        "tx_hash = (select tx_hash from kept_batch where batch_no = 1)",
        "block_number = block_number + 1",
      ];
      for (const change of changes) {
        await spoilt.sql(`update batch set ${change} where batch_no = 2`);
        await spoilt.expectFindings(["batch_differs batch 2"]);
        await spoilt.restore();
      }
    });

    it("of which a segment's root, hash or run was altered, or a segment is gone", async () => {
      const where = `where book_id = ${spoilt.book} and from_number = ${spoilt.numberOf("A6")}`;
      await spoilt.sql(`update segment set root = decode(repeat('ab', 32), 'hex') ${where}`);
      await spoilt.expectFindings([`segment_differs batch 2 book ${spoilt.book}`, "batch_differs batch 2"]);
      await spoilt.restore();
      await spoilt.sql(`update segment set hash = decode(repeat('ab', 32), 'hex') ${where}`);
      await spoilt.expectFindings(["batch_differs batch 2"]);
      await spoilt.restore();
      await spoilt.sql(`update segment set count = count - 1 ${where}`);
      await spoilt.expectFindings([`segment_differs batch 2 book ${spoilt.book}`, "batch_differs batch 2"]);
      await spoilt.sql(`delete from segment ${where}`);
      await spoilt.expectFindings(["batch_differs batch 2"]);
    });

    it("that the database has and the chain has not", async () => {
      await spoilt.sql(`insert into batch select 99, root, state, created_at_ms, drop_reason, 4, head, time_s, tx_hash, block_number,
        block_hash from kept_batch where batch_no = 3`);
      await spoilt.expectFindings(["batch_missing batch 4"]);
    });
  });

  describe("names a book", () => {
    it("of which the anchored mark was altered", async () => {
      await spoilt.sql("update book set anchored = anchored - 1 where book_id = $1", [spoilt.book]);
      await spoilt.expectFindings([`book_differs book ${spoilt.book}`]);
    });

    it("of which the end was altered", async () => {
      await spoilt.sql("update book set last = last + 1 where book_id = $1", [spoilt.book]);
      await spoilt.expectFindings([`book_differs book ${spoilt.book}`]);
    });

    it("that the chain does not know", async () => {
      await spoilt.sql(
        `insert into book select 4711, unit_id, code, kind, 5000001, 5000010, 5000001, 5000001, 5000001, low_water,
        held_reason from book where book_id = $1`,
        [spoilt.book],
      );
      await spoilt.expectFindings(["book_differs book 4711"]);
    });

    it("of which the next number was altered", async () => {
      await spoilt.sql("update book set next = next + 1 where book_id = $1", [spoilt.book]);
      const missing = spoilt.subjectOf("A9").replace(/\d{10}$/, String(spoilt.numberOf("A9") + 1).padStart(10, "0"));
      await spoilt.expectFindings([`number_missing ${missing}`]);
    });
  });

  // It can't be undone on chain, so it is the last.
  describe("in the end", () => {
    it("names a batch that somebody anchored behind the database's back, and its book", async () => {
      const { ledger } = spoilt.platform;
      const { store } = spoilt.platform.deps;
      const unit = await spoilt.platform.unitOf("demo-school");
      const school = (await store.books(unit.unitId))[0]!;
      const claim = { bookId: school.bookId, from: school.anchored, count: 1, root: randomBytes(32), reversals: [] };
      const domain = domainSeparator({ chainId: ledger.chainId, contract: bytesOfHex(ledger.contract) });
      const signature = await spoilt.platform.keystore.signDigest(unit.keyId, segmentSigningDigest(domain, claim));
      const segment = { ...claim, root: hexOf(claim.root), signature: hexOf(signature) };
      const simulated = await ledger.simulate([segment]);
      if (simulated.kind !== "accepted") throw new Error(simulated.error);
      const { raw } = await ledger.prepare([segment], await ledger.minedNonce(), await ledger.fee(), simulated.gas);
      await ledger.send(raw);
      const { batchCount } = await ledger.head();
      await spoilt.expectFindings([`batch_extra batch ${batchCount}`, `book_differs book ${school.bookId}`]);
    });
  });
});
