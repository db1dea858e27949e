import { sumFen } from "../money.ts";
import type { IssueInput, ReceiptItem } from "../receipt.ts";
import { diceOf } from "./dice.ts";
import { companyOf, personOf, staffOf } from "./people.ts";

const DEPARTMENTS = ["儿科", "骨科", "口腔科", "心血管内科"] as const;
type Sort = readonly [name: string, priceFen: number];
const SORTS: readonly [Sort, ...Sort[]] = [
  ["普通号", 1000],
  ["副主任医师号", 3000],
  ["主任医师号", 5000],
];
const CHECKS: readonly (readonly [name: string, priceFen: number])[] = [
  ["一般检查", 2000],
  ["血常规", 1890],
  ["肝功能", 8800],
  ["腹部彩超", 12_650],
  ["胸部CT", 26_000],
];
const CHANNELS = ["02", "04", "05", "07"] as const;

/** Paid half from the personal account at each third visit, else in cash. */
export function registrationSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 900_000_011);
  const [sort, priceFen] = dice.pick(SORTS);
  const accountFen = n % 3 === 1 ? priceFen / 2 : 0;
  const own = { payChannelCode: dice.pick(CHANNELS), payChannelValue: priceFen - accountFen };
  return {
    kind: "registration",
    busNo: `DEMO-registration-${today}-${n}`,
    placeCode: `G0${dice.between(1, 4)}`,
    totalAmount: priceFen,
    ...personOf(dice, n),
    payMode: "移动支付",
    ...staffOf(dice),
    remark: "",
    mainExt: {
      businessNumber: `GH${today}${n}`,
      businessDate: today,
      gender: dice.pick(["男", "女"]),
      age: `${dice.between(1, 92)}岁`,
      patientNumber: `M${String(10_000_000 + n)}`,
      medicalDate: today,
      departmentName: dice.pick(DEPARTMENTS),
      registrationType: sort,
      queueNumber: String(dice.between(1, 60)),
      orgType: "综合医院",
      medicalInsuranceType: accountFen === 0 ? "非医保" : "职工基本医疗保险",
      fundPayAmount: 0,
      otherPayAmount: 0,
      accountPayAmount: accountFen,
      ownPayAmount: priceFen - accountFen,
      selfpaymentAmount: priceFen,
      selfpaymentCost: 0,
    },
    items: [itemOf("0101", "诊察费", 1, priceFen)],
    auxItems: [],
    otherInfo: [],
    payChannels: accountFen === 0 ? [own] : [{ payChannelCode: "11", payChannelValue: accountFen }, own],
  };
}

/** Each fourth is a company's, for some of its staff. */
export function checkupSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 1_100_000_023);
  const isGroup = n % 4 === 1;
  const count = isGroup ? dice.between(5, 80) : 1;
  const items = CHECKS.slice(0, dice.between(2, CHECKS.length)).map(([name, priceFen], index) =>
    itemOf(`TJ0${index + 1}`, name, count, priceFen * count),
  );
  const total = sumFen(items.map((row) => row.itemAmount));
  return {
    kind: "checkup",
    busNo: `DEMO-checkup-${today}-${n}`,
    placeCode: "T01",
    totalAmount: total,
    ...(isGroup ? companyOf(dice) : personOf(dice, n)),
    payMode: isGroup ? "银行转账" : "移动支付",
    ...staffOf(dice),
    remark: "",
    mainExt: {
      businessNumber: `TJ${today}${n}`,
      businessDate: today,
      ...(isGroup ? {} : { gender: dice.pick(["男", "女"]), age: `${dice.between(18, 80)}岁` }),
      orgType: "综合医院",
      checkupNumber: `T${String(40_000_000 + n)}`,
      checkupDate: today,
      checkupPackage: isGroup ? "职工年度体检" : "入职体检",
      checkupCount: String(count),
    },
    items,
    auxItems: [],
    otherInfo: [],
    payChannels: [{ payChannelCode: dice.pick(CHANNELS), payChannelValue: total }],
  };
}

function itemOf(itemCode: string, itemName: string, quantity: number, itemAmount: number): ReceiptItem {
  return {
    itemCode,
    itemName,
    itemQuantity: String(quantity),
    itemUnit: "次",
    itemStd: "",
    itemAmount,
    itemRemark: "",
  };
}
