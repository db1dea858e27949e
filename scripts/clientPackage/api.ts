// The build puts types of the same names, made of /openapi.json, in the place of this file's (scripts/clientTypes.ts).
import type { z } from "zod";
import type { issueInput } from "../../service/http/units/schema.ts";
import type { batchAnswer, bookList, problemView, proofView, receiptView } from "../../service/http/units/view.ts";
import type { eventSchema, webhookInput } from "../../service/http/units/webhookView.ts";

type Deep<T> = T extends object ? { readonly [K in keyof T]: Deep<T[K]> } : T;

export type IssueInput = Deep<z.input<typeof issueInput>>;
export type Receipt = z.infer<typeof receiptView>;
export type BatchAnswer = z.infer<typeof batchAnswer>;
export type BookList = z.infer<typeof bookList>;
export type Problem = z.infer<typeof problemView>;
export type Proof = z.infer<typeof proofView>;
export type Event = z.infer<typeof eventSchema>;
export type WebhookInput = z.infer<typeof webhookInput>;

/** Every operation of /v1 by method and path. In the built package each has its own types; here they are not told apart. */
export type Operations = Readonly<Record<`${"GET" | "POST"} /v1/${string}`, Operation>>;

export type Operation = {
  readonly path: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly answer: unknown;
};
