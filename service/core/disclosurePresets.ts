import { flatten, type JsonValue } from "./canonical.ts";
import { isWithin } from "./disclosure.ts";

/**
 * What holders most often show: amount_only (金额) only what cannot be withheld; amounts_and_insurance (金额与医保分摊) who paid
 * which part and by what channel; without_items (不含明细) all but items and their details.
 */
export type DisclosurePreset = "amount_only" | "amounts_and_insurance" | "without_items";

export const DISCLOSURE_PRESETS: readonly DisclosurePreset[] = [
  "amount_only",
  "amounts_and_insurance",
  "without_items",
];

/** docs/domain.md 2.3, 2.5: who paid which part of a medical receipt, and what was paid before and after. */
const INSURANCE_FIELDS = [
  "/mainExt/fundPayAmount",
  "/mainExt/otherPayAmount",
  "/mainExt/accountPayAmount",
  "/mainExt/ownPayAmount",
  "/mainExt/selfpaymentAmount",
  "/mainExt/selfpaymentCost",
  "/mainExt/prepayAmount",
  "/mainExt/rechargeAmount",
  "/mainExt/refundAmount",
  "/payChannels",
];
const ITEM_FIELDS = ["/items", "/auxItems"];

/** The paths that a preset shows of this data; what its kind of receipt does not have is left out. */
export function pathsOfPreset(preset: DisclosurePreset, data: JsonValue): readonly string[] {
  const paths = flatten(data).map(({ path }) => path);
  const isAmong = (path: string, choices: readonly string[]): boolean =>
    choices.some((choice) => isWithin(path, choice));
  switch (preset) {
    case "amount_only":
      return [];
    case "amounts_and_insurance":
      return paths.filter((path) => isAmong(path, INSURANCE_FIELDS));
    case "without_items":
      return paths.filter((path) => !isAmong(path, ITEM_FIELDS));
  }
}
