import { assertFen, type Fen } from "./money.ts";

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["仟", "佰", "拾", ""] as const;

/**
 * The amount in Chinese capitals (大写), as the face prints it: 325.04 -> 叁佰贰拾伍元零肆分. docs/domain.md 2.4. 整 after 元 and after
 * 角, none after 分; a run of zeros is one 零; 负 before a negative amount. Where the rules leave the choice (元 or 万
 * standing at a 0), one 零 is written after 元 if the yuan end in two or more zeros: 107000.53 -> 壹拾万柒仟元零伍角叁分, 1680.32 ->
 * 壹仟陆佰捌拾元叁角贰分. Throws amount_out_of_range.
 */
export function capitalsOf(amount: Fen): string {
  const fen = Math.abs(assertFen(amount));
  const yuan = Math.floor(fen / 100);
  const sign = amount < 0 ? "负" : "";
  if (fen === 0) return "零元整";
  const whole = yuan === 0 ? "" : `${wholeCapitals(yuan)}元`;
  return sign + whole + decimalCapitals(yuan, Math.floor(fen / 10) % 10, fen % 10);
}

/** 角 and 分, or 整; with the 零 that joins them to the yuan. */
function decimalCapitals(yuan: number, jiao: number, fen: number): string {
  if (jiao === 0 && fen === 0) return "整";
  if (jiao === 0) return `${yuan === 0 ? "" : "零"}${digit(fen)}分`;
  const join = yuan !== 0 && yuan % 100 === 0 ? "零" : "";
  return `${join}${digit(jiao)}角${fen === 0 ? "整" : `${digit(fen)}分`}`;
}

/** A positive whole number below 10^16. */
function wholeCapitals(value: number): string {
  const hundredMillions = Math.floor(value / 100_000_000);
  const rest = value % 100_000_000;
  if (hundredMillions === 0) return tenThousandsCapitals(rest);
  return `${tenThousandsCapitals(hundredMillions)}亿${joined(rest, 10_000_000, tenThousandsCapitals)}`;
}

/** A positive whole number below 10^8. */
function tenThousandsCapitals(value: number): string {
  const tenThousands = Math.floor(value / 10_000);
  const rest = value % 10_000;
  if (tenThousands === 0) return groupCapitals(rest);
  return `${groupCapitals(tenThousands)}万${joined(rest, 1000, groupCapitals)}`;
}

/** The lower part of a number: nothing if 0, with a 零 before it if its highest place is empty. */
function joined(rest: number, highestPlace: number, capitals: (value: number) => string): string {
  if (rest === 0) return "";
  return (rest < highestPlace ? "零" : "") + capitals(rest);
}

/** 1 to 9999. */
function groupCapitals(value: number): string {
  const digits = String(value).padStart(4, "0");
  let text = "";
  let isZeroPending = false;
  for (const [index, place] of PLACES.entries()) {
    const d = Number(digits[index]);
    if (d === 0) {
      isZeroPending = text !== "";
      continue;
    }
    text += (isZeroPending ? "零" : "") + digit(d) + place;
    isZeroPending = false;
  }
  return text;
}

function digit(value: number): string {
  return DIGITS.charAt(value);
}
