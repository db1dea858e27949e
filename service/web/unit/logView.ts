import { both, el } from "../shared/dom.ts";
import { beijingTime, shortHex, words } from "../shared/words.ts";
import type { LogEntry, Me } from "./answers.ts";
import { get } from "./ask.ts";
import { downloads } from "./download.ts";
import { actionText } from "./logWords.ts";
import { pagedList } from "./pagedList.ts";
import { heading, showMain, table } from "./parts.ts";

/** 操作日志: newest first; only grows. */
export async function showLog(_me: Me): Promise<void> {
  const list = pagedList<LogEntry>(
    async (before) => {
      const { entries, nextBefore } = await get("log", before === undefined ? "log" : `log?before=${before}`);
      return { rows: entries, next: nextBefore };
    },
    (entries) => [
      tableOf(entries),
      downloads("操作日志", [["序号", "时间", "账号", "操作", "对象", "哈希"], ...entries.map(cellsOf)]),
    ],
  );
  const why = words(
    "只增不改：每行的哈希含前一行，数据库拒绝修改。",
    "It only grows: each line's hash takes in the one before, and the database refuses changes.",
  );
  showMain(heading(words("操作日志", "Operator log")), el("p", {}, both(why)), list.element);
  await list.reload();
}

const cellsOf = ({ seq, atMs, by, action, object, hash }: LogEntry): readonly string[] => [
  String(seq),
  beijingTime(atMs).slice(0, 19),
  by,
  actionText(action),
  object,
  hash,
];

function tableOf(entries: readonly LogEntry[]): HTMLElement {
  return table(
    words("操作日志，新的在前", "Operator log, newest first"),
    [
      { head: words("序号", "No."), isMoney: true },
      { head: words("时间", "Time") },
      { head: words("账号", "Account") },
      { head: words("操作", "Action") },
      { head: words("对象", "Object") },
      { head: words("哈希", "Hash") },
    ],
    entries.map((entry) => [...cellsOf(entry).slice(0, 5), el("code", {}, shortHex(entry.hash, 4))]),
  );
}
