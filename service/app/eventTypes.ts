/** What a unit can be told of its receipts: the one table of event types. Who adds one records it by `recordEvents` of service/db. */
export const eventTypes = {
  "receipt.issued": { status: "issued", zh: "已开票（票号已落库）", en: "it was issued: its number is durable" },
  "receipt.anchored": { status: "anchored", zh: "已上链并复核", en: "it is on chain, read back" },
  "receipt.delivered": { status: "delivered", zh: "已送达交款人", en: "it was sent to its payer" },
  "receipt.reversed": { status: "reversed", zh: "已冲红", en: "it was reversed by a red receipt" },
  "receipt.claimed": { status: "claimed", zh: "已入账", en: "it was claimed" },
} as const satisfies Readonly<Record<string, { readonly status: string; readonly zh: string; readonly en: string }>>;

export type EventType = keyof typeof eventTypes;

/** In the order of the table. */
export const eventTypeNames = Object.keys(eventTypes) as readonly EventType[];
