import type { Kind } from "../kind.ts";
import { inpatient } from "./inpatient.ts";
import { nontax } from "./nontax.ts";
import { outpatient } from "./outpatient.ts";
import { penalty } from "./penalty.ts";

/** The kinds that come with the program; the bureau may add more as data. */
export const builtinKinds: readonly Kind[] = [outpatient, inpatient, penalty, nontax];

/** The built-in kind of this id; undefined if there is none. */
export function builtinKind(id: string): Kind | undefined {
  return builtinKinds.find((kind) => kind.id === id);
}
