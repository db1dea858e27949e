import { penalty } from "../kinds/penalty.ts";
import { dateOf, dayOf } from "../fiscalTime.ts";
import { sumFen, yuanOf } from "../money.ts";
import type { IssueInput, ReceiptItem } from "../receipt.ts";
import { LATE_FINE_TERMS, lateSurcharge } from "../surcharge.ts";
import { diceOf } from "./dice.ts";
import { companyOf, personOf, staffOf } from "./people.ts";

type Charge = readonly [code: string, name: string, unit: string, stdFen: number, maxQuantity: number];

/** Item codes and standards are invented. */
const CHARGES: readonly [Charge, ...Charge[]] = [
  ["103042750", "普通高中学费", "学期", 126_000, 1],
  ["103042751", "普通高中住宿费", "学期", 50_000, 1],
  ["103042201", "普通话水平测试费", "人次", 5000, 3],
  ["103043306", "不动产登记费（住宅）", "件", 8000, 4],
  ["103044708", "水土保持补偿费", "平方米", 60, 900],
  ["103042501", "教师资格考试考务费", "科", 7000, 3],
];

type Offence = readonly [code: string, place: string, fineFen: number];

const OFFENCES: readonly [Offence, ...Offence[]] = [
  ["1344", "深南大道示例路口", 20_000],
  ["1039", "测试路公交站旁", 30_000],
  ["1208", "样例大桥南行", 10_000],
  ["1019", "示例隧道入口", 5000],
];

export function nontaxSample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 2_000_000_011);
  const start = dice.between(0, CHARGES.length - 1);
  const items = Array.from({ length: n === 0 ? 2 : dice.between(1, 4) }, (_, step): ReceiptItem => {
    const [itemCode, itemName, itemUnit, stdFen, max] =
      CHARGES[(n === 0 ? step : start + step) % CHARGES.length] ?? CHARGES[0];
    const quantity = dice.between(1, max);
    return {
      itemCode,
      itemName,
      itemQuantity: String(quantity),
      itemUnit,
      itemStd: yuanOf(stdFen),
      itemAmount: stdFen * quantity,
      itemRemark: "",
    };
  });
  const total = sumFen(items.map((row) => row.itemAmount));
  return {
    kind: "nontax",
    busNo: `DEMO-nontax-${today}-${n}`,
    placeCode: `S0${dice.between(1, 3)}`,
    totalAmount: total,
    ...(n % 4 === 2 ? companyOf(dice) : personOf(dice, n)),
    payMode: "网上缴款",
    ...staffOf(dice),
    remark: "",
    mainExt: {
      businessNumber: `FS${today}${n}`,
      businessDate: today,
      payCode: `440300${today.slice(2, 4)}${String(dice.between(0, 99_999_999)).padStart(12, "0")}`,
      exeAgencyCode: "440300001",
      exeAgencyName: "示例执收单位",
    },
    items,
    auxItems: [],
    otherInfo: [],
    payChannels: [{ payChannelCode: dice.pick(["02", "04", "05", "07"]), payChannelValue: total }],
  };
}

/** n = 0: a fine of 200.00, paid 10 days late: 60.00 more (docs/domain.md 8). Others are paid 0 to 60 days after receipt. */
export function penaltySample(n: number, today: string): IssueInput {
  const dice = diceOf(n * 2 + 3_000_000_019);
  const [violationCode, violationPlace, fineFen] = n === 0 ? OFFENCES[0] : dice.pick(OFFENCES);
  const paid = dayOf(today) ?? 0;
  const daysAfter = n === 0 ? 25 : dice.between(0, 60);
  const receivedDate = dateOf(paid - daysAfter);
  const suspendedDays = n % 9 === 4 ? dice.between(1, 10) : 0;
  const late = lateSurcharge(
    { fineFen, receivedDate, paidDate: today, suspendedDays },
    penalty.surcharge ?? LATE_FINE_TERMS,
  );
  const decisionNo = `440300${String(dice.between(0, 999_999_999)).padStart(9, "0")}`;
  return {
    kind: "penalty",
    busNo: `DEMO-penalty-${today}-${n}`,
    placeCode: `J0${dice.between(1, 4)}`,
    ...(n % 6 === 5 ? companyOf(dice) : personOf(dice, n)),
    payMode: "银行代收",
    ...staffOf(dice),
    remark: "",
    mainExt: {
      businessNumber: `FM${today}${n}`,
      businessDate: today,
      payCode: `440300${today.slice(2, 4)}${String(dice.between(0, 99_999_999)).padStart(12, "0")}`,
      exeAgencyCode: "440300009",
      exeAgencyName: "示例市公安局交通警察支队",
      penaltyDecisionNo: decisionNo,
      penaltyDecisionType: dice.pick(["简易程序", "一般程序"]),
      penaltyDate: `${receivedDate}093000`,
      receivedDate,
      paidDate: today,
      suspendedDays: suspendedDays === 0 ? "" : suspendedDays,
      plateNo: `粤B·样${String(dice.between(0, 9999)).padStart(4, "0")}`,
      violationCode,
      violationPlace,
      violationTime: `${receivedDate}081500`,
    },
    items: [fineItem(fineFen)],
    auxItems: [],
    otherInfo: [],
    payChannels: [
      { payChannelCode: dice.pick(["04", "05", "07"]), payChannelValue: sumFen([fineFen, late.surchargeFen]) },
    ],
  };
}

function fineItem(fineFen: number): ReceiptItem {
  return {
    itemCode: "103050101",
    itemName: "交通违法罚款",
    itemQuantity: "1",
    itemUnit: "次",
    itemStd: yuanOf(fineFen),
    itemAmount: fineFen,
    itemRemark: "",
  };
}
