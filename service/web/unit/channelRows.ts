import type { Kind } from "../../domain/kind.ts";
import { yuanOf } from "../../domain/money.ts";
import type { FieldProblem, PayChannel } from "../../domain/receipt.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { fenOf } from "./compute.ts";
import { NO_AMOUNT } from "./formField.ts";
import { button } from "./parts.ts";

/** 交费渠道 by code; what no name is known of shows its code. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["02", "现金 Cash"],
  ["04", "支付宝 Alipay"],
  ["05", "微信 WeChat"],
  ["07", "银行卡 Card"],
  ["11", "医保 Insurance"],
  ["99", "其他 Other"],
]);

/** How the payer paid: one channel for the whole until somebody says otherwise. */
export type ChannelRows = {
  readonly element: HTMLElement;
  readonly read: () => { readonly payChannels: readonly PayChannel[]; readonly malformed: readonly FieldProblem[] };
  readonly write: (channels: readonly PayChannel[]) => void;
  /** The whole is so much now. */
  readonly follow: (totalFen: number) => void;
  readonly problem: HTMLElement;
  readonly first: () => HTMLElement | undefined;
};

type Row = { readonly element: HTMLElement; readonly select: HTMLSelectElement; readonly amount: HTMLInputElement };

export function channelRows(kind: Kind, changed: () => void): ChannelRows {
  const rows: Row[] = [];
  let isOwn = false;
  const list = el("div", { class: "channels" });
  const problem = el("p", { class: "field-problem", id: "channels-problem" });
  const add = (): Row => {
    const row = rowOf(kind, () => {
      isOwn = true;
      changed();
    });
    rows.push(row);
    list.append(row.element);
    return row;
  };
  const more = button(
    words("再加一种渠道", "One more channel"),
    () => {
      add().select.focus();
      changed();
    },
    { class: "plain", "data-skip": "" },
  );
  add();
  return {
    element: el("fieldset", {}, el("legend", {}, both(words("交费渠道", "Paid by"))), list, more, problem),
    read: () => readRows(rows),
    write(channels) {
      rows.splice(0);
      list.replaceChildren();
      isOwn = channels.length > 0;
      if (channels.length === 0) add();
      for (const { payChannelCode, payChannelValue } of channels) {
        const row = add();
        row.select.value = payChannelCode;
        row.amount.value = yuanOf(payChannelValue);
      }
    },
    follow(totalFen) {
      const [only] = rows;
      if (!isOwn && rows.length === 1 && only !== undefined) only.amount.value = yuanOf(totalFen);
    },
    problem,
    first: () => rows[0]?.amount,
  };
}

function rowOf(kind: Kind, typed: () => void): Row {
  const options = kind.payChannels.codes.map((code) => el("option", { value: code }, NAMES.get(code) ?? code));
  const select = el("select", { "aria-label": "交费渠道 Channel" }, ...options);
  const amount = el("input", {
    ...{ type: "text", inputmode: "decimal", class: "money", autocomplete: "off" },
    "aria-label": "渠道金额（元） Its amount in yuan",
  });
  amount.addEventListener("input", typed);
  return { element: el("div", { class: "channel" }, select, amount), select, amount };
}

function readRows(rows: readonly Row[]): ReturnType<ChannelRows["read"]> {
  const malformed: FieldProblem[] = [];
  const filled = rows.filter(({ amount }) => amount.value.trim() !== "");
  const payChannels = filled.map(({ select, amount }, index): PayChannel => {
    const fen = fenOf(amount.value);
    if (fen === undefined) malformed.push({ code: "amount_malformed", pointer: `/payChannels/${index}`, ...NO_AMOUNT });
    return { payChannelCode: select.value, payChannelValue: fen ?? 0 };
  });
  return { payChannels: payChannels.filter(({ payChannelValue }) => payChannelValue !== 0), malformed };
}
