// npm run mend [-- BOOK_ID | --seen KIND CODE NUMBER]: lists what is set aside and what somebody must look at; takes a book's segments up
// again; closes an alarm about others' acts on a receipt that somebody has looked at.
import { systemClock } from "../service/adapters/system/clock.ts";
import { mendBook } from "../service/app/mendBook.ts";
import type { Store } from "../service/app/storePorts.ts";
import { openParts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { runCommand } from "./command.ts";

/** What others do can't be undone here, so these end when somebody has looked. */
const SEEN_KINDS = ["reversed_elsewhere", "paper_elsewhere", "reversed_in_use"];

await runCommand(async () => {
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    const [bookId, kind = "", code = "", number = ""] = process.argv.slice(2);
    if (bookId === "--seen") {
      if (!SEEN_KINDS.includes(kind)) {
        console.error(`npm run mend -- --seen KIND CODE NUMBER   KIND: ${SEEN_KINDS.join(", ")}`);
        return 64;
      }
      await parts.store.clearAlarm(kind, `receipt ${code} ${number}`, systemClock.nowMs());
    } else if (bookId !== undefined) {
      await mendBook({ store: parts.store, clock: systemClock }, Number(bookId));
      console.log(`号段 ${bookId} 已恢复，下一批次重新上链。 Book ${bookId} is taken up again with the next batch.`);
    }
    await list(parts.store);
    return 0;
  } finally {
    await parts.stop();
  }
});

async function list(store: Store): Promise<void> {
  for (const alarm of await store.openAlarms()) {
    console.log(`${new Date(alarm.raisedAtMs).toISOString()}  ${alarm.kind}  ${alarm.subject}  ${alarm.details}`);
  }
  for (const book of await store.books()) {
    if (book.heldReason !== undefined) console.log(`号段 ${book.bookId} 暂停上链 (set aside): ${book.heldReason}`);
  }
}
