import { randomBytes } from "node:crypto";
import type { Book, NewReceipt, Unit } from "../../service/app/storePorts.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";

export const CODE = 44060126;

export function testUnit(unitId = 1): Unit {
  return {
    unitId,
    creditCode: `1244030045575${String(unitId).padStart(4, "0")}X`,
    name: `测试医院${unitId}`,
    region: "44",
    supervisorAreaCode: "440300",
    recName: "测试医院",
    recAcct: "6222000000000000",
    recOpBk: "测试银行",
    kinds: ["outpatient"],
    ruleOverrides: {},
    keyId: `unit-${unitId}`,
    status: "active",
  };
}

export function testBook(options: Partial<Book> = {}): Book {
  const first = options.first ?? 1;
  const marks = { next: first, rendered: first, anchored: first };
  return {
    bookId: 1,
    unitId: 1,
    code: CODE,
    kind: "outpatient",
    first,
    last: 1000,
    lowWater: 10,
    ...marks,
    ...options,
  };
}

/** A receipt ready to be numbered, as app/issueReceipts gives it to the store. */
export function newReceipt(busNo: string, options: { unitId?: number; code?: number; name?: string } = {}): NewReceipt {
  const { unitId = 1, code = CODE, name = "张三" } = options;
  const item = {
    itemCode: "01",
    itemName: "西药费",
    itemQuantity: "",
    itemUnit: "",
    itemStd: "",
    itemAmount: 23621,
    itemRemark: "",
  };
  const payer = {
    payerPartyType: "1" as const,
    payerPartyName: name,
    payerPartyCode: "",
    payerAcct: "",
    payerOpBk: "",
  };
  const hands = { payMode: "", handlingPerson: "李四", checker: "王五", remark: "" };
  const rows = { items: [item], auxItems: [], otherInfo: [], payChannels: [] };
  const mainExt = { relatedInvoiceCode: "", relatedInvoiceNumber: "" };
  const input: IssueInput = { kind: "outpatient", busNo, placeCode: "", ...payer, ...hands, mainExt, ...rows };
  return {
    unitId,
    kind: "outpatient",
    code,
    input,
    inputDigest: dataDigestOf({ ...input }, new Uint8Array(32)),
    draft: {
      eInvoiceName: "广东省医疗门诊收费票据（电子）",
      eInvoiceSpecimenCode: `${String(code).padStart(8, "0")}01`,
      supervisorAreaCode: "440300",
      totalAmount: 23621,
      invoicingPartyCode: testUnit(unitId).creditCode,
      invoicingPartyName: testUnit(unitId).name,
      recName: "",
      recAcct: "",
      recOpBk: "",
      ...payer,
      ...hands,
      bizCode: busNo,
      placeCode: "",
      currencyType: "CNY",
      supervisorRemark: "",
      mainExt,
      ...rows,
    },
    randomNumber: "3f7484",
    secret: randomBytes(32),
    issuedAtMs: Date.parse("2026-03-06T10:21:33+08:00"),
    warnings: [],
  };
}
