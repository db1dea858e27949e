import { AppError } from "../../core/errors.ts";
import type { Text } from "../../core/reportTexts.ts";
import { issueDateOf } from "../../domain/fiscalTime.ts";
import type { ItemCatalogue } from "../../domain/catalogue.ts";
import type { ExtField, Kind } from "../../domain/kind.ts";
import { MAX_LENGTHS } from "../../domain/limits.ts";
import type { FieldProblem, IssueInput } from "../../domain/receipt.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Me } from "./answers.ts";
import { auxRows, type AuxRows } from "./auxRows.ts";
import { channelRows, type ChannelRows } from "./channelRows.ts";
import { computed, restInCash, type Computed } from "./compute.ts";
import { extFormField, NO_AMOUNT, NO_TIME, typed, type FormField } from "./formField.ts";
import { itemRows, type ItemRows } from "./itemRows.ts";
import { tellAt } from "./parts.ts";
import type { Cell } from "./rowTable.ts";
import { voucherRows, type VoucherRows } from "./voucherRows.ts";

/** The form of one kind, made from the kind's data. */
export type IssueForm = {
  readonly element: HTMLElement;
  readonly items: ItemRows;
  /** What stands in the form, and what the rules say of it. */
  readonly state: () => { readonly input: IssueInput; readonly computed: Computed };
  /** Shows problems at their fields; of fields that nobody has been in yet only if `all`. The texts that have no field. */
  readonly tell: (problems: readonly FieldProblem[], all: boolean) => readonly Text[];
  readonly focusFirst: () => void;
  /** Goes to the first field with a problem. */
  readonly focusProblem: () => void;
  readonly write: (input: IssueInput) => void;
  /** Takes away the row of the items or of the list that has the focus. */
  readonly removeHere: () => void;
};

type Fields = ReadonlyMap<string, FormField>;

const CASH = "/mainExt/ownPayAmount";
const PREPAID = "/mainExt/prepayAmount";

const MAIN = [
  ["payerPartyName", "交款人", "Payer"],
  ["payerPartyCode", "交款人代码（证件号或信用代码）", "Payer's code"],
] as const;
const REST = [
  ["payMode", "交款方式", "Payment mode"],
  ["payerAcct", "交款人账号", "Payer's account"],
  ["payerOpBk", "交款人开户行", "Payer's bank"],
  ["remark", "备注", "Remark"],
] as const;

/**
 * @param nowMs the service's time
 * @param catalogue what the bureau lets the unit charge on the kind; undefined: not told, or it says nothing
 */
export function issueForm(
  me: Me,
  kind: Kind,
  nowMs: () => number,
  changed: () => void,
  catalogue: () => ItemCatalogue | undefined,
): IssueForm {
  const fields = fieldsOf(kind, nowMs());
  const items = itemRows(
    kind,
    me.items.filter((item) => item.kind === kind.id),
    changed,
  );
  const lines = auxRows(kind, () => items.read().items.map(({ itemCode }) => itemCode), changed);
  const channels = channelRows(kind, changed);
  const vouchers = voucherRows(kind, changed);
  const parts: Parts = { fields, items, lines, channels, vouchers };
  const touched = new WeakSet<EventTarget>();
  const element = el("div", { class: "issue-form" });
  /** What somebody has typed follows nothing any more. */
  const own = new Set<string>();
  element.append(...layout(kind, parts));
  element.addEventListener("input", ({ target }) => {
    for (const pointer of [CASH, PREPAID]) if (target === fields.get(pointer)?.control) own.add(pointer);
    changed();
  });
  element.addEventListener("focusout", (event) => {
    if (event.target !== null) touched.add(event.target);
    changed();
  });
  return {
    element,
    items,
    state() {
      const judge = (input: IssueInput): Computed => computed(kind, me.unit, input, nowMs(), catalogue());
      return settle(kind, parts, own, () => readInput(me, kind, parts), judge);
    },
    tell(problems, all) {
      clear(fields, [...items.cells(), ...lines.cells(), ...(vouchers?.cells() ?? [])], channels.problem);
      return problems.flatMap((each) => {
        const place = placeOf(each.pointer, parts);
        if (place === undefined) return all ? [each] : [];
        if (all || touched.has(place.control)) place.tell(each);
        return [];
      });
    },
    focusFirst: () => fields.get("/payerPartyName")?.control.focus(),
    focusProblem: () => focusProblem(element),
    write(input) {
      writeFields(fields, input);
      own.add(CASH).add(PREPAID);
      items.write(input.items);
      lines.write(input.auxItems);
      vouchers?.write(input.payMentVouchers ?? []);
      channels.write(input.payChannels);
    },
    removeHere() {
      if (!lines.removeHere() && vouchers?.removeHere() !== true) items.removeHere();
    },
  };
}

/** Fills in what follows from the rest, unless somebody typed it (`own`): what was prepaid, the cash, the one pay channel. */
function settle(
  kind: Kind,
  { fields, channels, vouchers }: Parts,
  own: ReadonlySet<string>,
  read: () => Read,
  judge: (input: IssueInput) => Computed,
): ReturnType<IssueForm["state"]> {
  const prepaid = own.has(PREPAID) ? undefined : vouchers?.read().sumFen;
  if (prepaid !== undefined) fields.get(PREPAID)?.write(prepaid);
  let { input, malformed } = read();
  const { totalFen } = judge(input);
  if (totalFen !== undefined) {
    const cash = own.has(CASH) ? undefined : restInCash(kind, totalFen, input.mainExt);
    if (cash !== undefined) fields.get(CASH)?.write(cash);
    if (kind.payChannels.isRequired) channels.follow(totalFen);
    ({ input, malformed } = read());
  }
  const last = judge(input);
  const known = new Set(malformed.map(({ pointer }) => pointer));
  const problems = [...malformed, ...last.problems.filter(({ pointer }) => !known.has(pointer))];
  return { input, computed: { ...last, problems } };
}

type Read = { readonly input: IssueInput; readonly malformed: readonly FieldProblem[] };
type Parts = {
  readonly fields: Fields;
  readonly items: ItemRows;
  readonly lines: AuxRows;
  readonly channels: ChannelRows;
  readonly vouchers: VoucherRows | undefined;
};

function readInput(me: Me, kind: Kind, { fields, items, lines, channels, vouchers }: Parts): Read {
  const own = readFields(kind, fields);
  const rows = items.read();
  const list = lines.read(rows.items);
  const paid = channels.read();
  const deposited = vouchers?.read();
  const input: IssueInput = {
    ...{ kind: kind.id, busNo: "?", placeCode: me.account.placeCode, handlingPerson: me.account.displayName },
    ...{ checker: me.checkers[0]?.displayName ?? "", ...own.texts, mainExt: own.mainExt, ...own.delivery },
    ...{ items: rows.items, auxItems: list.auxItems, otherInfo: [], payChannels: paid.payChannels },
    ...(deposited === undefined ? {} : { payMentVouchers: deposited.payMentVouchers }),
  };
  const read = [own, rows, list, paid, ...(deposited === undefined ? [] : [deposited])];
  return { input, malformed: read.flatMap(({ malformed }) => malformed) };
}

function writeFields(fields: Fields, input: IssueInput): void {
  for (const [pointer, field] of fields) {
    const value = valueAt(input, pointer);
    if (value !== undefined) field.write(value);
  }
}

function focusProblem(element: HTMLElement): void {
  const wrong = element.querySelector<HTMLElement>("[aria-invalid=true]");
  wrong?.closest("details")?.setAttribute("open", "");
  wrong?.focus();
}

function fieldsOf(kind: Kind, nowMs: number): Fields {
  const required: readonly string[] = kind.requiredFields;
  const text = (name: keyof typeof MAX_LENGTHS, zh: string, en: string): readonly [string, FormField] => {
    const attributes = { maxlength: String(MAX_LENGTHS[name] * 2) };
    return [`/${name}`, typed(words(zh, en), attributes, required.includes(name))];
  };
  const type = extFormField({
    ...{ name: "payerPartyType", zh: "交款人类型", en: "Payer is", type: "choice", maxLength: 0, charset: "any" },
    ...{ isRequired: true, isOnFace: true, isPersonal: false },
    choices: [
      { value: "1", zh: "个人", en: "a person" },
      { value: "2", zh: "单位", en: "a unit" },
    ],
  });
  type.write("1");
  const fields = new Map<string, FormField>([
    ...MAIN.map(([name, zh, en]) => text(name, zh, en)),
    ["/payerPartyType", type],
    ...REST.map(([name, zh, en]) => text(name, zh, en)),
    ...kind.mainExt
      .filter(isAsked(kind))
      .map((each): [string, FormField] => [`/mainExt/${each.name}`, extFormField(each)]),
    [
      "/delivery/phone",
      typed(words("交款人手机（发短信）", "Payer's mobile"), { inputmode: "tel", maxlength: "20" }, false),
    ],
    [
      "/delivery/isArrears",
      extFormField({
        ...{ name: "isArrears", zh: "欠缴", en: "In arrears", type: "choice", maxLength: 0, charset: "any" },
        ...{ isRequired: false, isOnFace: false, isPersonal: false },
        choices: [{ value: "1", zh: "是：放行前不发送、不对交款人展示", en: "yes: held until released" }],
      }),
    ],
    ["/delivery/arrearsReason", typed(words("欠缴原因", "Why"), { maxlength: "200" }, false)],
    ["/delivery/email", typed(words("交款人邮箱（发票据）", "Payer's e-mail"), { inputmode: "email" }, false)],
  ]);
  const earlier = new Set(kind.dateOrders.map((order) => order.earlier));
  for (const { name, type: fieldType, isRequired } of kind.mainExt) {
    if (fieldType === "date" && isRequired && !earlier.has(name))
      fields.get(`/mainExt/${name}`)?.write(issueDateOf(nowMs));
  }
  return fields;
}

/** Fine and surcharge are computed; the blue receipt of a red one is never typed. */
const isAsked =
  ({ surcharge }: Kind) =>
  ({ name }: ExtField): boolean =>
    name !== surcharge?.fineField && name !== surcharge?.surchargeField;

/** What must be filled in, and money, stands in sight; the rest in a fold. */
function layout(kind: Kind, { fields, items, lines, channels, vouchers }: Parts): readonly HTMLElement[] {
  const box = (pointer: string): HTMLElement | undefined => fields.get(pointer)?.box;
  const asked = kind.mainExt.filter(isAsked(kind));
  const isInSight = ({ isRequired, type }: ExtField): boolean => isRequired || type === "money";
  const boxes = (of: readonly ExtField[]): readonly (HTMLElement | undefined)[] =>
    of.map(({ name }) => box(`/mainExt/${name}`));
  const inSight = [...MAIN.map(([name]) => box(`/${name}`)), box("/payerPartyType")];
  const folded = [...boxes(asked.filter((field) => !isInSight(field))), ...REST.map(([name]) => box(`/${name}`))];
  const group = (legend: Text, of: readonly (HTMLElement | undefined)[]): HTMLElement =>
    el("fieldset", {}, el("legend", {}, both(legend)), el("div", { class: "grid" }, ...of));
  return [
    group(words("交款人", "Payer"), inSight),
    ...(asked.some((field) => field.isRequired && field.type !== "money")
      ? [
          group(
            words("票种信息", "Of this kind"),
            boxes(asked.filter((each) => each.isRequired && each.type !== "money")),
          ),
        ]
      : []),
    el(
      "fieldset",
      {},
      el("legend", {}, both(words("项目", "Items"))),
      items.element,
      kind.auxItems.maxCount > 0 ? lines.element : undefined,
    ),
    ...(asked.some((field) => field.type === "money")
      ? [group(words("支付构成", "Who paid which part"), boxes(asked.filter((each) => each.type === "money")))]
      : []),
    ...(vouchers === undefined ? [] : [el("div", { class: "card" }, vouchers.element)]),
    channels.element,
    group(
      words("发送", "Send to"),
      ["phone", "email", "isArrears", "arrearsReason"].map((name) => box(`/delivery/${name}`)),
    ),
    el(
      "details",
      {},
      el("summary", {}, both(words("更多栏目", "More fields"))),
      el("div", { class: "grid" }, ...folded),
    ),
  ];
}

function readFields(kind: Kind, fields: Fields) {
  const malformed: FieldProblem[] = [];
  const read = (pointer: string): string | number => {
    const value = fields.get(pointer)?.read();
    if (value !== undefined) return value;
    const isMoney = kind.mainExt.some(({ name, type }) => pointer === `/mainExt/${name}` && type === "money");
    malformed.push({ code: "field_malformed", pointer, ...(isMoney ? NO_AMOUNT : NO_TIME) });
    return isMoney ? 0 : "";
  };
  const text = (pointer: string): string => String(read(pointer));
  const mainExt: Record<string, string | number> = {};
  for (const { name } of kind.mainExt.filter(isAsked(kind))) {
    const value = read(`/mainExt/${name}`);
    if (value !== "" && value !== 0) mainExt[name] = value;
  }
  const [phone, email] = [text("/delivery/phone"), text("/delivery/email")];
  const isArrears = text("/delivery/isArrears") === "1";
  const delivery = {
    ...(phone === "" ? {} : { phone }),
    ...(email === "" ? {} : { email }),
    ...(isArrears ? { isArrears, arrearsReason: text("/delivery/arrearsReason") } : {}),
  };
  const isPerson = text("/payerPartyType") !== "2";
  const texts = {
    payerPartyType: isPerson ? ("1" as const) : ("2" as const),
    payerPartyName: text("/payerPartyName"),
    payerPartyCode: text("/payerPartyCode"),
    payMode: text("/payMode"),
    payerAcct: text("/payerAcct"),
    payerOpBk: text("/payerOpBk"),
    remark: text("/remark"),
  };
  return { texts, mainExt, malformed, delivery: Object.keys(delivery).length === 0 ? {} : { delivery } };
}

type Place = { readonly control: HTMLElement; readonly tell: (problem: Text) => void };

function placeOf(pointer: string, { fields, items, lines, channels, vouchers }: Parts): Place | undefined {
  const field = fields.get(pointer);
  if (field !== undefined) return { control: field.control, tell: field.tell };
  const first = pointer.startsWith("/payChannels") ? channels.first() : undefined;
  if (first !== undefined) return { control: first, tell: (text) => tellAt(first, channels.problem, text) };
  const [, list = ""] = pointer.split("/");
  const cell = { items, auxItems: lines, payMentVouchers: vouchers }[list]?.cellAt(pointer);
  return cell && { control: cell.control, tell: (text) => tellAt(cell.control, cell.problem, text) };
}

function clear(fields: Fields, cells: readonly Cell[], channelProblem: HTMLElement): void {
  for (const field of fields.values()) field.tell(undefined);
  for (const { control, problem } of cells) tellAt(control, problem, undefined);
  channelProblem.replaceChildren();
}

/** The text or amount of the input at a pointer of a field of this form. */
function valueAt(input: IssueInput, pointer: string): string | number | undefined {
  const [, name = "", inner = ""] = pointer.split("/");
  if (name === "mainExt") return input.mainExt[inner];
  if (name === "delivery") return undefined;
  const value: unknown = Reflect.get(input, name);
  if (typeof value === "string" || typeof value === "number") return value;
  throw new AppError("form_field_unknown", `the input has no text ${name}`);
}
