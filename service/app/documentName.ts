import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";

/** The stored document of a receipt, in the blob store: one name per number, so that a second one can't come to be. */
export function documentName(code: number, number: number): string {
  return `${codeTextOf(code)}/${numberText(number)}.pdf`;
}
