import { sumFen, yuanOf } from "../money.ts";
import type { IssueInput, ReceiptItem } from "../receipt.ts";
import { diceOf, type Dice } from "./dice.ts";
import { companyOf, personOf, staffOf } from "./people.ts";

type Charge = readonly [code: string, name: string, unit: string, stdFen: number];

/** Item codes, standards and projects are invented. */
const FEES: readonly [Charge, ...Charge[]] = [
  ["103042751", "本科学费", "学年", 608_000],
  ["103042752", "住宿费", "学年", 150_000],
  ["103042753", "教材代收费", "学期", 42_650],
  ["103042754", "重修学分费", "学分", 12_000],
];
type Faculty = readonly [faculty: string, major: string];
const FACULTIES: readonly [Faculty, ...Faculty[]] = [
  ["计算机学院", "软件工程"],
  ["文学院", "汉语言文学"],
  ["医学院", "护理学"],
];
const PROJECTS = ["乡村儿童图书角", "困境家庭助医", "山区学校饮水工程"] as const;
const GOODS: readonly [Charge, ...Charge[]] = [
  ["", "儿童图书", "册", 2_580],
  ["", "医用外科口罩（50只装）", "盒", 1_850],
  ["", "棉被（2kg）", "床", 12_900],
];
const DUES: readonly [Charge, ...Charge[]] = [
  ["SH001", "单位会员会费", "年", 500_000],
  ["SH002", "个人会员会费", "年", 20_000],
];
type Settlement = readonly [code: string, name: string, reason: string, amountFen: number];
const SETTLEMENTS: readonly [Settlement, ...Settlement[]] = [
  ["WL001", "履约保证金", "政府采购项目履约保证", 5_000_000],
  ["WL002", "代收水电费", "代收承租方水电费", 83_260],
  ["WL003", "投标保证金", "公开招标投标保证", 2_000_000],
];
const CHANNELS = ["02", "04", "05", "07"] as const;

/** n = 0: a year's tuition and lodging, 7,580.00. */
export function tuitionSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 400_000_009);
  const count = n === 0 ? 2 : dice.between(1, FEES.length);
  const items = FEES.slice(0, count).map((charge) => pricedItem(charge, charge[2] === "学分" ? dice.between(1, 6) : 1));
  const [faculty, major] = dice.pick(FACULTIES);
  const year = Number(today.slice(0, 4)) - (today.slice(4, 6) < "08" ? 1 : 0);
  return {
    ...commonOf(dice, n, "tuition", today, items),
    ...personOf(dice, n),
    placeCode: `X0${dice.between(1, 3)}`,
    payMode: "网上缴款",
    mainExt: {
      businessNumber: `JY${today}${n}`,
      businessDate: today,
      school: "示例大学",
      faculty,
      major,
      classes: `${year}级${dice.between(1, 6)}班`,
      studentID: `${year}${String(dice.between(0, 999_999)).padStart(6, "0")}`,
      schoolYear: `${year}-${year + 1}`,
      schoolTerm: dice.pick(["第一学期", "第二学期", "全学年"]),
    },
  };
}

/** n = 0: goods of an anonymous donor at fair value; each third gives goods, each fourth is anonymous, each fifth a company. */
export function donationSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 500_000_003);
  const isGoods = n % 3 === 0;
  const items = isGoods
    ? GOODS.slice(0, dice.between(1, GOODS.length)).map((charge) => pricedItem(charge, dice.between(1, 200)))
    : [moneyItem(dice.between(1, 5_000) * 1_000)];
  return {
    ...commonOf(dice, n, "donation", today, items),
    ...(n % 4 === 0 ? ANONYMOUS : n % 5 === 2 ? companyOf(dice) : personOf(dice, n)),
    placeCode: "C01",
    payMode: isGoods ? "实物" : "银行转账",
    mainExt: {
      businessNumber: `JZ${today}${n}`,
      businessDate: today,
      donationProject: dice.pick(PROJECTS),
      donationForm: isGoods ? "实物" : "货币",
      donationDate: today,
      valuationBasis: isGoods ? "捐赠方购货发票所列市场价" : "",
    },
    payChannels: isGoods ? [] : channelOf(dice, items),
  };
}

export function societyDuesSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 700_000_001);
  const isUnit = n % 2 === 0;
  const charge = DUES[isUnit ? 0 : 1] ?? DUES[0];
  return {
    ...commonOf(dice, n, "societyDues", today, [pricedItem(charge, 1)]),
    ...(isUnit ? companyOf(dice) : personOf(dice, n)),
    placeCode: "H01",
    payMode: "银行转账",
    mainExt: {
      businessNumber: `HF${today}${n}`,
      businessDate: today,
      memberNumber: `HY${String(dice.between(1, 99_999)).padStart(5, "0")}`,
      memberGrade: isUnit ? "单位会员" : "个人会员",
      duesYear: today.slice(0, 4),
    },
  };
}

export function currentSettlementSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 800_000_011);
  const [itemCode, itemName, settlementReason, itemAmount] = n === 0 ? SETTLEMENTS[0] : dice.pick(SETTLEMENTS);
  const item = { itemCode, itemName, itemAmount, itemQuantity: "", itemUnit: "", itemStd: "", itemRemark: "" };
  return {
    ...commonOf(dice, n, "currentSettlement", today, [item]),
    ...(n % 4 === 3 ? personOf(dice, n) : companyOf(dice)),
    placeCode: "W01",
    payMode: "银行转账",
    mainExt: {
      businessNumber: `WL${today}${n}`,
      businessDate: today,
      settlementReason,
      contractNumber: `示例合同〔${today.slice(0, 4)}〕${dice.between(1, 300)}号`,
    },
  };
}

const ANONYMOUS = {
  payerPartyType: "1",
  payerPartyName: "爱心人士",
  payerPartyCode: "",
  payerAcct: "",
  payerOpBk: "",
} as const;

type Payer = keyof typeof ANONYMOUS;

/** What does not hang on who pays; paid through one channel. */
function commonOf(
  dice: Dice,
  n: number,
  kind: string,
  today: string,
  items: readonly ReceiptItem[],
): Omit<IssueInput, Payer | "mainExt" | "placeCode" | "payMode"> {
  return {
    kind,
    busNo: `DEMO-${kind}-${today}-${n}`,
    totalAmount: sumFen(items.map((row) => row.itemAmount)),
    ...staffOf(dice),
    remark: "",
    items,
    auxItems: [],
    otherInfo: [],
    payChannels: channelOf(dice, items),
  };
}

function channelOf(dice: Dice, items: readonly ReceiptItem[]): IssueInput["payChannels"] {
  return [{ payChannelCode: dice.pick(CHANNELS), payChannelValue: sumFen(items.map((row) => row.itemAmount)) }];
}

function pricedItem([itemCode, itemName, itemUnit, stdFen]: Charge, quantity: number): ReceiptItem {
  return {
    itemCode,
    itemName,
    itemQuantity: String(quantity),
    itemUnit,
    itemStd: yuanOf(stdFen),
    itemAmount: stdFen * quantity,
    itemRemark: "",
  };
}

function moneyItem(itemAmount: number): ReceiptItem {
  return { itemCode: "", itemName: "人民币", itemQuantity: "", itemUnit: "", itemStd: "", itemAmount, itemRemark: "" };
}
