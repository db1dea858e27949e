import type { Kind } from "../kind.ts";
import { checkup } from "./checkup.ts";
import { currentSettlement } from "./currentSettlement.ts";
import { donation } from "./donation.ts";
import { inpatient } from "./inpatient.ts";
import { nontax } from "./nontax.ts";
import { outpatient } from "./outpatient.ts";
import { penalty } from "./penalty.ts";
import { registration } from "./registration.ts";
import { societyDues } from "./societyDues.ts";
import { tuition } from "./tuition.ts";

/** The kinds that come with the program; the bureau may add more as data (docs/kinds.md). */
export const builtinKinds: readonly Kind[] = [
  ...[outpatient, inpatient, registration, checkup],
  ...[penalty, nontax, tuition],
  ...[donation, societyDues, currentSettlement],
];

/** The built-in kind of this id; undefined if there is none. */
export function builtinKind(id: string): Kind | undefined {
  return builtinKinds.find((kind) => kind.id === id);
}
