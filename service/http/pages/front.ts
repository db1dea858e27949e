import type { Deps } from "../../app/deps.ts";
import type { Book } from "../../app/storePorts.ts";
import type { Reply } from "../call.ts";
import { escapeHtml, pageReply } from "./html.ts";

/** The first page: what runs here, in figures that name nobody. Shown while the database is away, too. */
export async function frontPage(deps: Pick<Deps, "store" | "ledger">, version: string): Promise<Reply> {
  const [books, batch, alarms] = await Promise.all([
    orUndefined(deps.store.books()),
    orUndefined(deps.store.lastAnchored().then((last) => ({ last }))),
    orUndefined(deps.store.openAlarms()),
  ]);
  const rows: readonly (readonly [zh: string, en: string, value: string])[] = [
    ["链 ID", "Chain", String(deps.ledger.chainId)],
    ["合约地址", "Contract", deps.ledger.contract],
    ["最近批次", "Last batch", batch === undefined ? UNKNOWN : lastBatch(batch.last)],
    ["单位数", "Units", figure(books, (all) => new Set(all.map((book) => book.unitId)).size)],
    ["已取号", "Numbers taken", figure(books, (all) => sum(all, (book) => book.next - book.first))],
    ["已上链", "Anchored", figure(books, (all) => sum(all, (book) => book.anchored - book.first))],
    ["未处理告警", "Open alarms", alarms === undefined ? UNKNOWN : String(alarms.length)],
    ["版本", "Version", version],
  ];
  const body = `<h1>链票 <small lang="en">Lianpiao</small></h1>
<p>财政电子票据：签名的 PDF，记入公开账本，人人可验。<br>
<span class="en" lang="en">Fiscal e-receipts: signed PDFs, anchored in a public ledger, checked by anyone.</span></p>
<h2>运行情况 <small lang="en">What runs here</small></h2>
<dl>
${rows.map(row).join("\n")}
</dl>
<h2>入口 <small lang="en">Where to go</small></h2>
<ul>
${LINKS.map(link).join("\n")}
</ul>`;
  return pageReply("链票 Lianpiao", body);
}

const UNKNOWN = "暂不可知 / not known now";

const LINKS = [
  ["/my", "我的票据（取票）", "Fetch my receipts"],
  ["/unit", "单位开票台", "A unit's desk"],
  ["/verify", "查验票据文件", "Verify a receipt file"],
  ["/check", "查验票面信息", "Check by code and number"],
  ["/check/bulk", "批量查验", "Check many"],
  ["/docs", "接口文档", "API documentation"],
  ["/openapi.json", "OpenAPI 3.1 文档", "OpenAPI document"],
  ["/docs/problems", "错误代码", "Problem codes"],
  ["/readyz", "就绪状态", "Readiness"],
  ["/healthz", "健康检查", "Health"],
  ["/metrics", "监控指标", "Metrics"],
] as const;

function row([zh, en, value]: readonly [zh: string, en: string, value: string]): string {
  return `<div><dt>${zh} <small lang="en">${en}</small></dt><dd>${escapeHtml(value)}</dd></div>`;
}

function link([href, zh, en]: (typeof LINKS)[number]): string {
  return `<li><a href="${href}">${zh}<br><small lang="en">${en}</small></a></li>`;
}

function lastBatch(last: { readonly batchNo: number; readonly head: string } | undefined): string {
  return last === undefined ? "尚无 / none yet" : `${last.batchNo} (${last.head})`;
}

function figure(books: readonly Book[] | undefined, count: (books: readonly Book[]) => number): string {
  return books === undefined ? UNKNOWN : count(books).toLocaleString("en-US");
}

function sum(books: readonly Book[], of: (book: Book) => number): number {
  return books.reduce((total, book) => total + of(book), 0);
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
