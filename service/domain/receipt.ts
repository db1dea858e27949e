/**
 * The receipt's data: the one JSON object whose digest is anchored (docs/ledger.md), attached to the PDF as receipt.json.
 * Names are those of the MOF EInvoice XML in lower camel case. Every number is an integer; money is fen
 * (negative on a red-letter receipt), quantities and unit prices are decimal strings. Every field of a kind is always
 * there, "" if unused: presence tells nothing.
 */
export type ReceiptData = {
  readonly eInvoiceName: string;
  /** 票据代码, 8 digits: region 2, class 2, kind 2, year 2. */
  readonly eInvoiceCode: string;
  /** 票据号码, 10 digits. */
  readonly eInvoiceNumber: string;
  /** 校验码, 6 characters [0-9A-Za-z]. */
  readonly randomNumber: string;
  readonly eInvoiceSpecimenCode: string;
  readonly supervisorAreaCode: string;
  readonly totalAmount: number;
  /** yyyyMMdd, Asia/Shanghai. */
  readonly issueDate: string;
  /** HH:mm:ss, Asia/Shanghai. */
  readonly issueTime: string;
  /** Unified social credit code of the unit, 18 characters. */
  readonly invoicingPartyCode: string;
  readonly invoicingPartyName: string;
  readonly recName: string;
  readonly recAcct: string;
  readonly recOpBk: string;
  /** 1 a person, 2 a unit. */
  readonly payerPartyType: "1" | "2";
  readonly payerPartyCode: string;
  readonly payerPartyName: string;
  readonly payerAcct: string;
  readonly payerOpBk: string;
  readonly payMode: string;
  /** 业务流水号 (busNo): the unit's own serial number, unique in the unit. */
  readonly bizCode: string;
  /** 开票点. */
  readonly placeCode: string;
  readonly currencyType: "CNY";
  readonly remark: string;
  readonly handlingPerson: string;
  readonly checker: string;
  readonly supervisorRemark: string;
  /** The kind's own fields, by name; money among them in fen. Always has relatedInvoiceCode and relatedInvoiceNumber. */
  readonly mainExt: Readonly<Record<string, string | number>>;
  readonly items: readonly ReceiptItem[];
  /** 明细清单. */
  readonly auxItems: readonly ReceiptAuxItem[];
  /** 其他信息, free rows for the face. */
  readonly otherInfo: readonly OtherInfo[];
  /** 交费渠道. */
  readonly payChannels: readonly PayChannel[];
};

export type ReceiptItem = {
  readonly itemCode: string;
  readonly itemName: string;
  readonly itemQuantity: string;
  readonly itemUnit: string;
  /** 标准 (unit price), yuan, a decimal string with up to 4 places, "" if none. */
  readonly itemStd: string;
  /** fen */
  readonly itemAmount: number;
  readonly itemRemark: string;
};

export type ReceiptAuxItem = {
  readonly auxItemRelatedCode: string;
  readonly auxItemRelatedName: string;
  readonly auxItemCode: string;
  readonly auxItemName: string;
  /** 规格 */
  readonly auxItemSpecification: string;
  readonly auxItemQuantity: string;
  readonly auxItemUnit: string;
  readonly auxItemStd: string;
  /** fen */
  readonly auxItemAmount: number;
  readonly auxItemRemark: string;
};

export type OtherInfo = { readonly infoName: string; readonly infoValue: string };

/** payChannelValue in fen. Codes: 02 cash, 04 Alipay, 05 WeChat, 07 card, 11 medical insurance, 99 other, HBWC rounding. */
export type PayChannel = { readonly payChannelCode: string; readonly payChannelValue: number };

/** A deposit voucher (预交金凭证) behind an inpatient receipt's 预缴: only checked (A10), never part of the receipt's data. */
export type PayMentVoucher = {
  readonly voucherBatchCode: string;
  readonly voucherNo: string;
  readonly voucherFen: number;
};

/**
 * Where the payer wants the receipt sent, and whether it may be. Personal, so never part of the receipt's data or its stored
 * input; nor of what a repeated busNo is compared with: the first request's delivery stands.
 */
export type DeliveryInput = {
  readonly email?: string;
  readonly phone?: string;
  /** 欠缴: neither sent nor shown to the payer until the unit releases it. docs/domain.md 3.3. */
  readonly isArrears?: boolean;
  readonly arrearsReason?: string;
};

/** What a unit sends to have a receipt issued: the body of POST /v1/receipts, after parsing (absent optional fields are ""). */
export type IssueInput = {
  readonly kind: string;
  readonly busNo: string;
  readonly placeCode: string;
  /** fen; undefined: the sum of the items is taken. */
  readonly totalAmount?: number;
  readonly payerPartyType: "1" | "2";
  readonly payerPartyName: string;
  readonly payerPartyCode: string;
  readonly payerAcct: string;
  readonly payerOpBk: string;
  readonly payMode: string;
  readonly handlingPerson: string;
  readonly checker: string;
  readonly remark: string;
  readonly mainExt: Readonly<Record<string, string | number>>;
  readonly items: readonly ReceiptItem[];
  readonly auxItems: readonly ReceiptAuxItem[];
  readonly otherInfo: readonly OtherInfo[];
  readonly payChannels: readonly PayChannel[];
  readonly payMentVouchers?: readonly PayMentVoucher[];
  readonly delivery?: DeliveryInput;
};

/** What the bureau knows of the unit and the receipt takes over. */
export type IssuingUnit = {
  readonly unitId: number;
  readonly creditCode: string;
  readonly name: string;
  /** 2 digits, the first two of the receipt code. */
  readonly region: string;
  readonly supervisorAreaCode: string;
  readonly recName: string;
  readonly recAcct: string;
  readonly recOpBk: string;
  /** Ids of the kinds that the unit may issue. */
  readonly kinds: readonly string[];
  /** The unit's own strictness, by rule id ("A8"), over the kind's. */
  readonly ruleOverrides: Readonly<Record<string, "refuse" | "warn" | "off">>;
};

/** What is fixed only when the number is taken. */
export type Numbering = {
  readonly eInvoiceCode: string;
  readonly eInvoiceNumber: string;
  readonly randomNumber: string;
  readonly issueDate: string;
  readonly issueTime: string;
};

/** One thing wrong (or, as a warning, odd) with an input. `pointer` is the JSON Pointer of the field. */
export type FieldProblem = {
  readonly code: string;
  readonly pointer: string;
  readonly zh: string;
  readonly en: string;
};

export type IssueDecision =
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] }
  | {
      readonly kind: "accepted";
      /** The receipt's data without its numbering. */
      readonly draft: Omit<ReceiptData, keyof Numbering>;
      readonly warnings: readonly FieldProblem[];
    };
