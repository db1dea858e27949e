import type { Reply, SignedCall } from "../call.ts";
import type { SignedRoute } from "../route.ts";
import type { UnitContext } from "./issue.ts";
import { numberDocs as docs } from "./numberDocs.ts";
import {
  getApplication,
  getReturn,
  listApplications,
  listReturns,
  postApplication,
  postReturn,
  postSave,
  postSubmit,
} from "./numbers.ts";
import { getLowWaters, getPlaces, getStock, postBookPlace, postLowWater, postPlace } from "./stock.ts";

const LIMIT_BYTES = 16_384;

/** Applications, returns, stock, marks and places. A suspended unit may look and return; what it may not do is refused by name. */
export function numberRoutes(context: UnitContext): readonly SignedRoute[] {
  const get = { method: "GET", access: "signed", isIssuing: false, bodyLimitBytes: 0 } as const;
  const post = { ...get, method: "POST", bodyLimitBytes: LIMIT_BYTES } as const;
  const by =
    (handler: (context: UnitContext, call: SignedCall) => Promise<Reply>) =>
    (call: SignedCall): Promise<Reply> =>
      handler(context, call);
  const applications = "/v1/number-applications";
  const application = `${applications}/{applicationNo}`;
  return [
    { ...post, path: applications, doc: docs.apply, handle: by(postApplication) },
    { ...get, path: applications, doc: docs.listApplications, handle: by(listApplications) },
    { ...get, path: application, doc: docs.getApplication, handle: by(getApplication) },
    { ...post, path: `${application}/save`, doc: docs.saveApplication, handle: by(postSave) },
    {
      ...{ ...post, bodyLimitBytes: 0, path: `${application}/submit` },
      ...{ doc: docs.submitApplication, handle: by(postSubmit) },
    },
    { ...post, path: "/v1/book-returns", doc: docs.returnNumbers, handle: by(postReturn) },
    { ...get, path: "/v1/book-returns", doc: docs.listReturns, handle: by(listReturns) },
    { ...get, path: "/v1/book-returns/{returnNo}", doc: docs.getReturn, handle: by(getReturn) },
    { ...get, path: "/v1/stock", doc: docs.getStock, handle: by(getStock) },
    { ...get, path: "/v1/low-water", doc: docs.getLowWaters, handle: by(getLowWaters) },
    { ...post, path: "/v1/low-water", doc: docs.setLowWater, handle: by(postLowWater) },
    { ...get, path: "/v1/places", doc: docs.listPlaces, handle: by(getPlaces) },
    { ...post, path: "/v1/places", doc: docs.setPlace, handle: by(postPlace) },
    { ...post, path: "/v1/books/{bookId}/place", doc: docs.assignBook, handle: by(postBookPlace) },
  ];
}
