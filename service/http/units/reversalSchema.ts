import { z } from "zod";
import { MAX_DOCUMENT_NO, MAX_REASON, REVERSAL_REASONS, type ReversalReason } from "../../domain/reversal.ts";
import { noted } from "../apiSchemas.ts";
import { issueInput, optionalPlainText, plainText } from "./schema.ts";

export const reasonCodes = Object.keys(REVERSAL_REASONS) as [ReversalReason, ...ReversalReason[]];
const reasonList = Object.entries(REVERSAL_REASONS)
  .map(([code, { zh }]) => `${code} ${zh}`)
  .join("；");

const fields = {
  reasonCode: noted(z.enum(reasonCodes), { description: `冲红原因：${reasonList}` }),
  reason: optionalPlainText(MAX_REASON, "具体原因；原因代码为 other 时必填 (in words; required for other)"),
  documentNo: optionalPlainText(MAX_DOCUMENT_NO, "文书编号；罚没票据必填 (the document that it rests on)"),
  busNo: noted(plainText(50, 1).optional(), {
    description: "红字票据的业务流水号；默认 R + 原代码 + 原号码 (the red-letter receipt's own busNo)",
  }),
  placeCode: noted(plainText(50).optional(), {
    description: "开票点；默认同原票，原开票点停用也可冲红 (as on the original, even if that place is closed)",
  }),
  handlingPerson: noted(plainText(100).optional(), { description: "收款人；默认同原票" }),
  checker: noted(plainText(100).optional(), { description: "复核人；默认同原票" }),
};

/** The body of POST …/reversal. */
export const reversalInput = noted(z.strictObject(fields), {
  id: "ReversalInput",
  description: "冲红请求，整张冲红 (reverses the whole receipt)",
});

/** The body of POST …/reissue. */
export const reissueInput = noted(
  z.strictObject({
    reversal: reversalInput,
    receipt: issueInput,
  }),
  {
    id: "ReissueInput",
    description: "部分退费：整张冲红，receipt 为余下部分的开票请求，与原票同种类、新的业务流水号 (a partial refund)",
  },
);

export type ReversalBody = z.infer<typeof reversalInput>;
