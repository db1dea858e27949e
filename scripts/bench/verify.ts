/**
 * (c) Verifications a second of sealed PDFs, beside the plain way.
 *   node scripts/bench/verify.ts [count]
 */
import { fetchRpc } from "../../service/adapters/chain/fetchRpc.ts";
import { systemHash } from "../../service/adapters/system/hash.ts";
import { jsonRpcReader, type LedgerReader } from "../../service/core/ledgerCall.ts";
import { verifyPdf, type VerifyOptions } from "../../service/core/verify.ts";
import { rounded } from "./figures.ts";
import { nativeVerifier } from "./nativeVerify.ts";
import { openPlainLedger } from "./plainLedger.ts";
import { verifyPlainly } from "./plainVerify.ts";
import type { Results } from "./report.ts";
import { load, openSite, progressOf, warmUp, type Site } from "./site.ts";

const COUNT = 1000;
const PLAIN_COUNT = 300;
/** Verifications under way at a time: while one asks the node, others compute. */
const AT_A_TIME = 16;
const TARGET_PER_S = 500;

export async function benchVerify(site: Site, pdfs: readonly Uint8Array[]): Promise<Results> {
  const { chainId, contract } = site.place;
  const trustedContract = { chainId, address: contract };
  const asked = jsonRpcReader(fetchRpc(site.place.rpcUrl));
  const remembered = rememberingReader(asked);
  const portable = (reader: LedgerReader): VerifyOptions => ({ reader, trustedContract, chainCache: new Map() });
  const native = (reader: LedgerReader): VerifyOptions => ({
    ...portable(reader),
    hash: systemHash,
    verifySignature: nativeVerifier(),
  });
  await verifyAll(pdfs, native(remembered), "warm-up"); // and fills the memory
  const onChain = await verifyAll(pdfs, native(asked), "with a node");
  const inMemory = await verifyAll(pdfs, native(remembered), "from memory");
  await verifyAll(pdfs.slice(0, 100), portable(remembered), "warm-up");
  const plainJs = await verifyAll(pdfs.slice(0, PLAIN_COUNT), portable(remembered), "in plain JavaScript");
  const baseline = await verifyAllPlainly(site, pdfs.slice(0, PLAIN_COUNT));
  return {
    figures: [
      { name: "(c) verify, asking a node", value: onChain, unit: "PDFs/s", baseline, target: TARGET_PER_S },
      {
        name: "(c) verify, chain's answers in memory",
        value: inMemory,
        unit: "PDFs/s",
        baseline,
        target: TARGET_PER_S,
      },
    ],
    notes: [
      `(c) ${pdfs.length} sealed PDFs, ${AT_A_TIME} at a time in one thread, every check; a node answers eth_chainId, ` +
        "eth_blockNumber and eth_call for each, over HTTP from another process on the same cores; calls of a moment are one batch.",
      `(c) SHA-256 and P-256 by node:crypto, certificates checked once. All in plain JavaScript, as in a browser: ${rounded(plainJs)}/s.`,
      `(c) baseline, over ${PLAIN_COUNT}: a small DER reader and node:crypto check signature and certificates, ethers asks one eth_call; ` +
        "one after the other, no data, no proof, no status.",
    ],
  };
}

/** PDFs a second. */
async function verifyAll(pdfs: readonly Uint8Array[], options: VerifyOptions, name: string): Promise<number> {
  const report = progressOf(`verify ${name}`, pdfs.length);
  const queue = pdfs.values();
  let done = 0;
  const startMs = performance.now();
  const verifier = async (): Promise<void> => {
    for (const pdf of queue) {
      const { verdict, checks } = await verifyPdf(pdf, options);
      const failed = checks
        .filter(({ outcome }) => outcome !== "pass")
        .map(({ id, reason }) => `${id} ${reason ?? ""}`);
      if (verdict !== "valid") throw new Error(`a sealed PDF is ${verdict}: ${failed.join(", ")}`);
      report((done += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, verifier));
  return (pdfs.length * 1000) / (performance.now() - startMs);
}

async function verifyAllPlainly(site: Site, pdfs: readonly Uint8Array[]): Promise<number> {
  const ledger = await openPlainLedger(site.place.rpcUrl);
  for (const pdf of pdfs.slice(0, 50)) await verifyPlainly(pdf, ledger);
  const startMs = performance.now();
  for (const pdf of pdfs) if (!(await verifyPlainly(pdf, ledger))) throw new Error("the plain way finds a PDF invalid");
  const perS = (pdfs.length * 1000) / (performance.now() - startMs);
  ledger.close();
  return perS;
}

/** Asks each thing once. */
function rememberingReader(reader: LedgerReader): LedgerReader {
  const [chainId, block] = [reader.chainId(), reader.blockNumber()];
  const answers = new Map<string, Promise<string>>();
  return {
    chainId: () => chainId,
    blockNumber: () => block,
    call: (to, data, at) => {
      const answer = answers.get(data) ?? reader.call(to, data, at);
      answers.set(data, answer);
      return answer;
    },
  };
}

if (import.meta.main) {
  const { showFigures } = await import("./report.ts");
  const site = await openSite();
  try {
    await warmUp(site);
    const { pdfs } = await load(site, "VERIFY", Number(process.argv[2] ?? COUNT));
    showFigures(await benchVerify(site, pdfs));
  } finally {
    await site.close();
  }
}
