import { invariant } from "../core/errors.ts";

/** HMAC-SHA-256 under a key that is not in the database. undefined: this store erases nothing. */
export type BusNoMac = ((text: string) => Uint8Array) | undefined;

/**
 * What stands for a busNo once its receipt is destroyed: a unit's own reference may tell of a person (a visit's number), and all
 * such numbers can be tried. Under the key the same request, sent again after years, is still known.
 */
export function erasedBusNo(mac: BusNoMac, unitId: number, busNo: string): string {
  invariant(mac !== undefined, "a store that erases has its key");
  return `erased:${Buffer.from(mac(`${unitId} ${busNo}`)).toString("base64url")}`;
}

/** All that a busNo may stand under, and whose each is. */
export function namesOfBusNos(mac: BusNoMac, unitId: number, busNos: readonly string[]): ReadonlyMap<string, string> {
  const erased = mac === undefined ? [] : busNos.map((busNo) => [erasedBusNo(mac, unitId, busNo), busNo] as const);
  return new Map([...busNos.map((busNo) => [busNo, busNo] as const), ...erased]);
}
