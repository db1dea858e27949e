import { placeText } from "../../app/deskIssue.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import type { Deps } from "../../app/deps.ts";
import type { Reply } from "../call.ts";
import { putContact } from "../units/contact.ts";
import { getDeliveries, postRevokeLinks } from "../units/deliveries.ts";
import { getProof, getXml } from "../units/read.ts";
import type { DeskCall } from "./guard.ts";
import { ownReceipt } from "./receipts.ts";

type Act = Parameters<typeof logAtDesk>[2];
type UnitHandler = (context: { readonly deps: Deps }, call: DeskCall) => Promise<Reply>;

/** As the unit's own system would be answered; what was done to which receipt is logged. */
const logged =
  (action: Act, handler: UnitHandler) =>
  async (deps: Deps, call: DeskCall): Promise<Reply> => {
    const receipt = await ownReceipt(deps, call);
    const reply = await handler({ deps }, call);
    await logAtDesk(deps, call.session.account, action, [placeText(receipt)]);
    return reply;
  };

/** GET /unit/api/receipts/{code}/{number}/xml */
export const getDeskXml = logged("receipt_downloaded", getXml);
/** GET /unit/api/receipts/{code}/{number}/proof */
export const getDeskProof = logged("receipt_downloaded", getProof);
/** POST /unit/api/receipts/{code}/{number}/contact */
export const postContact = logged("contact_corrected", putContact);
/** POST /unit/api/receipts/{code}/{number}/revoke-links */
export const postDeskRevocation = logged("links_revoked", postRevokeLinks);

/** GET /unit/api/receipts/{code}/{number}/deliveries */
export const getDeskDeliveries = (deps: Deps, call: DeskCall): Promise<Reply> => getDeliveries({ deps }, call);
