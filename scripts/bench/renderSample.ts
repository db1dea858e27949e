import type { ReceiptData } from "../../service/domain/receipt.ts";

const SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许";
const GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英";
const ITEMS = [
  "诊察费",
  "检查费",
  "化验费",
  "治疗费",
  "手术费",
  "护理费",
  "卫生材料费",
  "西药费",
  "中药饮片",
  "中成药",
  "挂号费",
  "其他费",
];

/** An outpatient receipt with twelve items; every one differs in names, numbers and amounts. */
export function renderSample(index: number): ReceiptData {
  const items = ITEMS.map((itemName, i) => ({
    itemCode: String(800 + i),
    itemName,
    itemQuantity: String(1 + ((index + i) % 9)),
    itemUnit: "项",
    itemStd: "",
    itemAmount: 1000 + ((index * 37 + i * 411) % 90_000),
    itemRemark: i % 3 === 0 ? "乙类" : "",
  }));
  const total = items.reduce((sum, { itemAmount }) => sum + itemAmount, 0);
  const person = (offset: number): string => {
    const at = index * 7 + offset;
    return `${SURNAMES.charAt(at % 20)}${GIVEN.charAt(at % 24)}${GIVEN.charAt((at * 5 + 3) % 24)}`;
  };
  return {
    eInvoiceName: "广东省医疗门诊收费票据（电子）",
    eInvoiceCode: "44060126",
    eInvoiceNumber: String(1 + index).padStart(10, "0"),
    randomNumber: "3f7484",
    eInvoiceSpecimenCode: "4406012601",
    supervisorAreaCode: "440300",
    totalAmount: total,
    issueDate: "20260306",
    issueTime: "10:21:33",
    invoicingPartyCode: "12440300455755000X",
    invoicingPartyName: "示例人民医院",
    recName: "示例人民医院",
    recAcct: "",
    recOpBk: "",
    payerPartyType: "1",
    payerPartyCode: "4403**********1234",
    payerPartyName: person(0),
    payerAcct: "",
    payerOpBk: "",
    payMode: "",
    bizCode: `HIS20260306${String(index).padStart(6, "0")}`,
    placeCode: "01",
    currencyType: "CNY",
    remark: "",
    handlingPerson: person(1),
    checker: person(2),
    supervisorRemark: "",
    mainExt: {
      ...{ businessNumber: "", businessDate: "", gender: index % 2 === 0 ? "男" : "女", age: "", address: "" },
      ...{ medicalType: "", patientNumber: `MZ${index}`, medicalDate: "20260306", orgType: "综合医院" },
      ...{ medicalInsuranceType: "职工基本医疗保险", medicalInsuranceID: `4403${String(index).padStart(10, "0")}` },
      ...{ fundPayAmount: total - 5000, otherPayAmount: 0, accountPayAmount: 3000, ownPayAmount: 2000 },
      ...{ selfpaymentAmount: 4000, selfpaymentCost: 1000, relatedInvoiceCode: "", relatedInvoiceNumber: "" },
    },
    items,
    auxItems: [],
    otherInfo: [],
    payChannels: [{ payChannelCode: "11", payChannelValue: total }],
  };
}
