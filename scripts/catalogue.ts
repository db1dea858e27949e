// npm run catalogue -- …: which items the units of a region may charge, and at what standards.
import { readFile } from "node:fs/promises";
import os from "node:os";
import { parseArgs } from "node:util";
import { systemClock } from "../service/adapters/system/clock.ts";
import { importCatalogue } from "../service/app/importCatalogue.ts";
import { openParts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { CATALOGUE_COLUMNS } from "../service/domain/catalogueCsv.ts";
import { runCommand } from "./command.ts";
import { reportProblems, showTime } from "./registerCommand.ts";

const USAGE = `用法 (usage): npm run -s catalogue -- COMMAND --region 44 [--by 经办人 (who)]
  import ITEMS.csv   整体替换该地区的项目目录 (replaces the region's catalogue); 首行 (head): ${CATALOGUE_COLUMNS.join(",")}
  list               打印现行目录 (the catalogue that holds now, as CSV)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { region: { type: "string" }, by: { type: "string", default: os.userInfo().username } },
});

await runCommand(async () => {
  const [command, file = ""] = positionals;
  const { region, by } = values;
  if (region === undefined || !(command === "list" || command === "import")) {
    console.log(USAGE);
    return command === undefined ? 0 : 2;
  }
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    return await reportProblems(async () => {
      if (command === "import") {
        const csv = await readFile(file, "utf8");
        const { edition, itemCount } = await importCatalogue({ ...parts, clock: systemClock }, region, csv, by);
        console.log(`${region}: 第 ${edition} 版，${itemCount} 项 (edition ${edition}, ${itemCount} items)`);
        return 0;
      }
      const held = (await parts.store.catalogueEditions()).find((edition) => edition.region === region);
      if (held === undefined) {
        console.error(`${region}: 没有目录，不检查 A13 (no catalogue: A13 is silent)`);
        return 0;
      }
      console.error(`第 ${held.edition} 版 (edition)  ${showTime(held.changedAtMs)}  ${held.changedBy}`);
      console.log(CATALOGUE_COLUMNS.join(","));
      for (const item of await parts.store.catalogueItems(region, held.edition)) {
        const row = { ...item, kinds: item.kinds.join(" "), units: item.units.join(" ") };
        console.log(CATALOGUE_COLUMNS.map((column) => cellOf(row[column])).join(","));
      }
      return 0;
    });
  } finally {
    await parts.stop();
  }
});

function cellOf(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
