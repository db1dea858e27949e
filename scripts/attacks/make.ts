// node scripts/attacks/make.ts GOOD.pdf OTHER.pdf DIR [--rpc URL]: makes every attack file of a sealed receipt, and attacks.json beside.
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fetchRpc } from "../../service/adapters/chain/fetchRpc.ts";
import { loadLedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";
import { parseCertificate } from "../../service/core/certificate.ts";
import { parseSignedData } from "../../service/core/cms.ts";
import { jsonRpcReader } from "../../service/core/ledgerCall.ts";
import { readSignature } from "../../service/core/pdfSignature.ts";
import { makeAttacks } from "./all.ts";
import type { Attack } from "./attack.ts";
import { makeForeignSigner } from "./foreignSigner.ts";
import { anchorInLookAlike } from "./lookAlike.ts";

const USAGE = `用法 (usage): node scripts/attacks/make.ts GOOD.pdf OTHER.pdf DIR [--rpc URL]
GOOD、OTHER：同一账本上两张已上链的票据。 Two sealed receipts of one ledger.
--rpc：在这条链上另部署一个形似的合约。 Also deploys a look-alike contract on that chain.`;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { rpc: { type: "string" } } });
const [goodFile, otherFile, dir] = positionals;
if (goodFile === undefined || otherFile === undefined || dir === undefined) {
  console.error(USAGE);
  process.exit(64);
}
const [good, other] = [goodFile, otherFile].map((file) => new Uint8Array(fs.readFileSync(file)));
if (good === undefined || other === undefined) throw new Error(USAGE);
const { creditCode, commonName: name } = parseCertificate(parseSignedData(readSignature(good)).certificate);
const foreign = await makeForeignSigner({ name, creditCode }, Date.now());
const made = await makeAttacks({ good, other, foreign });
const attacks = [...made, ...(await lookAlike(values.rpc))];
fs.mkdirSync(dir, { recursive: true });
for (const { name: file, pdf } of attacks) fs.writeFileSync(path.join(dir, `${file}.pdf`), pdf);
const list = attacks.map(({ pdf: _pdf, signed: _signed, ...about }) => about);
fs.writeFileSync(path.join(dir, "attacks.json"), `${JSON.stringify(list, null, 2)}\n`);
console.log(`${attacks.length} 个攻击文件 (attack files): ${dir}`);

async function lookAlike(rpcUrl: string | undefined): Promise<readonly Attack[]> {
  const resigned = made.find((attack) => attack.name === "data-swapped-resigned-unsealed");
  if (rpcUrl === undefined || resigned === undefined) return [];
  const artifact = loadLedgerArtifact(
    path.resolve(import.meta.dirname, "../../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json"),
  );
  const chainId = Number(await jsonRpcReader(fetchRpc(rpcUrl)).chainId());
  const { pdf } = await anchorInLookAlike({ rpcUrl, chainId, artifact }, resigned.pdf);
  const what = { family: "contract", caughtBy: "trusted_contract", reason: "another_contract" } as const;
  return [{ ...what, name: "look-alike-contract", zh: "形似的合约", en: "a look-alike contract", pdf }];
}
