import { deskDay, reconcileDay } from "../../app/deskDay.ts";
import type { Deps } from "../../app/deps.ts";
import { dayOf } from "../../domain/fiscalTime.ts";
import { jsonReply, type Reply } from "../call.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import type { DeskCall } from "./guard.ts";
import { day, reconcileBody } from "./schema.ts";

/** GET /unit/api/days/{date} */
export async function getDay(deps: Deps, call: DeskCall): Promise<Reply> {
  const date = dateOf(call);
  return jsonReply(200, { date, tallies: await deskDay(deps, call.unit.unitId, date) });
}

/** POST /unit/api/days/{date}/reconciliation */
export async function postReconciliation(deps: Deps, call: DeskCall): Promise<Reply> {
  const { rows } = validated(reconcileBody, jsonBody(call));
  return jsonReply(200, await reconcileDay(deps, call.session.account, dateOf(call), rows));
}

/** @throws HttpProblem invalid_fields */
function dateOf(call: DeskCall): string {
  const date = call.params["date"] ?? "";
  if (day.safeParse(date).success && dayOf(date) !== undefined) return date;
  const wrong = { zh: "没有这一天，应为 yyyy-MM-dd", en: "there is no such day: yyyy-MM-dd" };
  throw invalidFields([{ code: "field_malformed", pointer: "/date", ...wrong }]);
}
