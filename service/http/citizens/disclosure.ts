import type { Deps } from "../../app/deps.ts";
import { verifyShown } from "../../app/verifyShown.ts";
import { reportToJson } from "../../core/reportJson.ts";
import { jsonReply, type Call, type Reply } from "../call.ts";
import { jsonBody } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";

const PDF = "application/pdf";

/** POST /v1/disclosures/verify: the bytes as they came, since the file has one form alone; or a PDF that carries it. */
export async function postDisclosure(deps: Deps, call: Call): Promise<Reply> {
  if (call.field("content-type") !== PDF) jsonBody(call);
  const outcome = await verifyShown(deps, call.body, call.address);
  switch (outcome.kind) {
    case "reported":
      return jsonReply(200, reportToJson(outcome.report));
    case "too_many":
      throw new HttpProblem(
        "too_many_checks",
        {
          zh: "本地址一小时内的查验已到上限；也可用 /verify 网页或 npm run verify，不受此限",
          en: "the address has had its checks of this hour; /verify and npm run verify have no such limit",
        },
        { headers: { "Retry-After": String(outcome.retryAfterS) } },
      );
  }
}
