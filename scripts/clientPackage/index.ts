/** What the package @lianpiao/client offers. */
export type * from "./api.ts";
export { ApiError } from "./apiError.ts";
export {
  createClient,
  type Client,
  type EventFilter,
  type Given,
  type Issued,
  type Place,
  type ReceiptFilter,
  type Wait,
} from "./client.ts";
export type { ClientOptions, Requests, Wanted } from "./request.ts";
export {
  createSigner,
  type Credential,
  type SignableRequest,
  type SignatureMoment,
  type SignedFields,
  type Signer,
} from "./signer.ts";
export { verifyWebhook, WebhookError, type VerifyWebhookOptions, type WebhookHeaders } from "./verifyWebhook.ts";
