import type { NumberCursor } from "../../app/numberPorts.ts";
import { invalidFields } from "../jsonBody.ts";
import type { HttpProblem } from "../problem.ts";

/** A place in a unit's list of applications or returns as opaque text. */
export function encodeNumberCursor(atMs: number, no: string): string {
  return Buffer.from(`1.${atMs}.${no}`).toString("base64url");
}

/** undefined if it is not one of ours. */
export function decodeCursor(text: string, unitId: number): NumberCursor | undefined {
  const parts = /^1\.(\d{1,15})\.([A-Za-z0-9._-]{1,60})$/.exec(Buffer.from(text, "base64url").toString("latin1"));
  const [, at, no] = parts ?? [];
  if (at === undefined || no === undefined || encodeNumberCursor(Number(at), no) !== text) return undefined;
  return { atMs: Number(at), unitId, no };
}

export function badCursor(): HttpProblem {
  const problem = { zh: "不是本接口给出的 cursor", en: "not a cursor that this interface gave" };
  return invalidFields([{ code: "field_malformed", pointer: "/query/cursor", ...problem }]);
}

/** The query as an object; what is repeated becomes a list, which a schema refuses by name. A + in a time is a plus. */
export function queryValues(query: URLSearchParams): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const isTime = name === "from" || name === "before";
      const values = query.getAll(name).map((value) => (isTime ? value.replace(" ", "+") : value));
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
