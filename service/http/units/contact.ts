import { z } from "zod";
import { correctContacts, resendReceipt } from "../../app/correctContacts.ts";
import { noted } from "../apiSchemas.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import type { OperationDoc, ParameterDoc } from "../route.ts";
import { deliveriesOf, listed } from "./deliveries.ts";
import type { UnitContext } from "./issue.ts";
import { assertNotVoid, ownReceipt } from "./read.ts";
import { email, phone, text } from "./schema.ts";

/** The body of PUT …/contact: all contacts that there are from now on. */
export const contactInput = noted(
  z.strictObject({
    email,
    phone,
    reason: noted(text(200, 1), { description: "更正原因，记入更正记录 (why; kept)", minLength: 1, maxLength: 200 }),
  }),
  { id: "ContactInput", description: "更正后的全部联系方式 (all contacts from now on)" },
);

/** PUT /v1/receipts/{code}/{number}/contact */
export async function putContact(context: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  assertNotVoid(receipt);
  const input = validated(contactInput, jsonBody(call), "");
  await correctContacts(context.deps, call.unit, receipt, input);
  return jsonReply(200, await deliveriesOf(context, receipt));
}

/** POST /v1/receipts/{code}/{number}/resend */
export async function postResend(context: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  assertNotVoid(receipt);
  switch (await resendReceipt(context.deps, call.unit, receipt)) {
    case "queued":
      return jsonReply(200, await deliveriesOf(context, receipt));
    case "too_many":
      throw new HttpProblem("too_many_sends", {
        zh: "同一张票据每天最多补发 5 次，请明天再试",
        en: "at most 5 times a day for one receipt: try again tomorrow",
      });
    case "no_contact":
      throw new HttpProblem("no_contact", {
        zh: "开票时未留联系方式，或交款人已删除；可用 PUT …/contact 填写",
        en: "none was given at issue, or the payer deleted it: give one with PUT …/contact",
      });
  }
}

/** What /openapi.json says of them. */
export function contactDocs(place: readonly ParameterDoc[]) {
  return {
    putContact: {
      operationId: "correctContact",
      tag: "receipts",
      summary: { zh: "更正联系方式并重新发送", en: "Correct the payer's contacts and send to the new ones" },
      description: {
        zh: "所填即今后的全部联系方式。此前的链接全部停用，未发出的取消，旧联系方式在 /my 查不到这张票；随后发往新的联系方式（欠缴未放行的除外）。内容相同则不重发。",
        en: "The body has all contacts from now on. Links sent before stop working, what waits is cancelled, the old contact finds the receipt at /my no more; then it is sent to the new ones, unless held in arrears. The same contacts again do nothing.",
      },
      parameters: place,
      request: {
        schema: contactInput,
        examples: {
          correct: {
            summary: { zh: "更正邮箱", en: "Another mailbox" },
            value: { email: "payer@mail.example", reason: "窗口登记有误" },
          },
        },
      },
      answers: [listed],
      problems: ["receipt_not_found", "receipt_void", "invalid_fields"],
    },
    resend: {
      operationId: "resendReceipt",
      tag: "receipts",
      summary: { zh: "补发给交款人", en: "Send it to its payer again" },
      description: {
        zh: "发往现有联系方式，附新链接；同一渠道还有待发的则不再加发。每张票每天 5 次。",
        en: "To the contacts that it has, with a new link; a channel where one waits already gets no second. 5 times a day.",
      },
      parameters: place,
      answers: [listed],
      problems: ["receipt_not_found", "receipt_void", "no_contact", "too_many_sends"],
    },
  } as const satisfies Readonly<Record<string, OperationDoc>>;
}
