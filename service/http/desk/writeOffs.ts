import type { Deps } from "../../app/deps.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import type { Call, Reply } from "../call.ts";
import { jsonBody, validated } from "../jsonBody.ts";
import { getWriteOff, listWriteOffs, postWriteOff, rectified } from "../units/writeOffs.ts";
import { rectificationInput, writeOffInput } from "../units/writeOffSchema.ts";
import type { DeskCall } from "./guard.ts";

/** Who answers for it is whose account it is, whatever the page sends. */
const rectifyBody = rectificationInput.omit({ by: true });

/** POST /unit/api/write-offs */
export async function postDeskWriteOff(deps: Deps, call: DeskCall): Promise<Reply> {
  const reply = await postWriteOff({ deps }, call);
  const { cutoff } = validated(writeOffInput, jsonBody(call));
  await logAtDesk(deps, call.session.account, "write_off_filed", [`through ${cutoff}`]);
  return reply;
}

/** POST /unit/api/write-offs/{writeOffId}/rectification */
export async function postDeskRectification(deps: Deps, call: DeskCall): Promise<Reply> {
  const { text } = validated(rectifyBody, jsonBody(call));
  const { account } = call.session;
  const reply = await rectified({ deps }, call, { text, by: account.displayName });
  await logAtDesk(deps, account, "write_off_rectified", [idOf(call)]);
  return reply;
}

/** GET /unit/api/write-offs…, as the unit's own system would be answered. */
export const writeOffLooks = {
  list: (deps: Deps, call: DeskCall): Promise<Reply> => listWriteOffs({ deps }, call),
  one: (deps: Deps, call: DeskCall): Promise<Reply> => getWriteOff({ deps }, call),
} as const;

const idOf = ({ params }: Call): string => params["writeOffId"] ?? "";
