import type { DisclosureReport } from "../../core/verifyDisclosure.ts";
import type { Place } from "../shared/place.ts";
import { words } from "../shared/words.ts";
import { conclude, type Conclusion } from "./conclude.ts";

/** A disclosure's report in the words of a person: by the rules of a receipt's, and it always says that fields were withheld. */
export function concludeDisclosure(report: DisclosureReport, place: Place): Conclusion {
  const found = conclude(report, place);
  switch (report.verdict) {
    case "valid":
      return { ...found, ...ownWords(found), reasons: [...reasonsOf(found), limitOf(report)] };
    case "invalid":
      return { ...found, headline: failureOf(report) ?? found.headline, advice: INVALID_ADVICE };
    case "undetermined":
      return found;
  }
}

const GENUINE = words("所示字段真实有效", "The fields shown are genuine and valid");

const ownWords = ({ tone, headline }: Conclusion): Pick<Conclusion, "headline"> =>
  tone === "good" ? { headline: GENUINE } : { headline };

const reasonsOf = ({ tone, reasons }: Conclusion): Conclusion["reasons"] =>
  tone === "good"
    ? [
        words(
          "所示字段与财政部门准入单位的链上存证一致；票据未冲红、未换开、未入账",
          "The fields are those that a unit admitted by the bureau anchored; the receipt is not reversed, not on paper, not claimed",
        ),
      ]
    : reasons;

function limitOf({ shown = [], withheld = [] }: DisclosureReport): Conclusion["headline"] {
  return words(
    `这是部分披露，不是票据原件：披露 ${shown.length} 项，未披露 ${withheld.length} 项（逐项列出）；它不证明由谁出示`,
    `These are chosen fields, not the receipt: ${shown.length} shown, ${withheld.length} withheld (each is named beside); ` +
      "it does not prove who shows them",
  );
}

/** What is said of a document does not fit a disclosure. */
function failureOf({ checks }: DisclosureReport): Conclusion["headline"] | undefined {
  const failed = (id: string): boolean => checks.some((check) => check.id === id && check.outcome === "fail");
  if (failed("receipt_data"))
    return words("披露文件读不出，或已被改动", "The disclosure cannot be read, or was altered");
  if (failed("data_digest")) return words("所示字段与存证不符", "The fields are not those that were anchored");
  return undefined;
}

const INVALID_ADVICE = [
  words(
    "请勿凭此报销、入账。请出示人重新生成，或提供票据原件；如疑伪造，请报告财政部门。",
    "Do not reimburse or book it. Ask for a new disclosure or for the receipt itself; report a forgery to the bureau.",
  ),
];
