type MakeSheet = (file: Uint8Array, verifyUrl: string | undefined) => Promise<Uint8Array<ArrayBuffer>>;

declare global {
  var lianpiaoSheet: MakeSheet | undefined;
}

const ADDRESS = "/verify-sheet.js";

/**
 * The maker of sheets, fetched from the site at its first use: the page itself stays small. It runs as an inline script, which the
 * page's policy allows by its digest alone, so the site cannot slip in another.
 */
export async function loadSheet(): Promise<MakeSheet> {
  if (globalThis.lianpiaoSheet === undefined) {
    const response = await fetch(ADDRESS, { credentials: "omit" });
    if (!response.ok) throw new Error(`the maker of sheets was not found: ${String(response.status)}`);
    const script = document.createElement("script");
    script.textContent = await response.text();
    document.head.append(script);
  }
  if (globalThis.lianpiaoSheet === undefined) throw new Error("the maker of sheets is of another build");
  return globalThis.lianpiaoSheet;
}
