import { z } from "zod";
import type { Receipt } from "../../app/storePorts.ts";
import { deliveryTopic } from "../../app/deps.ts";
import { noted } from "../apiSchemas.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { HttpProblem } from "../problem.ts";
import type { OperationDoc, ParameterDoc } from "../route.ts";
import { rfc3339 } from "../rfc3339.ts";
import type { UnitContext } from "./issue.ts";
import { ownReceipt } from "./read.ts";

/** How a receipt's deliveries stand. Addresses are not among it: the unit gave them, and nobody gets them back. */
export const deliveryList = noted(
  z.strictObject({
    isHeld: noted(z.boolean(), { description: "欠缴，未放行 (in arrears, not released)" }),
    deliveries: z.array(
      z.strictObject({
        channel: z.enum(["email", "sms"]),
        purpose: noted(z.enum(["receipt", "forward", "login"]), {
          description: "receipt 开票发送；forward 持票人转发",
        }),
        state: z.enum(["held", "waiting", "sent", "failed", "cancelled"]),
        attempts: z.int(),
        reason: z.string().optional(),
        sentAt: z.string().optional(),
      }),
    ),
    contactChanges: noted(
      z.array(
        z.strictObject({
          kind: noted(z.enum(["corrected", "resent"]), { description: "corrected 更正；resent 补发" }),
          at: z.string(),
          channels: z.array(z.enum(["email", "sms"])),
          reason: z.string(),
          revokedLinks: z.int(),
          cancelledDeliveries: z.int(),
        }),
      ),
      { description: "更正与补发记录，只增不改 (what was corrected or sent again; only grows)" },
    ),
  }),
  { id: "DeliveryList", description: "送达情况 (how the deliveries stand)" },
);

export const linksRevoked = noted(z.strictObject({ revoked: z.int() }), {
  id: "LinksRevoked",
  description: "停用的链接数 (how many links were switched off)",
});

/** GET /v1/receipts/{code}/{number}/deliveries */
export async function getDeliveries(context: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  return jsonReply(200, await deliveriesOf(context, await ownReceipt(context, call)));
}

/** POST /v1/receipts/{code}/{number}/release: what was owed is paid. */
export async function postRelease(context: UnitContext, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  await releaseHeld(context.deps, receipt);
  return jsonReply(200, await deliveriesOf(context, receipt));
}

/** @throws HttpProblem not_in_arrears */
export async function releaseHeld({ store, bell, clock }: UnitContext["deps"], receipt: Receipt): Promise<void> {
  if (await store.releaseArrears(receipt, clock.nowMs())) bell.ring(deliveryTopic);
  // Releasing again is no error.
  else if ((await store.arrearsOf(receipt)) !== "released") throw notHeld();
}

/** POST /v1/receipts/{code}/{number}/revoke-links */
export async function postRevokeLinks(context: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  return jsonReply(200, { revoked: await context.deps.store.revokeLinks(receipt, context.deps.clock.nowMs()) });
}

/** The view of the receipt's deliveries. */
export async function deliveriesOf(
  { deps }: Pick<UnitContext, "deps">,
  receipt: Receipt,
): Promise<z.infer<typeof deliveryList>> {
  const deliveries = await deps.store.deliveriesOf(receipt);
  const changes = await deps.store.contactChanges(receipt);
  return {
    isHeld: (await deps.store.arrearsOf(receipt)) === "held",
    deliveries: deliveries.map(({ sentAtMs, ...delivery }) => ({
      ...delivery,
      ...(sentAtMs === undefined ? {} : { sentAt: rfc3339(sentAtMs) }),
    })),
    contactChanges: changes.map(({ changedAtMs, ...change }) => ({
      ...change,
      channels: [...change.channels],
      at: rfc3339(changedAtMs),
    })),
  };
}

function notHeld(): HttpProblem {
  return new HttpProblem("not_in_arrears", {
    zh: "这张票据开具时未标记欠缴（delivery.isArrears），无需放行",
    en: "the receipt was not issued in arrears (delivery.isArrears): there is nothing to release",
  });
}

export const listed = {
  status: 200,
  description: { zh: "送达情况", en: "The deliveries" },
  content: { "application/json": { schema: deliveryList } },
} as const;

/** What /openapi.json says of them. */
export function deliveryDocs(place: readonly ParameterDoc[]) {
  return {
    getDeliveries: {
      operationId: "getDeliveries",
      tag: "receipts",
      summary: { zh: "查送达情况", en: "How its deliveries stand" },
      parameters: place,
      answers: [listed],
      problems: ["receipt_not_found"],
    },
    release: {
      operationId: "releaseReceipt",
      tag: "receipts",
      summary: { zh: "欠缴结清后放行", en: "Release a receipt that was in arrears" },
      description: {
        zh: "放行后才发送给交款人，并可在 /my 查到。重复放行不报错。",
        en: "From then on it is sent to the payer and shown at /my. Releasing again is no error.",
      },
      parameters: place,
      answers: [listed],
      problems: ["receipt_not_found", "not_in_arrears"],
    },
    revokeLinks: {
      operationId: "revokeLinks",
      tag: "receipts",
      summary: { zh: "停用已发出的链接", en: "Switch off the links that were sent" },
      parameters: place,
      answers: [
        {
          status: 200,
          description: { zh: "已停用", en: "They are off" },
          content: { "application/json": { schema: linksRevoked } },
        },
      ],
      problems: ["receipt_not_found"],
    },
  } as const satisfies Readonly<Record<string, OperationDoc>>;
}
