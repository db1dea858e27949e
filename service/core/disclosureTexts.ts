import type { CheckId, Text } from "./reportTexts.ts";

/** Why a check of document or certificates is skipped for a disclosure: by design. */
export const NOT_IN_DISCLOSURE: Text = {
  zh: "不适用：部分披露文件不含原件，由链上记录证明",
  en: "Does not apply: a disclosure holds no document; the record on chain vouches for it",
};

/** What some checks say of a disclosure in place of what they say of a document. */
export const DISCLOSURE_TEXTS: Readonly<
  Partial<Record<CheckId, { readonly title?: Text; readonly pass: Text; readonly fail: Text }>>
> = {
  receipt_data: {
    title: { zh: "披露文件", en: "Disclosure file" },
    pass: { zh: "披露文件可读且格式唯一", en: "The disclosure file can be read and has its one canonical form" },
    fail: { zh: "这不是披露文件，或文件已被改动", en: "This is no disclosure file, or it was altered" },
  },
  proof: {
    pass: { zh: "披露文件带有完整的上链存证凭据", en: "The disclosure carries its proof" },
    fail: { zh: "存证凭据格式错误或被改动", en: "The proof is malformed or was altered" },
  },
  data_digest: {
    pass: {
      zh: "所示字段与未披露字段的摘要合起来，与存证的摘要一致：没有字段被改动、增减",
      en: "The fields shown and the digests of those withheld give the digest that was anchored: none was changed, added or dropped",
    },
    fail: {
      zh: "所示字段与存证的摘要不一致，或隐去了必须披露的字段",
      en: "The fields do not give the digest that was anchored, or one that must be shown was withheld",
    },
  },
  issuer: {
    pass: { zh: "票据上的单位就是号段所属的单位", en: "The unit on the receipt is the unit that holds the book" },
    fail: { zh: "票据上的单位不是号段所属的单位", en: "The unit on the receipt is not the unit that holds the book" },
  },
};
