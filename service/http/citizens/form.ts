import type { Call, Reply } from "../call.ts";

/** Most bytes of a form on these pages: an address, or a code. */
export const FORM_LIMIT_BYTES = 2_048;

/** The fields of a posted form; none of a body of another type. Of repeated fields the first counts. */
export function formFields(call: Call): ReadonlyMap<string, string> {
  const type = call.field("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(type)) return new Map();
  const fields = new URLSearchParams(new TextDecoder().decode(call.body));
  return new Map([...new Set(fields.keys())].map((name) => [name, fields.get(name) ?? ""]));
}

/** Whether a browser says that the form stood on another site. Those that say nothing keep the cookie back (SameSite). */
export function isFromElsewhere(call: Call): boolean {
  const site = call.field("sec-fetch-site");
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** The value of a cookie. */
export function cookieOf(call: Call, name: string): string | undefined {
  const pairs = (call.field("cookie") ?? "").split(/[;,]/).map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** After a form: a page that can be loaded again without sending it twice. */
export function seeOther(location: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 303, type: "text/plain; charset=utf-8", body: "", headers: { Location: location, ...headers } };
}
