import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { FinanceCheck } from "../service/domain/financeCheck.ts";
import { claimantAccount } from "../service/adapters/chain/claimantLedger.ts";

/** Runs a script beside the service. Rejects with `code`, its exit code, unless that is 0. */
export type RunScript = (
  script: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<string>;

/** Of no real insurer. */
const INSURER = "91440300MA5CLA1M0X";
/** The exit code of npm run claim. */
const REFUSED = 1;
const FOLLOWED_WITHIN_MS = 60_000;

/** An insurer that claims on the ledger with a key of its own, by the very command that any claimant has. */
export type Insurer = {
  /** Enters so many fen of the receipt. */
  claim(pdfFile: string, fen: number): Promise<void>;
  /** Resolves if the contract refuses to enter so many fen. */
  refused(pdfFile: string, fen: number): Promise<void>;
};

/** Has the bureau admit the insurer; on the next day of the same folder it is the same one. */
export async function admitInsurer(dataDir: string, run: RunScript): Promise<Insurer> {
  const file = path.join(dataDir, "demo", "insurer.key");
  if (!fs.existsSync(file)) fs.writeFileSync(file, `0x${randomBytes(32).toString("hex")}`, { mode: 0o600 });
  const CLAIMANT_KEY = fs.readFileSync(file, "utf8");
  await run("claimant.ts", ["admit", INSURER, claimantAccount(CLAIMANT_KEY)]);
  const claim = async (pdfFile: string, fen: number): Promise<void> => {
    await run("claim.ts", [pdfFile, "--fen", String(fen)], { CLAIMANT_KEY });
  };
  return {
    claim,
    async refused(pdfFile, fen) {
      const code = await claim(pdfFile, fen).then(
        () => 0,
        (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
      );
      if (code !== REFUSED) throw new Error(`a claim of ${fen} fen ended with ${String(code)}, not with a refusal`);
    },
  };
}

/** What the public check says of a receipt by its QR code; asked again until the service has read of the entry. */
export async function untilDated(url: string, qr: string): Promise<FinanceCheck> {
  const deadline = Date.now() + FOLLOWED_WITHIN_MS;
  for (;;) {
    const body = JSON.stringify({ qr });
    const headers = { "content-type": "application/json" };
    const response = await fetch(new URL("/v1/checks", url), { method: "POST", headers, body });
    const { financeCheck } = (await response.json()) as { readonly financeCheck?: FinanceCheck };
    if (financeCheck !== undefined && financeCheck.AccDate !== "") return financeCheck;
    if (Date.now() > deadline) throw new Error(`the check tells no day of entry: ${JSON.stringify(financeCheck)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
