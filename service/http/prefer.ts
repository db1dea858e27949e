/** What a client asks of a POST by Prefer (RFC 7240): to wait up to waitS seconds for a state of the receipt. */
export type WaitPreference = { readonly waitS: number; readonly until: "rendered" | "anchored" };

export const MAX_WAIT_S = 60;

/**
 * Reads `Prefer: wait=10, until=rendered`; `until` is ours and defaults to anchored. Longer waits are cut to
 * MAX_WAIT_S. What is not understood is ignored, as RFC 7240 (2) has it; of a repeated preference the first counts.
 */
export function parsePrefer(field: string | undefined): WaitPreference | undefined {
  const preferences = new Map<string, string>();
  for (const part of (field ?? "").split(",")) {
    const [name = "", value = ""] = (part.split(";")[0] ?? "").split("=").map((text) => text.trim());
    const key = name.toLowerCase();
    if (!preferences.has(key)) preferences.set(key, value.replace(/^"(.*)"$/, "$1"));
  }
  const wait = preferences.get("wait") ?? "";
  const until = preferences.get("until") ?? "anchored";
  if (!/^\d{1,9}$/.test(wait) || Number(wait) === 0 || (until !== "rendered" && until !== "anchored")) return undefined;
  return { waitS: Math.min(Number(wait), MAX_WAIT_S), until };
}

/** The value of Preference-Applied. */
export function appliedPreference(preference: WaitPreference): string {
  return `wait=${preference.waitS}, until=${preference.until}`;
}
