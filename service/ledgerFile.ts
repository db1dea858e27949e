import fs from "node:fs";
import path from "node:path";
import { z } from "zod";

/** Where a verifier finds the ledger of this installation: what `npm run verify` takes when it is not told otherwise. */
const LedgerPlace = z.strictObject({
  chainId: z.int(),
  contract: z.string(),
  rpcUrl: z.string(),
});
export type LedgerPlace = z.infer<typeof LedgerPlace>;

const fileIn = (dataDir: string): string => path.join(dataDir, "ledger.json");

export function writeLedgerFile(dataDir: string, place: LedgerPlace): void {
  fs.mkdirSync(dataDir, { recursive: true });
  fs.writeFileSync(fileIn(dataDir), `${JSON.stringify(place, null, 2)}\n`);
}

/** undefined if nothing was started in this folder. */
export function readLedgerFile(dataDir: string): LedgerPlace | undefined {
  if (!fs.existsSync(fileIn(dataDir))) return undefined;
  return LedgerPlace.parse(JSON.parse(fs.readFileSync(fileIn(dataDir), "utf8")));
}
