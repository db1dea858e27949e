import { creditCheckCharacter } from "../creditCode.ts";
import type { IssueInput } from "../receipt.ts";
import type { Dice } from "./dice.ts";

type Payer = Pick<IssueInput, "payerPartyType" | "payerPartyName" | "payerPartyCode" | "payerAcct" | "payerOpBk">;

/**
 * Names with characters that few fonts have, and long names of other peoples: what a real register holds. All are
 * invented.
 */
const RARE_NAMES = ["李𠮷", "王䶮", "陈㛃", "周𬭎", "阿依努尔·买买提江", "欧阳𬭎䶮", "单于㼆"] as const;
const SURNAMES = ["陈", "林", "黄", "张", "李", "王", "吴", "刘", "蔡", "杨", "许", "郑", "欧阳", "冼", "区"] as const;
const GIVEN = [
  "一诺",
  "思远",
  "嘉怡",
  "俊杰",
  "淑芬",
  "志强",
  "晓彤",
  "建国",
  "梓涵",
  "秀英",
  "伟",
  "敏",
  "子墨",
  "雨桐",
] as const;
const COMPANIES = [
  "深圳市样例科技有限公司",
  "示例（广东）物流有限公司",
  "样本餐饮管理有限公司",
  "示例市测试建筑工程有限公司",
] as const;
const STAFF = ["何样本", "罗示例", "梁测试", "谢演示"] as const;

/** Each seventh payer has a rare name. */
export function personOf(dice: Dice, n: number): Payer {
  const name = n % 7 === 3 ? dice.pick(RARE_NAMES) : dice.pick(SURNAMES) + dice.pick(GIVEN);
  const tail = String(dice.between(0, 9999)).padStart(4, "0");
  return {
    payerPartyType: "1",
    payerPartyName: name,
    payerPartyCode: n % 5 === 0 ? "" : `4403**********${tail}`,
    payerAcct: "",
    payerOpBk: "",
  };
}

export function companyOf(dice: Dice): Payer {
  const first17 = `91440300MA${String(dice.between(0, 9_999_999)).padStart(7, "0")}`;
  return {
    payerPartyType: "2",
    payerPartyName: dice.pick(COMPANIES),
    payerPartyCode: first17 + creditCheckCharacter(first17),
    payerAcct: `4000${String(dice.between(0, 999_999_999)).padStart(12, "0")}`,
    payerOpBk: "示例银行深圳测试支行",
  };
}

/** Who issues and who checks: never the same. */
export function staffOf(dice: Dice): Pick<IssueInput, "handlingPerson" | "checker"> {
  const index = dice.between(0, STAFF.length - 1);
  return { handlingPerson: STAFF[index] ?? STAFF[0], checker: STAFF[(index + 1) % STAFF.length] ?? STAFF[0] };
}
