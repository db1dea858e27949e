import type { AppOptions } from "../service/http/app.ts";
import { appRoutes } from "../service/http/app.ts";
import { createMetrics } from "../service/http/metrics.ts";
import { openApiDocument } from "../service/http/openapi.ts";
import { VERSION } from "../service/compose.ts";

/** /openapi.json as the service gives it, without a service: routes are described here and never called. */
export function apiDocument(): Readonly<Record<string, unknown>> {
  const deps = nothing() as AppOptions["deps"];
  const options: AppOptions = {
    deps,
    openSecret: (sealed) => sealed,
    probes: [],
    version: VERSION,
    askNode: () => Promise.resolve(undefined),
  };
  return openApiDocument(appRoutes(options, createMetrics(deps.store)), VERSION);
}

/** Has every member, and each is the same again. */
function nothing(): object {
  const self: object = new Proxy(() => self, { get: (_, name) => (name === Symbol.toPrimitive ? () => "" : self) });
  return self;
}
