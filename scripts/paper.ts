// npm run paper: books of paper receipts. Without arguments lists them; `-- grant UNIT PAPER_CODE FIRST LAST [PLACE]` gives one out.
import { systemClock } from "../service/adapters/system/clock.ts";
import { grantPaperBook } from "../service/app/grantPaperBook.ts";
import type { Store } from "../service/app/storePorts.ts";
import { openParts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { runCommand } from "./command.ts";

const USAGE = "npm run paper [-- grant UNIT_ID PAPER_CODE FIRST LAST [PLACE_CODE]]";

await runCommand(async () => {
  const [verb, unitId = "", paperCode = "", first = "", last = "", placeCode = ""] = process.argv.slice(2);
  if (verb !== undefined && verb !== "grant") {
    console.error(USAGE);
    return 64;
  }
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    if (verb === "grant") {
      const deps = { store: parts.store, clock: systemClock };
      await grantPaperBook(deps, { unitId: Number(unitId), paperCode, first, last, placeCode });
    }
    await list(parts.store);
    return 0;
  } finally {
    await parts.stop();
  }
});

async function list(store: Store): Promise<void> {
  for (const { unitId, name } of await store.units()) {
    for (const book of await store.paperStock(unitId)) {
      const { paperCode, placeCode, first, last, digits, givenCount, spoiltCount } = book;
      const [from, to] = [first, last].map((number) => String(number).padStart(digits, "0"));
      const left = last - first + 1 - givenCount - spoiltCount;
      console.log(
        `${unitId} ${name}  ${paperCode} ${from}-${to}${placeCode === "" ? "" : `  开票点 ${placeCode}`}  ` +
          `已用 ${givenCount} (given)，作废空白 ${spoiltCount} (spoilt)，剩 ${left} (left)`,
      );
    }
  }
}
