import { z } from "zod";
import { noted } from "../apiSchemas.ts";
import { optionalPlainText, plainText } from "./schema.ts";

const paperCode = noted(z.string().regex(/^[0-9A-Za-z]{1,20}$/), { description: "纸质票据代码" });
const paperNumber = noted(z.string().regex(/^\d{1,12}$/), {
  description: "手中空白纸质票据的号码；填写则核对，与下一号不符时拒绝 (checked against the next blank)",
});
const reason = noted(plainText(200, 1), { description: "原因" });

const blankFields = {
  placeCode: optionalPlainText(50, "开票点：先用本开票点的纸质号段"),
  operator: optionalPlainText(100, "经办人"),
  paperCode: paperCode.optional(),
  paperNumber: paperNumber.optional(),
};

export const exchangeInput = noted(z.strictObject(blankFields), {
  id: "PaperExchangeInput",
  description: "换开纸质票据 (exchange to paper)",
});

export const returnInput = noted(z.strictObject({ reason }), {
  id: "PaperReturnInput",
  description: "收回并作废纸质票据 (the paper was taken back and voided)",
});

export const replacementInput = noted(z.strictObject({ ...blankFields, reason }), {
  id: "PaperReplacementInput",
  description: "交回损坏的纸质票据并重新换开 (damaged paper handed back for another)",
});

/** Most blanks in one request. */
const MAX_SPOILT = 1000;
export const spoilInput = noted(
  z
    .strictObject({ paperCode, first: z.string().regex(/^\d{1,12}$/), last: z.string().regex(/^\d{1,12}$/), reason })
    .check((context) => {
      const count = Number(context.value.last) - Number(context.value.first) + 1;
      if (count >= 1 && count <= MAX_SPOILT) return;
      context.issues.push({
        code: "custom",
        path: ["last"],
        input: context.value.last,
        params: { reason: count < 1 ? "before_first" : "too_many", maximum: MAX_SPOILT },
      });
    }),
  { id: "SpoiltBlanksInput", description: "作废空白纸质票据（起止号码） (spoilt blanks, 1 to 1,000)" },
);
