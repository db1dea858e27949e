import { dateOf, dayOf } from "../fiscalTime.ts";
import { sumFen, yuanOf } from "../money.ts";
import type { IssueInput, PayChannel, ReceiptAuxItem, ReceiptItem } from "../receipt.ts";
import { diceOf, type Dice } from "./dice.ts";
import { personOf, staffOf } from "./people.ts";

type Rows = { readonly items: readonly ReceiptItem[]; readonly auxItems: readonly ReceiptAuxItem[] };
type Line = readonly [name: string, specification: string, unit: string, priceFen: number];

/** Fee items of the medical face (docs/domain.md 2.5) with lines that they are made of. Prices are invented. */
// prettier-ignore
const FEES: readonly (readonly [code: string, name: string, unit: string, lines: readonly [Line, ...Line[]]])[] = [
  ["0101", "诊察费", "次", [["普通门诊诊查费", "", "次", 1000], ["副主任医师诊查费", "", "次", 3000]]],
  ["0201", "检查费", "项", [["彩色多普勒超声常规检查", "单部位", "次", 12_650], ["十二导联心电图", "", "次", 2700]]],
  ["0301", "化验费", "项", [["血细胞分析（五分类）", "全血", "次", 1890], ["C反应蛋白测定", "", "项", 2560], ["肝功能组合", "", "次", 8800]]],
  ["0804", "治疗费", "次", [["雾化吸入治疗", "", "次", 760], ["静脉输液", "", "组", 830]]],
  ["0901", "西药费", "盒", [["阿莫西林胶囊", "0.25g×24粒", "盒", 1265], ["盐酸氨溴索口服液", "100ml", "瓶", 2318]]],
  ["0902", "中成药费", "盒", [["连花清瘟胶囊", "0.35g×24粒", "盒", 1480], ["板蓝根颗粒", "10g×20袋", "包", 1893]]],
  ["0903", "中药饮片", "克", [["黄芪", "", "克", 18], ["当归", "", "克", 23], ["甘草片", "", "克", 11]]],
  ["0806", "卫生材料费", "个", [["一次性使用输液器", "带针", "个", 312], ["医用敷料", "10cm×10cm", "片", 455]]],
  ["0805", "手术费", "次", [["体表肿物切除术", "", "次", 32_600], ["阑尾切除术", "", "次", 98_000]]],
  ["0401", "护理费", "日", [["Ⅱ级护理", "", "日", 1580], ["Ⅰ级护理", "", "日", 3160]]],
  ["0402", "床位费", "日", [["三人间床位费", "", "床日", 5700], ["双人间床位费", "", "床日", 9800]]],
  ["0999", "其他费", "项", [["一般诊疗费", "", "次", 1000], ["药事服务费", "", "次", 600]]],
];

const INSURANCE = ["职工基本医疗保险", "城乡居民基本医疗保险", "非医保"] as const;
const DEPARTMENTS = ["心血管内科", "骨科", "呼吸与危重症医学科", "普通外科", "儿科"] as const;

/** n = 0: 236.21 = 120.00 + 0.00 + 80.00 + 36.21, self-paid 96.21 + 20.00 (docs/domain.md 2.6). */
export function outpatientSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 1);
  const rows = n === 0 ? WORKED_OUTPATIENT : rowsOf(dice, dice.between(1, 6), 3);
  const total = sumFen(rows.items.map((row) => row.itemAmount));
  const split = n === 0 ? { fund: 12_000, other: 0, account: 8000, own: 3621, cost: 2000 } : splitOf(dice, total);
  return {
    ...commonOf(dice, n, rows, "outpatient", today),
    totalAmount: total,
    mainExt: {
      ...patientOf(dice, split),
      businessNumber: `MZ${today}${n}`,
      businessDate: today,
      patientNumber: `M${String(10_000_000 + n)}`,
      medicalDate: today,
    },
    payChannels: channelsOf(dice, split),
  };
}

/** n = 0: 12,580.50 = 8,000.00 + 500.00 + 1,000.00 + 3,080.50; 5,000.00 prepaid, 1,919.50 paid back (docs/domain.md 2.6). */
export function inpatientSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 1_000_000_007);
  const rows = n === 0 ? WORKED_INPATIENT : rowsOf(dice, dice.between(4, FEES.length), 8);
  const total = sumFen(rows.items.map((row) => row.itemAmount));
  const split =
    n === 0 ? { fund: 800_000, other: 50_000, account: 100_000, own: 308_050, cost: 90_000 } : splitOf(dice, total);
  const prepaid = n === 0 ? 500_000 : dice.between(0, 10) * 50_000;
  return {
    ...commonOf(dice, n, rows, "inpatient", today),
    totalAmount: total,
    mainExt: {
      ...patientOf(dice, split),
      businessNumber: `ZY${today}${n}`,
      businessDate: today,
      caseNumber: `B${String(20_000_000 + n)}`,
      hospitalizationNumber: `Z${String(30_000_000 + n)}`,
      departmentName: dice.pick(DEPARTMENTS),
      inHospitalDate: dateOf((dayOf(today) ?? 0) - dice.between(1, 20)),
      outHospitalDate: today,
      prepayAmount: prepaid,
      rechargeAmount: Math.max(0, split.own - prepaid),
      refundAmount: Math.max(0, prepaid - split.own),
    },
    payChannels: channelsOf(dice, split),
  };
}

type Split = {
  readonly fund: number;
  readonly other: number;
  readonly account: number;
  readonly own: number;
  readonly cost: number;
};

function commonOf(
  dice: Dice,
  n: number,
  rows: Rows,
  kind: string,
  today: string,
): Omit<IssueInput, "mainExt" | "payChannels"> {
  return {
    kind,
    busNo: `DEMO-${kind}-${today}-${n}`,
    placeCode: `W0${dice.between(1, 6)}`,
    ...personOf(dice, n),
    payMode: "移动支付",
    ...staffOf(dice),
    remark: n % 11 === 5 ? "复诊" : "",
    items: rows.items,
    auxItems: rows.auxItems,
    otherInfo: n % 3 === 1 ? [{ infoName: "起付标准", infoValue: "0.00" }] : [],
  };
}

function patientOf(dice: Dice, { fund, other, account, own, cost }: Split): IssueInput["mainExt"] {
  return {
    gender: dice.pick(["男", "女"]),
    age: `${dice.between(1, 92)}岁`,
    medicalType: "普通",
    orgType: "综合医院",
    medicalInsuranceType: fund === 0 ? INSURANCE[2] : dice.pick([INSURANCE[0], INSURANCE[1]]),
    medicalInsuranceID: fund === 0 ? "" : `44030${String(dice.between(0, 99_999_999)).padStart(8, "0")}`,
    fundPayAmount: fund,
    otherPayAmount: other,
    accountPayAmount: account,
    ownPayAmount: own,
    selfpaymentAmount: account + own - cost,
    selfpaymentCost: cost,
  };
}

function splitOf(dice: Dice, total: number): Split {
  if (dice.between(0, 4) === 0) return { fund: 0, other: 0, account: 0, own: total, cost: total };
  const fund = Math.floor(total / 10) * dice.between(3, 7);
  const other = dice.between(0, 3) === 0 ? Math.floor((total - fund) / 10) : 0;
  const account = Math.floor((total - fund - other) / 3) * dice.between(0, 2);
  const own = total - fund - other - account;
  return { fund, other, account, own, cost: Math.floor((account + own) / 8) };
}

/** What is 0 is no channel. */
function channelsOf(dice: Dice, { fund, other, account, own }: Split): readonly PayChannel[] {
  const channels: readonly PayChannel[] = [
    { payChannelCode: "11", payChannelValue: fund + other + account },
    { payChannelCode: dice.pick(["02", "04", "05", "07"]), payChannelValue: own },
  ];
  return channels.filter((channel) => channel.payChannelValue !== 0);
}

/** Items made of lines whose quantity times unit price is their amount, so that A1 to A4 hold. */
function rowsOf(dice: Dice, itemCount: number, maxLines: number): Rows {
  const start = dice.between(0, FEES.length - 1);
  const items: ReceiptItem[] = [];
  const auxItems: ReceiptAuxItem[] = [];
  for (let step = 0; step < itemCount; step += 1) {
    const fee = FEES[(start + step * 5) % FEES.length];
    if (fee === undefined) continue;
    const [code, name, unit, lines] = fee;
    const own = Array.from({ length: dice.between(1, maxLines) }, () =>
      lineOf(code, name, dice.pick(lines), dice.between(1, 9)),
    );
    auxItems.push(...own);
    items.push(itemOf(code, name, unit, sumFen(own.map((line) => line.auxItemAmount))));
  }
  return { items, auxItems };
}

function itemOf(itemCode: string, itemName: string, itemUnit: string, itemAmount: number): ReceiptItem {
  return { itemCode, itemName, itemQuantity: "1", itemUnit, itemStd: "", itemAmount, itemRemark: "" };
}

function lineOf(
  code: string,
  name: string,
  [lineName, specification, unit, priceFen]: Line,
  quantity: number,
): ReceiptAuxItem {
  return {
    auxItemRelatedCode: code,
    auxItemRelatedName: name,
    auxItemCode: "",
    auxItemName: lineName,
    auxItemSpecification: specification,
    auxItemQuantity: String(quantity),
    auxItemUnit: unit,
    auxItemStd: yuanOf(priceFen),
    auxItemAmount: priceFen * quantity,
    auxItemRemark: quantity % 3 === 0 ? "乙" : "甲",
  };
}

const WORKED_OUTPATIENT: Rows = {
  items: [
    itemOf("0101", "诊察费", "次", 3000),
    itemOf("0201", "检查费", "项", 12_650),
    itemOf("0901", "西药费", "盒", 7971),
  ],
  auxItems: [
    lineOf("0101", "诊察费", ["副主任医师诊查费", "", "次", 3000], 1),
    lineOf("0201", "检查费", ["彩色多普勒超声常规检查", "单部位", "次", 12_650], 1),
    lineOf("0901", "西药费", ["阿莫西林胶囊", "0.25g×24粒", "盒", 1265], 3),
    lineOf("0901", "西药费", ["盐酸氨溴索口服液", "100ml", "瓶", 2088], 2),
  ],
};

const WORKED_INPATIENT: Rows = {
  items: [
    itemOf("0402", "床位费", "日", 78_400),
    itemOf("0401", "护理费", "日", 25_280),
    itemOf("0805", "手术费", "次", 980_000),
    itemOf("0901", "西药费", "盒", 174_370),
  ],
  auxItems: [
    lineOf("0402", "床位费", ["双人间床位费", "", "床日", 9800], 8),
    lineOf("0401", "护理费", ["Ⅰ级护理", "", "日", 3160], 8),
    lineOf("0805", "手术费", ["腹腔镜下胆囊切除术", "", "次", 980_000], 1),
    lineOf("0901", "西药费", ["注射用头孢曲松钠", "1.0g", "支", 17_437], 10),
  ],
};
