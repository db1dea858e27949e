import { hexOf } from "./bytes.ts";
import type { DisclosureReport } from "./verifyDisclosure.ts";

/** A report as plain JSON values: bytes as 0x-prefixed lower-case hexadecimal, what is undefined left out. */
export function reportToJson(report: DisclosureReport): Readonly<Record<string, unknown>> {
  const json = JSON.stringify(report, (_, value: unknown) => (value instanceof Uint8Array ? hexOf(value) : value));
  return { ...(JSON.parse(json) as object) };
}
