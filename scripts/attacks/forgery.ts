import { latin1, latin1Bytes } from "../../service/core/bytes.ts";
import type { CheckId } from "../../service/core/reportTexts.ts";
import { doubledObject } from "./shadow.ts";
import { type Attack, type AttackInput } from "./attack.ts";
import { editObject, findObject, objectOf, putTogether, SIGNATURE, takeApart, textOf } from "./pdfParts.ts";

type Variant = readonly [
  name: string,
  zh: string,
  en: string,
  edit: (signature: string) => string,
  caughtBy: CheckId,
  reason: string,
];

const RANGE = /\/ByteRange\s*\[[^\]]*\]/;
const CONTENTS = /\/Contents\s*<[0-9a-f]*>/;
const range = (text: string) => (signature: string) => signature.replace(RANGE, text);
const contents = (text: string) => (signature: string) => signature.replace(CONTENTS, text);

const missing = ["whole_document", "signature_missing"] as const;
const notWhole = ["whole_document", "signature_not_whole"] as const;
const malformed = ["file_structure", "pdf_malformed"] as const;

/**
 * Universal signature forgery (Mladenov, Mainka et al. 2019): the signature is made impossible to check, in the hope that
 * "cannot check" is shown as "valid". Table and offsets are right in every one.
 */
const VARIANTS: readonly Variant[] = [
  ["forgery-no-range", "没有 ByteRange", "no /ByteRange", range(""), ...missing],
  ["forgery-range-null", "ByteRange 为 null", "/ByteRange null", range("/ByteRange null"), ...missing],
  ["forgery-range-empty", "ByteRange 为空", "/ByteRange []", range("/ByteRange []"), ...missing],
  ["forgery-range-short", "ByteRange 只有两项", "/ByteRange of two numbers", range("/ByteRange [0 100]"), ...missing],
  ["forgery-range-zero", "ByteRange 全零", "/ByteRange of zeros", range("/ByteRange [0 0 0 0]"), ...notWhole],
  ["forgery-range-negative", "ByteRange 为负", "negative /ByteRange", range("/ByteRange [0 -1 -1 -1]"), ...notWhole],
  [
    "forgery-range-huge",
    "ByteRange 超出文件",
    "/ByteRange past the end",
    range("/ByteRange [0 100 200 999999999]"),
    ...notWhole,
  ],
  ["forgery-range-words", "ByteRange 不是数", "/ByteRange of names", range("/ByteRange [/a /b /c /d]"), ...notWhole],
  [
    "forgery-range-twice",
    "ByteRange 出现两次",
    "/ByteRange twice",
    (signature) => signature.replace(RANGE, (own) => `${own} ${own}`),
    ...malformed,
  ],
  ["forgery-no-contents", "没有 Contents", "no /Contents", contents(""), ...missing],
  ["forgery-contents-null", "Contents 为 null", "/Contents null", contents("/Contents null"), ...missing],
  ["forgery-contents-empty", "Contents 为空", "/Contents <>", contents("/Contents <>"), ...notWhole],
  ["forgery-contents-zero", "Contents 只有一个零字节", "/Contents <00>", contents("/Contents <00>"), ...notWhole],
  [
    "forgery-no-filter",
    "没有 Filter",
    "no /Filter",
    (text) => text.replace(/\/Filter\s*\/\w+(?:\.\w+)*/, ""),
    ...missing,
  ],
  [
    "forgery-subfilter",
    "SubFilter 换成未知的",
    "an unknown /SubFilter",
    (text) => text.replace(/\/SubFilter\s*\/[\w.]+/, "/SubFilter /none"),
    ...missing,
  ],
];

/** Forged signatures that cannot be checked, zeros in the room of the signature, and wrapped signatures. */
export async function forgeryAttacks(input: AttackInput): Promise<readonly Attack[]> {
  const parts = takeApart(input.good);
  const id = findObject(parts, SIGNATURE);
  const forged = VARIANTS.map(([name, zh, en, edit, caughtBy, reason]): Attack => {
    const pdf = putTogether(editObject(parts, id, edit));
    return { name, family: "forgery", zh, en, pdf, caughtBy, reason };
  });
  return [...forged, zeroed(input.good), ...wrapped(input.good), await doubledObject(input)];
}

/** The room stays, the signature goes. */
function zeroed(good: Uint8Array): Attack {
  const pdf = latin1Bytes(
    latin1(good).replace(CONTENTS, (own) => own.replace(/<(.*)>/, (hex) => `<${"0".repeat(hex.length - 2)}>`)),
  );
  return {
    name: "forgery-contents-zeros",
    family: "forgery",
    zh: "签名全部改为零",
    en: "zeros in place of the whole signature",
    pdf,
    caughtBy: "signature_form",
    reason: "contents_malformed",
  };
}

/**
 * Signature wrapping (the same paper): what was signed after the hole moves to the end, the range follows it, and the
 * attacker's objects stand between, outside of what is signed.
 */
function wrapped(good: Uint8Array): readonly Attack[] {
  const text = latin1(good);
  const hole = CONTENTS.exec(text);
  if (hole === null) throw new Error("the document bears no signature");
  const holeEnd = hole.index + hole[0].length;
  const rest = text.slice(holeEnd);
  const evil = latin1(objectOf(1, "<</Type /Catalog /Pages 2 0 R>>"));
  const closed = `>>\nendobj\n${evil}`;
  const moved = (between: string): Uint8Array => {
    const shifted = text.slice(0, holeEnd) + between;
    const own = RANGE.exec(text)?.[0] ?? "";
    const numbers = `[0 ${String(holeEnd - hole[0].length + hole[0].indexOf("<"))} ${String(shifted.length)} ${String(rest.length)}`;
    const ranged = `/ByteRange ${numbers.padEnd(own.length - "/ByteRange ".length - 1)}]`;
    return latin1Bytes(shifted.replace(own, ranged) + rest);
  };
  const copy = textOf(takeApart(good), findObject(takeApart(good), SIGNATURE));
  const common = { family: "wrapping", caughtBy: "file_structure", reason: "pdf_malformed" } as const;
  return [
    {
      ...common,
      name: "wrapping-moved-range",
      zh: "签名包装：后段移到文件末尾，中间插入对象",
      en: "wrapping: the second range is moved to the end, objects stand between",
      pdf: moved(closed),
    },
    {
      ...common,
      name: "wrapping-copied-signature",
      zh: "签名包装：并重复签名对象",
      en: "wrapping, with the signature's object a second time",
      pdf: moved(closed + copy),
    },
    {
      ...common,
      name: "wrapping-padding",
      zh: "签名包装：中间只有空白",
      en: "wrapping, with nothing but spaces between",
      pdf: moved(" ".repeat(64)),
    },
  ];
}
