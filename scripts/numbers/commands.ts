import { settleNumbers, type GrantDeps } from "../../service/app/grantNumbers.ts";
import {
  applicationStates,
  type Application,
  type ApplicationState,
  type BookReturn,
  type NumberBureau,
  type NumberCursor,
} from "../../service/app/numberPorts.ts";
import { reportStock } from "../../service/app/reportStock.ts";
import { returnNumbers } from "../../service/app/returnNumbers.ts";
import {
  reviewApplication,
  reviewReturn,
  type ReviewApplicationDeps,
  type ReviewResult,
} from "../../service/app/reviewNumbers.ts";
import { setStanding } from "../../service/app/setStanding.ts";
import { AppError } from "../../service/core/errors.ts";
import { codeTextOf } from "../../service/domain/code.ts";
import { numberText } from "../../service/domain/number.ts";

export type NumbersContext = GrantDeps &
  ReviewApplicationDeps & {
    /** undefined where the bureau's key is not given. */
    readonly bureau: NumberBureau | undefined;
    readonly show: (line: string) => void;
  };

export type NumberOptions = Readonly<Partial<Record<string, string>>>;

/** Gives the exit code: 0 done, 1 refused. */
type Command = (context: NumbersContext, args: readonly string[], options: NumberOptions) => Promise<number>;

const PAGE = 200;
const LEASE_MS = 90_000;
const DAY_MS = 86_400_000;

export const numberCommands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["list", listApplications],
  ["pass", (context, args, options) => reviewOne(context, args, options, true)],
  ["return", (context, args, options) => reviewOne(context, args, options, false)],
  ["returns", listReturns],
  ["pass-return", (context, args, options) => reviewOneReturn(context, args, options, true)],
  ["refuse-return", (context, args, options) => reviewOneReturn(context, args, options, false)],
  ["close", closeBook],
  ["grant", grant],
  ["units", listUnits],
  ["flag", flag],
  ["stock", stock],
]);

async function listApplications({ store, show }: NumbersContext, _: readonly string[], options: NumberOptions) {
  const state = stateOf(options);
  let after: NumberCursor | undefined;
  for (;;) {
    const page = await store.applications(state === undefined ? {} : { state }, after, PAGE);
    for (const application of page) show(applicationLine(application));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return 0;
    after = { atMs: last.createdAtMs, unitId: last.unitId, no: last.applicationNo };
  }
}

async function listReturns({ store, show }: NumbersContext, _: readonly string[], options: NumberOptions) {
  const state = stateOf(options);
  let after: NumberCursor | undefined;
  for (;;) {
    const page = await store.bookReturns(state === undefined ? {} : { state }, after, PAGE);
    for (const bookReturn of page) show(returnLine(bookReturn));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return 0;
    after = { atMs: last.createdAtMs, unitId: last.unitId, no: last.returnNo };
  }
}

async function reviewOne(context: NumbersContext, args: readonly string[], options: NumberOptions, isPassed: boolean) {
  const { unitId, no } = placeOf(args);
  const input = { isPassed, reviewer: options["by"] ?? "", opinion: options["opinion"] ?? "" };
  return tell(context, await reviewApplication(context, unitId, no, input), applicationLine);
}

async function reviewOneReturn(
  context: NumbersContext,
  args: readonly string[],
  options: NumberOptions,
  isPassed: boolean,
) {
  const { unitId, no } = placeOf(args);
  const input = { isPassed, reviewer: options["by"] ?? "", opinion: options["opinion"] ?? "" };
  return tell(context, await reviewReturn(context, unitId, no, input), returnLine);
}

/** The bureau takes back what is unused: one asks, another passes. */
async function closeBook(context: NumbersContext, args: readonly string[], options: NumberOptions) {
  const bookId = wholeOf(args[0], "BOOK");
  const book = (await context.store.books()).find((each) => each.bookId === bookId);
  if (book === undefined) throw new AppError("book_unknown", `没有号段 ${bookId}。 There is no book ${bookId}.`);
  const { author = "", by = "", reason = "" } = options;
  if (author.trim() === "" || reason === "" || by.trim() === "" || author.trim() === by.trim()) {
    throw new AppError(
      "option_missing",
      "须有 --reason、--author、--by，后两者为两人。 --reason, --author and --by are needed, of two people.",
    );
  }
  const first = options["first"] === undefined ? {} : { first: wholeOf(options["first"], "--first") };
  const returnNo = `bureau-${bookId}-${context.clock.nowMs()}`;
  const outcome = await returnNumbers(context, book, { returnNo, bookId, ...first, reason, author });
  switch (outcome.kind) {
    case "created":
      return reviewOneReturn(context, [String(book.unitId), returnNo], { by }, true);
    case "outside":
      context.show(
        outcome.next > outcome.last
          ? "✗ 没有未用票号 (nothing is unused)"
          : `✗ --first 须在 (must be within) ${outcome.next}～${outcome.last}`,
      );
      return 1;
    case "return_open":
      context.show(`✗ 该号段已有退票在办 (a return is under way): ${outcome.returnNo}`);
      return 1;
    case "repeated":
    case "conflict":
    case "book_unknown":
      context.show(`✗ ${outcome.kind}`);
      return 1;
  }
}

/** What the service's worker does by itself where it has the bureau's key. */
async function grant(context: NumbersContext) {
  const { store, bureau, show } = context;
  if (bureau === undefined) {
    throw new AppError("bureau_key_missing", "须有 BUREAU_KEY。 BUREAU_KEY is needed to act on chain.");
  }
  const lease = await store.lease("numbers", `numbers command ${process.pid}`, LEASE_MS);
  if (lease === undefined) {
    show("正由运行中的服务处理，请用 list 查看。 The running service does it: see list.");
    return 0;
  }
  let sum = 0;
  for (;;) {
    const { done, refused } = await settleNumbers(context, bureau, lease);
    sum += done;
    if (done > 0 && refused === 0) continue;
    show(`已上链 ${sum} 项，被拒 ${refused} 项 (done on chain, refused)`);
    return refused === 0 ? 0 : 1;
  }
}

async function listUnits({ store, show }: NumbersContext) {
  for (const unit of await store.units()) {
    const { isUnpaid, isAlarm, isSuspended, reason } = await store.standing(unit.unitId);
    const marks = [isUnpaid && "欠缴 (in arrears)", isAlarm && "预警 (warned)", isSuspended && "停用 (suspended)"];
    const said = marks.filter((mark) => mark !== false).join(" ") || "正常 (good)";
    show(`${unit.unitId}  ${unit.creditCode}  ${unit.name}  ${said}  ${reason}`);
  }
  return 0;
}

async function flag(context: NumbersContext, args: readonly string[], options: NumberOptions) {
  const { by = "", reason } = options;
  if (reason === undefined) throw new AppError("option_missing", "请用 --reason 写明原因。 Say why by --reason.");
  const { unpaid, alarm, suspended } = options;
  const change = {
    ...(unpaid !== undefined && { isUnpaid: isYes(unpaid) }),
    ...(alarm !== undefined && { isAlarm: isYes(alarm) }),
    ...(suspended !== undefined && { isSuspended: isYes(suspended) }),
  };
  await setStanding(context, wholeOf(args[0], "UNIT"), { ...change, reason }, by);
  return listUnits(context);
}

async function stock(context: NumbersContext, _: readonly string[], options: NumberOptions) {
  const { unit, from, to } = options;
  const fromMs = from === undefined ? 0 : dayStart(from);
  const toMs = to === undefined ? context.clock.nowMs() : dayStart(to) + DAY_MS;
  const of = unit === undefined ? {} : { unitId: wholeOf(unit, "--unit") };
  context.show("单位  代码  期初 + 领入 - 退回 = 蓝 + 红 + 作废 + 期末  差额 (difference)");
  let after: { readonly unitId: number; readonly code: number } | undefined;
  let isBalanced = true;
  for (;;) {
    const place = after === undefined ? {} : { after };
    const lines = await reportStock(context, { ...of, fromMs, toMs, ...place, limit: PAGE });
    for (const line of lines) {
      const { opening, granted, returned, blue, red, closing, difference } = line;
      isBalanced &&= difference === 0;
      context.show(
        `${line.unitId}  ${codeTextOf(line.code)}  ${opening} + ${granted} - ${returned} = ` +
          `${blue} + ${red} + ${line.void} + ${closing}  ${difference === 0 ? "✓" : `✗ ${difference}`}`,
      );
    }
    after = lines.at(-1);
    if (after === undefined || lines.length < PAGE) return isBalanced ? 0 : 1;
  }
}

function tell<Reviewed>(
  { show }: NumbersContext,
  result: ReviewResult<Reviewed>,
  lineOf: (reviewed: Reviewed) => string,
): number {
  switch (result.kind) {
    case "reviewed":
      show(`✓ ${lineOf(result.reviewed)}`);
      for (const { zh, en } of result.warnings ?? []) show(`! ${zh} (${en})`);
      return 0;
    case "refused":
      for (const { pointer, zh, en } of result.problems) show(`✗ ${pointer} ${zh} (${en})`);
      return 1;
    case "not_submitted":
      show(`✗ 现为 ${result.state}，不在待审状态 (it is ${result.state}, not submitted)`);
      return 1;
    case "unknown":
      show("✗ 没有这张单 (there is no such record)");
      return 1;
  }
}

function applicationLine({ unitId, applicationNo, kind, code, count, state, range, granted }: Application): string {
  const numbers = range === undefined ? "" : `  ${numberText(range.first)}～${numberText(range.last)}`;
  const book = granted === undefined ? "" : `  号段 (book) ${granted.bookId}`;
  return `${unitId}  ${applicationNo}  ${kind}  ${codeTextOf(code)}  ${count}  ${state}${numbers}${book}`;
}

function returnLine({ unitId, returnNo, bookId, code, first, last, state, doneAtMs }: BookReturn): string {
  const numbers = last < first ? "—" : `${numberText(first)}～${numberText(last)}`;
  const done = doneAtMs === undefined ? "" : "  已上链 (on chain)";
  return `${unitId}  ${returnNo}  号段 (book) ${bookId}  ${codeTextOf(code)}  ${numbers}  ${state}${done}`;
}

function stateOf({ state }: NumberOptions): ApplicationState | undefined {
  const known = applicationStates.find((each) => each === state);
  if (state !== undefined && known === undefined) {
    throw new AppError("option_malformed", `--state: ${applicationStates.join(", ")}`);
  }
  return known;
}

function placeOf([unit, no]: readonly string[]): { readonly unitId: number; readonly no: string } {
  if (no === undefined) throw new AppError("argument_missing", "须有单位编号和单号。 UNIT and NO are needed.");
  return { unitId: wholeOf(unit, "UNIT"), no };
}

function wholeOf(text: string | undefined, what: string): number {
  if (text !== undefined && /^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new AppError("argument_malformed", `${what} 须为正整数。 ${what} must be a whole number.`);
}

function isYes(text: string): boolean {
  if (text === "yes" || text === "no") return text === "yes";
  throw new AppError("option_malformed", "须为 yes 或 no。 It must be yes or no.");
}

function dayStart(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00+08:00`) : Number.NaN;
  if (Number.isNaN(ms))
    throw new AppError("option_malformed", `不是日期：${text}。 This is no date (yyyy-MM-dd): ${text}.`);
  return ms;
}
