import { z } from "zod";
import { MAX_EMAIL_LENGTH, parseEmail, parsePhone } from "../../domain/contact.ts";
import {
  MAX_AUX_ITEMS,
  MAX_ITEMS,
  MAX_LENGTHS,
  MAX_OTHER_INFO,
  MAX_PAY_CHANNELS,
  MAX_PAY_MENT_VOUCHERS,
} from "../../domain/limits.ts";
import type { IssueInput } from "../../domain/receipt.ts";
import { noted } from "../apiSchemas.ts";

/** Most receipts in one batch. */
export const MAX_BATCH = 500;
const MAX_EXT_FIELDS = 100;
/** Of a text in mainExt; the kind's data set each field's own. */
const MAX_EXT_LENGTH = 500;

type FieldName = keyof typeof MAX_LENGTHS;

/** Amount in fen, negative on a correction row alone; -0 becomes 0. */
const fen = noted(
  z.int().overwrite((value) => (value === 0 ? 0 : value)),
  { description: "金额，单位：分 (whole fen, |x| <= 2^53 - 1)" },
);

/** Quantity or unit price as text: at most 10 digits before and 4 after the point. */
const decimal = (description: string): z.ZodDefault<z.ZodString> =>
  noted(z.string().regex(/^(-?(0|[1-9]\d{0,9})(\.\d{1,4})?)?$/), {
    description: `${description}，如 "12.5"，"" 表示没有`,
  }).default("");

const quantity = decimal("数量");
const unitPrice = decimal("标准（单价），元");

const item = z.strictObject({
  itemCode: optionalText("itemCode", "项目编码"),
  itemName: requiredText("itemName", "项目名称"),
  itemQuantity: quantity,
  itemUnit: optionalText("itemUnit", "单位"),
  itemStd: unitPrice,
  itemAmount: fen,
  itemRemark: optionalText("itemRemark", "备注"),
});

const auxItem = z.strictObject({
  auxItemRelatedCode: optionalText("auxItemRelatedCode", "对应项目编码"),
  auxItemRelatedName: optionalText("auxItemRelatedName", "对应项目名称"),
  auxItemCode: optionalText("auxItemCode", "明细编码"),
  auxItemName: requiredText("auxItemName", "明细名称"),
  auxItemSpecification: optionalText("auxItemSpecification", "规格"),
  auxItemQuantity: quantity,
  auxItemUnit: optionalText("auxItemUnit", "单位"),
  auxItemStd: unitPrice,
  auxItemAmount: fen,
  auxItemRemark: optionalText("auxItemRemark", "备注"),
});

const otherInfo = z.strictObject({
  infoName: requiredText("infoName", "名称"),
  infoValue: optionalText("infoValue", "内容"),
});

const payChannel = z.strictObject({
  payChannelCode: noted(z.string().regex(/^[0-9A-Z]{1,10}$/), {
    description: "交费渠道: 02 现金 04 支付宝 05 微信 07 银行卡 11 医保 99 其他 HBWC 货币误差",
  }),
  payChannelValue: fen,
});

const MAX_VOUCHER_TEXT = 50;
const payMentVoucher = z.strictObject({
  voucherBatchCode: text(MAX_VOUCHER_TEXT).min(1),
  voucherNo: text(MAX_VOUCHER_TEXT).min(1),
  voucherFen: fen,
});

export const email = noted(
  z
    .string()
    .max(MAX_EMAIL_LENGTH)
    .refine((value) => parseEmail(value) !== undefined)
    .optional(),
  {
    description: "交款人电子邮箱：开票后发送票据和链接 (the receipt and its link are sent there)",
    format: "email",
  },
);

export const phone = noted(
  z
    .string()
    .max(20)
    .refine((value) => parsePhone(value) !== undefined)
    .optional(),
  {
    description: "交款人手机号，如 13800138000 或 E.164 (a text message with the link)",
  },
);

const delivery = noted(
  z.strictObject({
    email,
    phone,
    isArrears: noted(z.boolean().optional(), {
      description: "欠缴：放行前不发送，也不对交款人展示 (neither sent nor shown until released)",
    }),
    arrearsReason: noted(text(200).optional(), { description: "欠缴原因", maxLength: 200 }),
  }),
  { description: "送达信息，不进入票据数据，不上链 (contacts: never in the receipt's data, never on chain)" },
);

/** The body of POST /v1/receipts. Its shape alone is checked here; the kind's own rules are the domain's. */
export const issueInput = noted(
  z.strictObject({
    kind: noted(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), { description: "票据种类 (id of the kind)" }),
    busNo: requiredText("busNo", "业务流水号：单位内唯一，重复提交不会重复开票 (idempotency key)"),
    placeCode: optionalText(
      "placeCode",
      "开票点编码：单位设立过开票点的，须为使用中的 (one of the unit's open places, if it has any)",
    ),
    totalAmount: noted(fen.optional(), { description: "总金额，分；不填则取项目金额之和" }),
    payerPartyType: noted(z.enum(["1", "2"]), { description: "交款人类型: 1 个人 2 单位" }),
    payerPartyName: optionalText("payerPartyName", "交款人"),
    payerPartyCode: optionalText("payerPartyCode", "交款人代码（单位为统一社会信用代码，个人为脱敏证件号）"),
    payerAcct: optionalText("payerAcct", "交款人账号"),
    payerOpBk: optionalText("payerOpBk", "交款人开户行"),
    payMode: optionalText("payMode", "交款方式"),
    handlingPerson: optionalText("handlingPerson", "收款人"),
    checker: optionalText("checker", "复核人"),
    remark: optionalText("remark", "备注"),
    mainExt: noted(z.record(extName(), z.union([text(MAX_EXT_LENGTH), fen])).check(atMostKeys(MAX_EXT_FIELDS)), {
      description: "票种自有字段，按票种定义检查；金额为分 (the kind's own fields, money in fen)",
    }).default({}),
    items: z.array(item).min(1).max(MAX_ITEMS),
    auxItems: z.array(auxItem).max(MAX_AUX_ITEMS).default([]),
    otherInfo: z.array(otherInfo).max(MAX_OTHER_INFO).default([]),
    payChannels: z.array(payChannel).max(MAX_PAY_CHANNELS).default([]),
    payMentVouchers: noted(z.array(payMentVoucher).max(MAX_PAY_MENT_VOUCHERS).default([]), {
      description: "预交金凭证，仅用于核对预缴金额 (deposit vouchers, only checked)",
    }),
    delivery: delivery.optional(),
  }),
  { id: "IssueInput", description: "开票请求 (a request to issue one receipt)" },
) satisfies z.ZodType<IssueInput>;

/** The body of POST /v1/receipts/batch as its answer treats it: each receipt is checked by itself. */
export const batchEnvelope = z.strictObject({ receipts: z.array(z.unknown()).min(1).max(MAX_BATCH) });

/** The same body as /openapi.json describes it. */
export const batchInput = noted(z.strictObject({ receipts: z.array(issueInput).min(1).max(MAX_BATCH) }), {
  id: "BatchInput",
  description: "批量开票请求 (1 to 500 receipts)",
});

function requiredText(name: FieldName, description: string): z.ZodString {
  return noted(text(MAX_LENGTHS[name], 1), { description, minLength: 1, maxLength: MAX_LENGTHS[name] });
}

function optionalText(name: FieldName, description: string): z.ZodDefault<z.ZodString> {
  return noted(text(MAX_LENGTHS[name]), { description, maxLength: MAX_LENGTHS[name] }).default("");
}

/** The same for the other bodies of units. */
export const plainText = (maxLength: number, minLength = 0): z.ZodString => text(maxLength, minLength);
export const optionalPlainText = (maxLength: number, description: string): z.ZodDefault<z.ZodString> =>
  noted(text(maxLength), { description, maxLength }).default("");

/** Well-formed text of so many characters (code points, as in JSON Schema) without control characters. */
export function text(maxLength: number, minLength = 0): z.ZodString {
  return noted(
    z.string().check((context) => {
      const { value } = context;
      const reason = textFault(value, maxLength, minLength);
      if (reason === undefined) return;
      context.issues.push({ code: "custom", input: value, params: { reason, maxLength, minLength } });
    }),
    { maxLength, minLength },
  );
}

/** PostgreSQL can't store U+0000, UTF-8 no lone surrogate, and a face no line break. */
function textFault(value: string, maxLength: number, minLength: number): string | undefined {
  if (!value.isWellFormed()) return "not_unicode";
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(value)) return "control_character";
  const { length } = Array.from(value);
  if (length < minLength || (minLength > 0 && value.trim() === "")) return "empty";
  return length > maxLength ? "too_long" : undefined;
}

function extName(): z.ZodString {
  return z.string().regex(/^[a-z][A-Za-z0-9]{0,59}$/);
}

function atMostKeys(maximum: number) {
  return (context: z.core.ParsePayload<Record<string, unknown>>): void => {
    const { value } = context;
    if (Object.keys(value).length <= maximum) return;
    context.issues.push({ code: "too_big", origin: "object", maximum, inclusive: true, input: value });
  };
}
