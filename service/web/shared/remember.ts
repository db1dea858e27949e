import { placeFromJson, type Place } from "./place.ts";

const KEY = "lianpiao.ledger";

/** What the user set at an earlier visit; undefined if nothing, or if the browser keeps nothing for this page. */
export function recallPlace(): Place | undefined {
  try {
    return placeFromJson(localStorage.getItem(KEY));
  } catch {
    return undefined;
  }
}

/** Remembers it, or forgets it. False if the browser does not allow that. */
export function rememberPlace(place: Place | undefined): boolean {
  try {
    if (place === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(place));
    return true;
  } catch {
    return false;
  }
}
