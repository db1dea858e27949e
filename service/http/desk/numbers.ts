import { applyForNumbers, editApplication, submitApplication } from "../../app/applyForNumbers.ts";
import type { Deps } from "../../app/deps.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import { returnNumbers } from "../../app/returnNumbers.ts";
import type { Reply } from "../call.ts";
import { jsonBody, validated } from "../jsonBody.ts";
import { applied, firstOf, inputOf, listApplications, listReturns, returned } from "../units/numbers.ts";
import { applicationEdit, applicationInput, lowWaterInput, placeInput, returnInput } from "../units/numberSchema.ts";
import { getLowWaters, getPlaces, getStock, postBookPlace, postLowWater, postPlace } from "../units/stock.ts";
import type { DeskCall } from "./guard.ts";

/** Who applies is whose account it is, whatever the page sends. */
const applyBody = applicationInput.omit({ author: true });
const editBody = applicationEdit.omit({ author: true });
const returnBody = returnInput.omit({ author: true });

/** POST /unit/api/numbers/applications */
export async function postDeskApplication(deps: Deps, call: DeskCall): Promise<Reply> {
  const { applicationNo, isSubmitted, ...input } = validated(applyBody, jsonBody(call));
  const content = inputOf({ ...input, author: authorOf(call) });
  const reply = applied(await applyForNumbers(deps, call.unit, applicationNo, content, isSubmitted), "zh");
  const action = isSubmitted ? "application_submitted" : "application_saved";
  await logAtDesk(deps, call.session.account, action, [`application ${applicationNo} ${input.kind} ${input.count}`]);
  return reply;
}

/** POST /unit/api/numbers/applications/{applicationNo}/save */
export async function postDeskSave(deps: Deps, call: DeskCall): Promise<Reply> {
  const input = validated(editBody, jsonBody(call));
  const { applicationNo = "" } = call.params;
  const content = inputOf({ ...input, author: authorOf(call) });
  const reply = applied(await editApplication(deps, call.unit, applicationNo, content), "zh");
  const object = `application ${applicationNo} ${input.kind} ${input.count}`;
  await logAtDesk(deps, call.session.account, "application_saved", [object]);
  return reply;
}

/** POST /unit/api/numbers/applications/{applicationNo}/submit */
export async function postDeskSubmit(deps: Deps, call: DeskCall): Promise<Reply> {
  const { applicationNo = "" } = call.params;
  const reply = applied(await submitApplication(deps, call.unit, applicationNo), "zh");
  await logAtDesk(deps, call.session.account, "application_submitted", [`application ${applicationNo}`]);
  return reply;
}

/** POST /unit/api/numbers/returns */
export async function postDeskReturn(deps: Deps, call: DeskCall): Promise<Reply> {
  const { first, ...input } = validated(returnBody, jsonBody(call));
  const wanted = { ...input, ...firstOf(first), author: authorOf(call) };
  const reply = returned(await returnNumbers(deps, call.unit, wanted));
  const object = `return ${input.returnNo} book ${input.bookId}`;
  await logAtDesk(deps, call.session.account, "numbers_returned", [object]);
  return reply;
}

/** POST /unit/api/numbers/low-water */
export async function postDeskLowWater(deps: Deps, call: DeskCall): Promise<Reply> {
  const reply = await postLowWater({ deps }, call);
  const { kind, threshold, pushNumber, isAuto } = validated(lowWaterInput, jsonBody(call));
  const object = `low water ${kind} ${threshold} ${pushNumber}${isAuto ? " auto" : ""}`;
  await logAtDesk(deps, call.session.account, "low_water_set", [object]);
  return reply;
}

/** POST /unit/api/numbers/places */
export async function postDeskPlace(deps: Deps, call: DeskCall): Promise<Reply> {
  const reply = await postPlace({ deps }, call);
  const { placeCode, isOpen } = validated(placeInput, jsonBody(call));
  await logAtDesk(deps, call.session.account, "place_set", [`place ${placeCode} ${isOpen ? "open" : "closed"}`]);
  return reply;
}

/** POST /unit/api/numbers/books/{bookId}/place */
export async function postDeskBookPlace(deps: Deps, call: DeskCall): Promise<Reply> {
  const reply = await postBookPlace({ deps }, call);
  await logAtDesk(deps, call.session.account, "book_placed", [`book ${call.params["bookId"] ?? ""}`]);
  return reply;
}

/** GET /unit/api/numbers/…, as the unit's own system would be answered. */
export const numberLooks = {
  applications: (deps: Deps, call: DeskCall): Promise<Reply> => listApplications({ deps }, call),
  returns: (deps: Deps, call: DeskCall): Promise<Reply> => listReturns({ deps }, call),
  lowWater: (deps: Deps, call: DeskCall): Promise<Reply> => getLowWaters({ deps }, call),
  places: (deps: Deps, call: DeskCall): Promise<Reply> => getPlaces({ deps }, call),
  stock: (deps: Deps, call: DeskCall): Promise<Reply> => getStock({ deps }, call),
} as const;

const authorOf = ({ session }: DeskCall): string => session.account.displayName;
