import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { accountSender } from "../../../service/adapters/chain/accountSender.ts";
import { accountTurn, type AccountTurn } from "../../../service/adapters/chain/accountTurn.ts";
import type { DevChain } from "../../../service/adapters/chain/devChain.ts";
import { openRpcNode, RpcRefusal, type RpcNode } from "../../../service/adapters/chain/rpcNode.ts";
import { createStore } from "../../../service/db/store.ts";
import { makeTestFolder, startTestDatabase, type TestDatabase } from "../../support/database.ts";
import { newWallet, openChain } from "./chainFixture.ts";

const EACH = 15;

describe("two programs that send from one account", function () {
  this.timeout(60_000);
  const wallet = newWallet();
  let database: TestDatabase;
  let folder: ReturnType<typeof makeTestFolder>;
  let chain: DevChain;
  let nodes: RpcNode[];
  before(async () => {
    database = await startTestDatabase();
    folder = makeTestFolder("turn");
    chain = await openChain(folder.dir, { funded: [wallet.address] });
    nodes = [1, 2].map(() => openRpcNode({ url: chain.url, chainId: chain.chainId }));
  });
  after(async () => {
    for (const node of nodes) node.stop();
    await chain.stop();
    folder.remove();
    await database.stop();
  });

  /** How many of the transactions of both, sent at once, the node refuses for their nonce. */
  async function collisions(turns: readonly AccountTurn[]): Promise<number> {
    const sent = nodes.flatMap((node, index) => {
      const sender = accountSender(node, wallet.privateKey, 10_000, turns[index]);
      return Array.from({ length: EACH }, () => sender.send(ZeroAddress, "0x"));
    });
    const outcomes = await Promise.allSettled(sent);
    const failed = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
    for (const reason of failed) expect(reason).to.be.instanceOf(RpcRefusal);
    return failed.length;
  }
  const programs = async () => [
    createStore(database.dataSource, () => undefined),
    createStore(await database.again(), () => undefined),
  ];

  it("take their turns: no nonce is used twice, and all is mined", async () => {
    const before = await nonce();
    expect(await collisions((await programs()).map((store) => accountTurn(store, "registrar")))).to.equal(0);
    expect(await nonce()).to.equal(before + 2 * EACH);
  });

  it("have the turn again after work that failed, and another account's beside it", async () => {
    const [one, other] = (await programs()).map((store) => accountTurn(store, "registrar"));
    const failed = await one!(() => Promise.reject(new Error("refused"))).catch((error: unknown) => error);
    expect(failed).to.have.property("message", "refused");
    const bureau = accountTurn((await programs())[0]!, "bureau");
    expect(await other!(() => bureau(() => Promise.resolve("both")))).to.equal("both");
  });

  async function nonce(): Promise<number> {
    return Number(await nodes[0]!.request("eth_getTransactionCount", [wallet.address, "latest"]));
  }
});
