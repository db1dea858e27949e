import type { ReceiptAuxItem, ReceiptItem } from "./receipt.ts";

/**
 * A kind of receipt (票据种类), whole, as plain JSON: the bureau can add one without a release. Check data with assertKind.
 * Every property is always there; "" or [] or null means none.
 */
export type Kind = {
  /** The kind's name in the API: lower camel case, at most 40 characters. */
  readonly id: string;
  /** 票据名称 as on the face but for the region's name before it: 医疗门诊收费票据（电子）. */
  readonly eInvoiceName: Bilingual;
  /** 分类, 2 digits. */
  readonly classCode: string;
  /** 种类, 2 digits. */
  readonly kindCode: string;
  /** false: no source confirms class and kind code; shown as 示例 wherever codes are listed. */
  readonly isConfirmed: boolean;
  /**
   * "01" to "99", two digits after the receipt code in eInvoiceSpecimenCode: the version of the whole kind. Every change
   * makes the next one, and a receipt is drawn by the version that its specimen code names.
   */
  readonly specimenVersion: string;
  /**
   * Codes that regions use instead of the two above, oldest first; see kindCodes.ts. They come from the bureau's code
   * table and are no part of a kind's own data: absent in JSON.
   */
  readonly regionCodes?: readonly RegionCode[];
  readonly face: Face;
  /**
   * The kind's own fields, in the order of the XML. relatedInvoiceCode and relatedInvoiceNumber are added to each
   * receipt.
   */
  readonly mainExt: readonly ExtField[];
  /** Pairs of date fields of mainExt, the earlier first; the later one may not precede it. */
  readonly dateOrders: readonly { readonly earlier: string; readonly later: string }[];
  /** What else must be filled in when a choice field has a value. */
  readonly conditions: readonly Condition[];
  /** A payer of this name stays unknown (爱心人士): code, account and bank must be empty. "": no payer may. */
  readonly anonymousPayerName: string;
  /** Which fields of IssueInput may not be empty. */
  readonly requiredFields: readonly MainField[];
  readonly items: RowsSpec<keyof ReceiptItem>;
  readonly auxItems: RowsSpec<keyof ReceiptAuxItem>;
  readonly payChannels: {
    readonly isRequired: boolean;
    /** The codes that are taken; ROUNDING_CODE is always taken. */
    readonly codes: readonly string[];
  };
  readonly amounts: {
    readonly minTotalFen: number;
    readonly maxTotalFen: number;
    /** How far a rounding row (货币误差, code ROUNDING_CODE) may go either way. */
    readonly maxRoundingFen: number;
  };
  readonly rules: readonly KindRule[];
  /** null: none. */
  readonly surcharge: SurchargeRule | null;
};

/** The class and kind code of a kind in one region from a time on. */
export type RegionCode = {
  /** 2 digits, as IssuingUnit.region. */
  readonly region: string;
  readonly classCode: string;
  readonly kindCode: string;
  /** As Kind.isConfirmed. */
  readonly isConfirmed: boolean;
  readonly fromMs: number;
};

/** If the choice field has this value, these fields of mainExt and these of every item row are required. */
export type Condition = {
  readonly field: string;
  readonly value: string;
  readonly extFields: readonly string[];
  readonly itemFields: readonly (keyof ReceiptItem)[];
};

export type Bilingual = { readonly zh: string; readonly en: string };

/** What the face shows. Sizes and places are the drawing's; words, columns and rows are the kind's. */
export type Face = {
  /**
   * medical: two sets of columns side by side, no unit price; nontax: one set with code, unit and unit price. docs/domain.md
   * 2.4.
   */
  readonly layout: "medical" | "nontax";
  /** What the payer is called: 交款人, 捐赠人. */
  readonly payerLabel: Bilingual;
  /** Printed in the block 其他信息 of every receipt; null: nothing. */
  readonly note: Bilingual | null;
  readonly columnSets: 1 | 2;
  /** Item rows that always stand there, blank if unused. */
  readonly minRows: number;
  /** More items than this go to the list pages (明细清单). */
  readonly maxRows: number;
  readonly columns: readonly Column<ItemColumn>[];
  /** Of the list pages. */
  readonly auxColumns: readonly Column<keyof ReceiptAuxItem>[];
};

/** One column; `share` is its part of the width among the shares of all. */
export type Column<Field extends string> = Bilingual & {
  readonly field: Field;
  readonly share: number;
  readonly align: "left" | "center" | "right";
};

/** itemQuantityUnit: 数量/单位, both in one column. */
export type ItemColumn = keyof ReceiptItem | "itemQuantityUnit";

/**
 * A field of mainExt. In the receipt's data a money field is a number (fen), every other field a text: a number is
 * always money.
 */
export type ExtField = Bilingual & {
  /** Name of the MOF XML in lower camel case (docs/domain.md 2.3, 2.7). */
  readonly name: string;
  readonly type: ExtFieldType;
  /** Characters (code points); of a text, or the digits of an integer. */
  readonly maxLength: number;
  /** Of a text: which characters are taken. */
  readonly charset: "any" | "digits" | "alphanumeric";
  /** Of a choice: the values that are taken; else []. */
  readonly choices: readonly Choice[];
  readonly isRequired: boolean;
  readonly isOnFace: boolean;
  /** Tells of the person: masked in public answers, never in logs. */
  readonly isPersonal: boolean;
};

/**
 * date: yyyyMMdd (yyyy-MM-dd is taken, too); dateTime: yyyyMMddHHmmss (or yyyy-MM-dd HH:mm:ss); money: fen, not
 * negative; integer: digits (a whole number is taken, too). Unused: "" or, for money, 0.
 */
export type ExtFieldType = "text" | "date" | "dateTime" | "money" | "choice" | "integer";

export type Choice = Bilingual & { readonly value: string };

export type MainField =
  "busNo" | "placeCode" | "payerPartyName" | "payerPartyCode" | "payMode" | "handlingPerson" | "checker";

export type RowsSpec<Field extends string> = {
  readonly minCount: number;
  readonly maxCount: number;
  /** Rows without these fields are refused. */
  readonly requiredFields: readonly Field[];
  /** Whether A2 (quantity times unit price) is checked on rows that have both. */
  readonly isStdChecked: boolean;
  /** Whether a row other than a rounding row may have a negative amount (a returned drug in a list). */
  readonly isNegativeAllowed: boolean;
};

/** The arithmetic of docs/domain.md 2.6; R1: a reversal names the document that it rests on (2.7). */
export const RULE_IDS = [
  "A1",
  "A2",
  "A3",
  "A4",
  "A5",
  "A6",
  "A7",
  "A8",
  "A9",
  "A10",
  "A11",
  "A12",
  "A13",
  "A14",
  "R1",
] as const;
export type RuleId = (typeof RULE_IDS)[number];

/** These hold for every kind and unit: no data can turn them off or into a warning. */
export const FIXED_RULES: readonly RuleId[] = ["A1", "A11", "A14"];

/**
 * A rule that is not listed does not apply to the kind. A unit's ruleOverrides go before `onBreach`, but for
 * FIXED_RULES.
 */
export type KindRule = { readonly rule: RuleId; readonly onBreach: OnBreach };
export type OnBreach = "refuse" | "warn" | "off";

/** 加处罚款: a share of the fine for each day late, at most the fine. docs/domain.md 2.7. */
export type SurchargeRule = {
  /** Decimal: "0.03". */
  readonly dailyRate: string;
  readonly cap: "fine";
  readonly freeDays: number;
  /** The surcharge's own item row. */
  readonly itemCode: string;
  readonly itemName: Bilingual;
  /** Items of these codes are no fine (没收款): nothing is added for them. */
  readonly exemptItemCodes: readonly string[];
  /** Names in mainExt. The last two are money that decideIssue fills in: the fine, and what is added to it. */
  readonly receivedDateField: string;
  readonly paidDateField: string;
  readonly suspendedDaysField: string;
  readonly fineField: string;
  readonly surchargeField: string;
};

/** 货币误差: the code of a row or pay channel that takes up what rounding left over (docs/domain.md 2.6, A5). */
export const ROUNDING_CODE = "HBWC";
