import type { Reply, SignedCall } from "../call.ts";
import type { SignedRoute } from "../route.ts";
import type { UnitContext } from "./issue.ts";
import { webhookDocs as docs } from "./webhookDocs.ts";
import {
  getWebhook,
  getWebhooks,
  listEvents,
  postRemoveWebhook,
  postReplay,
  postRotation,
  postWebhook,
} from "./webhooks.ts";

const LIMIT_BYTES = 4_096;

/** What units are told of, and where. A suspended unit goes on hearing of its receipts. */
export function webhookRoutes(context: UnitContext): readonly SignedRoute[] {
  const get = { method: "GET", access: "signed", isIssuing: false, bodyLimitBytes: 0 } as const;
  const post = { ...get, method: "POST", bodyLimitBytes: LIMIT_BYTES } as const;
  const by =
    (handler: (context: UnitContext, call: SignedCall) => Promise<Reply>) =>
    (call: SignedCall): Promise<Reply> =>
      handler(context, call);
  const one = "/v1/webhooks/{webhookId}";
  return [
    { ...post, path: "/v1/webhooks", doc: docs.createWebhook, handle: by(postWebhook) },
    { ...get, path: "/v1/webhooks", doc: docs.listWebhooks, handle: by(getWebhooks) },
    { ...get, path: one, doc: docs.getWebhook, handle: by(getWebhook) },
    { ...post, path: `${one}/replay`, doc: docs.replayWebhook, handle: by(postReplay) },
    { ...post, path: `${one}/rotate`, doc: docs.rotateWebhook, handle: by(postRotation) },
    { ...post, path: `${one}/remove`, bodyLimitBytes: 0, doc: docs.removeWebhook, handle: by(postRemoveWebhook) },
    { ...get, path: "/v1/events", doc: docs.listEvents, handle: by(listEvents) },
  ];
}
