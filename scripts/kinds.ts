// npm run kinds -- …: the kinds of receipts, their versions, and the code table of each region.
import { readFile } from "node:fs/promises";
import os from "node:os";
import { parseArgs } from "node:util";
import { faceProblems } from "../service/adapters/pdf/faceProblems.ts";
import { loadFontFiles, openFontBook } from "../service/adapters/pdf/fontBook.ts";
import { systemClock } from "../service/adapters/system/clock.ts";
import { allowKind } from "../service/app/allowKind.ts";
import { addKind, changeKind, type KindDeps } from "../service/app/changeKind.ts";
import { changeKindCode } from "../service/app/changeKindCode.ts";
import { openParts, type Parts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { kindCodeOf } from "../service/domain/kindCodes.ts";
import { runCommand } from "./command.ts";
import { parseShanghaiDay, reportProblems, showTime } from "./registerCommand.ts";

const USAGE = `用法 (usage): npm run -s kinds -- COMMAND [--by 经办人 (who)]
  list                       各种类的最新版本与默认代码 (each kind, its newest version, its own code)
  show ID [VERSION]          打印种类的 JSON，可改后用 change 交回 (the kind's JSON, to edit and hand to change)
  history ID                 各版本的时间与经办人 (versions, when and by whom)
  add FILE.json              新增种类 (a new kind, specimenVersion "01")
  change FILE.json           修改种类：成为新版本 (the next version of a kind)
  allow ID --unit CREDITCODE 准许单位开具 (a unit may issue the kind; numbers are granted apart)
  codes                      各地区代码表的全部记录 (all entries of the regions' code tables)
  codes --kind ID --region 44 --class 01 --code 01 [--confirmed] [--from 2027-01-01]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    by: { type: "string", default: os.userInfo().username },
    unit: { type: "string" },
    kind: { type: "string" },
    region: { type: "string" },
    class: { type: "string" },
    code: { type: "string" },
    confirmed: { type: "boolean", default: false },
    from: { type: "string" },
  },
});

type Command = (parts: Parts, first: string, second: string | undefined) => Promise<number>;

const commands: Readonly<Partial<Record<string, Command>>> = {
  list: (parts) => {
    for (const kind of [...parts.register.kinds.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const { classCode, kindCode, isConfirmed } = kind;
      const mark = isConfirmed ? "" : " 示例";
      console.log(`${kind.id}  v${kind.specimenVersion}  ${classCode}${kindCode}${mark}  ${kind.eInvoiceName.zh}`);
    }
    return Promise.resolve(0);
  },
  show: async ({ store }, id, version) => {
    const history = await store.kindHistory(id);
    const found = version === undefined ? history.at(-1) : history.find((one) => one.specimenVersion === version);
    if (found === undefined) return notFound(id);
    console.log(JSON.stringify(found.body, null, 2));
    return 0;
  },
  history: async ({ store }, id) => {
    const history = await store.kindHistory(id);
    if (history.length === 0) return notFound(id);
    for (const { specimenVersion, changedAtMs, changedBy } of history) {
      console.log(`v${specimenVersion}  ${showTime(changedAtMs)}  ${changedBy}`);
    }
    return 0;
  },
  add: async (parts, file) => {
    const kind = await addKind(depsOf(parts), await readJson(file), values.by);
    console.log(`已新增 (added) ${kind.id} v${kind.specimenVersion}`);
    return 0;
  },
  change: async (parts, file) => {
    const kind = await changeKind(depsOf(parts), await readJson(file), values.by);
    console.log(`已修改 (changed) ${kind.id}，新版本 (now version) ${kind.specimenVersion}`);
    return 0;
  },
  allow: async (parts, id) => {
    const unit = await allowKind(parts, values.unit ?? "", id);
    console.log(`${unit.name} 可开具 (may issue): ${unit.kinds.join(" ")}`);
    return 0;
  },
  codes: async (parts) => {
    if (values.kind !== undefined) await changeCode(parts, values.kind);
    for (const entry of await parts.store.kindCodes()) {
      const { kindId, region, classCode, kindCode, isConfirmed, fromMs, changedAtMs, changedBy } = entry;
      const kind = parts.register.kinds.get(kindId);
      const held = kind === undefined ? undefined : kindCodeOf(kind, region, systemClock.nowMs());
      const isNow = held?.classCode === classCode && held.kindCode === kindCode ? "*" : " ";
      const code = `${region} ${classCode}${kindCode}${isConfirmed ? "" : " 示例"}`;
      console.log(`${isNow} ${kindId}  ${code}  自 (from) ${showTime(fromMs)}  ${showTime(changedAtMs)} ${changedBy}`);
    }
    return 0;
  },
};

async function changeCode(parts: Parts, kindId: string): Promise<void> {
  const { region = "", class: classCode = "", code: kindCode = "", confirmed: isConfirmed, from } = values;
  const change = { kindId, region, classCode, kindCode, isConfirmed };
  const fromMs = from === undefined ? {} : { fromMs: parseShanghaiDay(from) };
  const lacking = await changeKindCode({ ...parts, clock: systemClock }, { ...change, ...fromMs }, values.by);
  if (lacking.length === 0) return;
  console.log(`请为下列单位发放新代码的号段 (these units need a book of the new code): ${lacking.join("、")}`);
}

function depsOf({ store, register }: Parts): KindDeps {
  const book = openFontBook(loadFontFiles());
  return { store, register, clock: systemClock, faceProblems: (kind) => faceProblems(book, kind) };
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8"));
}

function notFound(id: string): number {
  console.error(`没有种类 ${id}，见 list。 There is no kind ${id}: see list.`);
  return 1;
}

await runCommand(async () => {
  const [command = "", first = "", second] = positionals;
  const run = commands[command];
  if (run === undefined) {
    console.log(USAGE);
    return command === "" ? 0 : 2;
  }
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    return await reportProblems(() => run(parts, first, second));
  } finally {
    await parts.stop();
  }
});
