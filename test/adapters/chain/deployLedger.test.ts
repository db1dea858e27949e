import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { deployLedger } from "../../../service/adapters/chain/deployLedger.ts";
import { loadLedgerArtifact } from "../../../service/adapters/chain/ledgerArtifact.ts";
import { AppError } from "../../../service/core/errors.ts";
import { ask, newWallet, openChain, temporaryFolder } from "./chainFixture.ts";
import { artifactFile, newKeys } from "./ledgerFixture.ts";

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "no error";
}

describe("deployLedger", () => {
  let dir: string;
  beforeEach(() => {
    dir = temporaryFolder("deploy");
  });
  afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

  it("deploys with the parameters given, and gives the same again instead of deploying twice", async () => {
    const keys = newKeys();
    const chain = await openChain(dir); // nobody has coins
    const artifact = loadLedgerArtifact(artifactFile);
    const options = {
      rpcUrl: chain.url,
      chainId: chain.chainId,
      artifact,
      deployerKey: keys.deployer.privateKey,
      bureau: keys.bureau.address,
      anchorer: keys.anchorer.address,
      declareMinReceipts: 3,
      lockTtlSeconds: 60,
      predecessor: `0x${"33".repeat(20)}`,
    };
    const deployment = await deployLedger(options);
    expect(deployment).to.include({ chainId: 31337, genesisHash: chain.genesisHash, blockNumber: 1 });
    const { result } = await ask(chain.url, "eth_getBlockByNumber", ["0x1", false]);
    expect((result as { hash: string }).hash).to.equal(deployment.blockHash);
    const call = async (name: string) => {
      const data = artifact.abi.encodeFunctionData(name, []);
      const answer = await ask(chain.url, "eth_call", [{ to: deployment.contract, data }, "latest"]);
      return String(artifact.abi.decodeFunctionResult(name, answer.result as string)[0]).toLowerCase();
    };
    expect(await call("declareMinReceipts")).to.equal("3");
    expect(await call("lockTtlSeconds")).to.equal("60");
    expect(await call("predecessor")).to.equal(options.predecessor);
    expect(await deployLedger(options)).to.deep.equal(deployment);
    expect((await ask(chain.url, "eth_blockNumber")).result).to.equal("0x1");
    const other = await deployLedger({ ...options, deployerKey: newWallet().privateKey });
    expect(other.contract).not.to.equal(deployment.contract);
    await chain.stop();
  });

  it("says what is wrong with the compiled contract", () => {
    expect(codeOf(() => loadLedgerArtifact(path.join(dir, "none.json")))).to.equal("artifact_missing");
    const file = path.join(dir, "artifact.json");
    for (const text of [
      "",
      "[]",
      '{"abi":[],"bytecode":"0x00"}',
      '{"abi":[{"type":"event","name":"A","inputs":[]}],"bytecode":"0x"}',
    ]) {
      fs.writeFileSync(file, text);
      expect(
        codeOf(() => loadLedgerArtifact(file)),
        text,
      ).to.equal("artifact_malformed");
    }
  });
});
