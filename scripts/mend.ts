// npm run mend [-- BOOK_ID]: lists what is set aside and why; with a book's id, takes its segments up again.
import { systemClock } from "../service/adapters/system/clock.ts";
import { mendBook } from "../service/app/mendBook.ts";
import type { Store } from "../service/app/storePorts.ts";
import { openParts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { runCommand } from "./command.ts";

await runCommand(async () => {
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    const bookId = process.argv[2];
    if (bookId !== undefined) {
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
