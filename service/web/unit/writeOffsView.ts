import type { Text } from "../../core/reportTexts.ts";
import { mayAtDesk } from "../../domain/deskRoles.ts";
import { yuanOf } from "../../domain/money.ts";
import { both, el, type Child } from "../shared/dom.ts";
import { words, yuan } from "../shared/words.ts";
import { dayTime } from "./applicationsPart.ts";
import type { Me } from "./answers.ts";
import { get, post } from "./ask.ts";
import { downloads } from "./download.ts";
import { clockOf } from "./issueView.ts";
import type { WriteOffDetail, WriteOffHead } from "./numberAnswers.ts";
import { pagedList } from "./pagedList.ts";
import {
  button,
  failureText,
  focusHeading,
  grouped,
  heading,
  noteBox,
  say,
  showMain,
  table,
  textField,
} from "./parts.ts";
import { formCard, tried } from "./tried.ts";

const DAY_MS = 86_400_000;
const RESULTS: readonly Text[] = [
  words("未审验", "with the bureau"),
  words("良好", "good"),
  words("合格", "fit"),
  words("有问题，请整改", "problems: to be rectified"),
  words("整改通过", "rectified"),
];
const EVENTS: Readonly<Record<WriteOffDetail["events"][number]["kind"], Text>> = {
  filed: words("申报", "filed"),
  reviewed: words("审验", "reviewed"),
  rectified: words("整改", "rectified"),
};

const resultOf = ({ result }: Pick<WriteOffHead, "result">): Text => RESULTS[result ?? 0] ?? words("—", "—");

/** 核销: the unit accounts for its used numbers through a day, and sees what the bureau says of it. */
export async function showWriteOffs(me: Me, told?: Text): Promise<void> {
  const note = noteBox();
  note.tell(told, "good");
  const detail = el("div", { "data-part": "write-off" });
  const open = async (id: string): Promise<void> => {
    try {
      const parts = detailParts(me, await get("writeOff", `write-offs/${id}`));
      detail.replaceChildren(...parts.filter((part) => part !== undefined));
      detail.querySelector<HTMLElement>("h2")?.focus();
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  const list = pagedList<WriteOffHead>(
    async (cursor) => {
      const { writeOffs, nextCursor } = await get(
        "writeOffs",
        `write-offs${cursor === undefined ? "" : `?cursor=${cursor}`}`,
      );
      return { rows: writeOffs, next: nextCursor };
    },
    (writeOffs) => listParts(writeOffs, (id) => void open(id)),
  );
  const what = words(
    "核销：把截至某日用过的票号报财政部门审验。只报已上链的；每天的票只报一次。",
    "Accounts to the bureau for all numbers used through a day, once they are on chain; each is accounted for once.",
  );
  showMain(
    heading(words("核销", "Write-off")),
    note.box,
    el("p", {}, both(what)),
    mayAtDesk(me.account.role, "numbers") ? fileForm(me) : undefined,
    list.element,
    detail,
  );
  await list.reload();
  if (told === undefined) return;
  say(told);
  focusHeading();
}

function fileForm(me: Me): HTMLElement {
  const yesterday = new Date(clockOf(me)() + 8 * 3_600_000 - DAY_MS).toISOString().slice(0, 10);
  const cutoff = textField(words("截止日期（含）", "Last day, inclusive"), { type: "date", value: yesterday }, true);
  const note = noteBox();
  const run = (): Promise<void> =>
    tried(
      async () => {
        const { writeOffId } = await post("writeOff", "write-offs", { cutoff: cutoff.control.value });
        await showWriteOffs(me, words(`已申报，单号 ${writeOffId}`, `Filed as ${writeOffId}`));
      },
      note,
      { "/cutoff": cutoff },
    );
  return formCard(words("申报核销", "File"), [cutoff.box], note, { label: words("申报", "File it"), run }, "h2");
}

const HEADS = ["单号", "截止日期", "申报时间", "份数", "总金额", "红票金额", "作废", "审验结果"];

function listParts(writeOffs: readonly WriteOffHead[], open: (id: string) => void): readonly Child[] {
  if (writeOffs.length === 0) return [el("p", { class: "note" }, both(words("还没有核销单", "None was filed yet")))];
  return [
    table(
      words("核销单，新的在前", "Write-offs, newest first"),
      [
        { head: words("单号", "No.") },
        { head: words("截止日期", "Through") },
        { head: words("份数", "Receipts"), isMoney: true },
        { head: words("总金额", "Amount"), isMoney: true },
        { head: words("红票金额", "Red"), isMoney: true },
        { head: words("作废", "Void"), isMoney: true },
        { head: words("审验结果", "Result") },
      ],
      writeOffs.map((each) => [
        button(words(each.writeOffId, ""), () => open(each.writeOffId), { class: "plain" }),
        each.cutoff,
        grouped(each.receiptCount),
        yuan(each.totalAmount),
        yuan(each.redAmount),
        grouped(each.voidCount),
        el("span", {}, both(resultOf(each))),
      ]),
    ),
    downloads("核销单", [
      HEADS,
      ...writeOffs.map((each) => [
        ...[each.writeOffId, each.cutoff, dayTime(each.filedAt), String(each.receiptCount), yuanOf(each.totalAmount)],
        ...[yuanOf(each.redAmount), String(each.voidCount), resultOf(each).zh],
      ]),
    ]),
  ];
}

function detailParts(me: Me, detail: WriteOffDetail): readonly Child[] {
  const { lines, items, events, writeOffId } = detail;
  return [
    el("h2", { tabindex: "-1" }, `${writeOffId} `, both(resultOf(detail))),
    el(
      "ul",
      {},
      ...events.map((each) =>
        el(
          "li",
          {},
          `${dayTime(each.at)}　${each.by} `,
          both(EVENTS[each.kind]),
          each.result === null ? "" : `：${resultOf(each).zh}`,
          each.text === "" ? "" : `　${each.text}`,
        ),
      ),
    ),
    detail.result === 3 && mayAtDesk(me.account.role, "numbers") ? rectifyForm(me, writeOffId) : undefined,
    linesTable(lines),
    table(
      words("收入按项目", "Income by item"),
      [
        { head: words("项目编码", "Code") },
        { head: words("项目名称", "Item") },
        { head: words("金额", "Amount"), isMoney: true },
        { head: words("冲红", "Reversed"), isMoney: true },
      ],
      items.map((each) => [each.itemCode, each.itemName, yuan(each.amount), yuan(each.redAmount)]),
      ["合计 Total", "", yuan(sum(items.map((each) => each.amount))), yuan(sum(items.map((each) => each.redAmount)))],
    ),
    downloads(`${writeOffId}_收入按项目`, [
      ["项目编码", "项目名称", "单位", "金额", "冲红"],
      ...items.map((each) => [
        each.itemCode,
        each.itemName,
        each.itemUnit,
        yuanOf(each.amount),
        yuanOf(each.redAmount),
      ]),
    ]),
  ];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function linesTable(lines: WriteOffDetail["lines"]): HTMLElement {
  const lineCells = (each: WriteOffDetail["lines"][number]): readonly string[] => [
    ...[each.eInvoiceCode, each.first === null ? "" : `${each.first}～${each.last ?? ""}`, grouped(each.blueCount)],
    ...[yuan(each.blueAmount), grouped(each.redCount), yuan(each.redAmount), grouped(each.voidCount)],
    grouped(each.closingCount),
  ];
  return table(
    words("号码", "Numbers"),
    [
      { head: words("票据代码", "Code") },
      { head: words("号码范围", "Range") },
      { head: words("蓝票", "Blue"), isMoney: true },
      { head: words("金额", "Amount"), isMoney: true },
      { head: words("红票", "Red"), isMoney: true },
      { head: words("红票金额", "Amount reversed"), isMoney: true },
      { head: words("作废", "Void"), isMoney: true },
      { head: words("期末", "Left"), isMoney: true },
    ],
    lines.map(lineCells),
    [
      "合计 Total",
      "",
      grouped(sum(lines.map((each) => each.blueCount))),
      yuan(sum(lines.map((each) => each.blueAmount))),
      grouped(sum(lines.map((each) => each.redCount))),
      yuan(sum(lines.map((each) => each.redAmount))),
      grouped(sum(lines.map((each) => each.voidCount))),
      grouped(sum(lines.map((each) => each.closingCount))),
    ],
  );
}

function rectifyForm(me: Me, writeOffId: string): HTMLElement {
  const text = textField(words("整改情况", "What was put right"), { maxlength: "1000" }, true);
  const note = noteBox();
  const run = (): Promise<void> =>
    tried(
      async () => {
        await post("writeOff", `write-offs/${writeOffId}/rectification`, { text: text.control.value.trim() });
        await showWriteOffs(me, words("整改情况已报", "The bureau was told"));
      },
      note,
      { "/text": text },
    );
  return formCard(words("说明整改", "Rectify"), [text.box], note, { label: words("提交", "Submit"), run });
}
