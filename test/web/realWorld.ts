import fs from "node:fs";
import path from "node:path";
import { HDNodeWallet, Wallet } from "ethers";
import { accountSender } from "../../service/adapters/chain/accountSender.ts";
import { startDevChain, type DevChain } from "../../service/adapters/chain/devChain.ts";
import { ledgerAdmin } from "../../service/adapters/chain/ledgerAdmin.ts";
import { loadLedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";
import { readBook, type LedgerContract } from "../../service/adapters/chain/ledgerContract.ts";
import { openRpcNode } from "../../service/adapters/chain/rpcNode.ts";
import { openKeystore, type Keystore } from "../../service/adapters/sign/keystore.ts";
import { systemClock } from "../../service/adapters/system/clock.ts";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { climbProof, type Proof } from "../../service/core/proof.ts";
import { readProof } from "../../service/core/seal.ts";
import { domainSeparator, paperSigningDigest, segmentSigningDigest } from "../../service/core/segment.ts";
import { readLedgerFile } from "../../service/ledgerFile.ts";
import { makeTestFolder } from "../support/database.ts";
import { clientOf, sampleOf, startProgram } from "../support/program.ts";
import { buildWeb } from "../../scripts/buildWeb.ts";

export const artifactFile = path.resolve(
  import.meta.dirname,
  "../../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json",
);

/** Receipts that the whole program issued, and what became of each on its own chain. */
export type RealWorld = {
  readonly chain: DevChain;
  readonly contract: string;
  readonly pdfs: { readonly [K in RealName]: Uint8Array };
  readonly redNumber: string;
  stop(): Promise<void>;
};

export const REAL_NAMES = ["good", "other", "penalty", "reversed", "onPaper", "claimedPart", "claimedFull"] as const;
type RealName = (typeof REAL_NAMES)[number];

/** Runs the program, issues one receipt of each name, ends it, and opens its chain again to act on the receipts. */
export async function makeRealWorld(): Promise<RealWorld> {
  await buildWeb();
  const { dir, remove } = makeTestFolder("verifier");
  const pdfs = await issueAll(dir);
  const place = readLedgerFile(dir);
  if (place === undefined) throw new Error("the program noted no ledger");
  const chain = await startDevChain({ dir: path.join(dir, "chain"), clock: systemClock });
  const passphrase = fs.readFileSync(path.join(dir, "keys", "passphrase"), "utf8");
  const keystore = openKeystore({ dir: path.join(dir, "keys"), passphrase, nowMs: systemClock.nowMs });
  const redNumber = await act(chain, place.contract, keystore, pdfs);
  return {
    chain,
    contract: place.contract,
    pdfs,
    redNumber,
    async stop() {
      await chain.stop();
      remove();
    },
  };
}

async function issueAll(dir: string): Promise<RealWorld["pdfs"]> {
  const program = await startProgram({ dataDir: dir, env: { ANCHOR_INTERVAL_MS: "1500" } });
  try {
    const hospital = await clientOf(program, dir);
    const police = await clientOf(program, dir, "demo-police");
    const pdfs = new Map<string, Uint8Array>();
    // The first few are anchored at once; those that come meanwhile share a segment, so that paths have siblings.
    const names: readonly string[] = [...Array.from({ length: 6 }, (_, n) => `before-${n}`), ...REAL_NAMES, "after"];
    await Promise.all(
      names.map(async (name, n) => {
        const client = name === "penalty" ? police : hospital;
        const kind = name === "penalty" ? "penalty" : name === "other" ? "inpatient" : "outpatient";
        const input = sampleOf(kind, name === "good" ? 0 : n, `WEB-${name}`);
        const issued = await client.call("POST", "/v1/receipts", input, { prefer: "wait=30" });
        if (issued.status !== 201) throw new Error(await issued.text());
        const { links } = (await issued.json()) as { links: { pdf: string } };
        const pdf = await client.call("GET", new URL(links.pdf, program.url).pathname);
        pdfs.set(name, new Uint8Array(await pdf.arrayBuffer()));
      }),
    );
    return Object.fromEntries(pdfs) as RealWorld["pdfs"];
  } finally {
    await program.stop();
  }
}

/** The bureau, the unit and an insurer act on the real contract. Gives the number that reversed a receipt. */
async function act(chain: DevChain, contract: string, keystore: Keystore, pdfs: RealWorld["pdfs"]): Promise<string> {
  const artifact = loadLedgerArtifact(artifactFile);
  const node = openRpcNode({ url: chain.url, chainId: chain.chainId });
  const common = { rpcUrl: chain.url, chainId: chain.chainId, contract, artifact };
  const admin = ledgerAdmin({ ...common, bureauKey: keystore.accountKey("bureau") });
  const insurer = new Wallet(HDNodeWallet.createRandom().privateKey);
  try {
    await admin.admitClaimant("91440300MB2D00009X", insurer.address);
    const send = (key: string, name: string, args: readonly unknown[]) =>
      accountSender(node, key).send(contract, artifact.abi.encodeFunctionData(name, args));
    for (const [name, used] of [
      ["claimedPart", 0.4],
      ["claimedFull", 1],
    ] as const) {
      const { leaf, proof } = proofOf(pdfs[name]);
      const amount = Math.floor(proof.issuedFen * used);
      await send(insurer.privateKey, "claim", [leaf, proof.issuedFen, amount]);
    }
    const domain = domainSeparator({ chainId: chain.chainId, contract: bytesOfHex(contract) });
    const at: LedgerContract = { node, address: contract, abi: artifact.abi };
    const keyId = "unit-12440300MB2D00001R";
    const paper = proofOf(pdfs.onPaper);
    const { unitId } = await must(readBook(at, paper.proof.header.bookId));
    const digest = paperSigningDigest(domain, { unitId, leaf: bytesOfHex(paper.leaf), onPaper: true, nonce: 0 });
    const signed = await keystore.signDigest(keyId, digest);
    await send(insurer.privateKey, "setPaper", [unitId, paper.leaf, true, hexOf(signed)]);

    const blue = proofOf(pdfs.reversed);
    const { bookId } = blue.proof.header;
    const { next } = await must(readBook(at, bookId));
    const header = { bookId, from: next, count: 1 };
    const root = new Uint8Array(32).fill(7);
    const reversals = [{ leaf: bytesOfHex(blue.leaf), by: next }];
    const signature = await keystore.signDigest(keyId, segmentSigningDigest(domain, { ...header, root, reversals }));
    const segment = {
      ...header,
      root: hexOf(root),
      reversals: [{ leaf: blue.leaf, by: next }],
      signature: hexOf(signature),
    };
    await send(keystore.accountKey("anchorer"), "anchor", [[segment]]);
    return `${String(blue.proof.code)} ${String(next).padStart(10, "0")}`;
  } finally {
    node.stop();
    admin.stop();
  }
}

function proofOf(pdf: Uint8Array): { readonly proof: Proof; readonly leaf: string } {
  const proof = readProof(pdf);
  if (proof === undefined) throw new Error("a receipt was not anchored in time");
  return { proof, leaf: hexOf(climbProof(proof).leaf) };
}

async function must<T>(found: Promise<T | undefined>): Promise<T> {
  const value = await found;
  if (value === undefined) throw new Error("the contract does not know it");
  return value;
}
