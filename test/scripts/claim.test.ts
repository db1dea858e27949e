import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { sealReceipt } from "../../service/app/sealReceipt.ts";
import { entryLeaf } from "../../service/app/segmentTrees.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { hexOf } from "../../service/core/bytes.ts";
import { makeTestFolder } from "../support/database.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

const KEY = `0x${"5a".repeat(32)}`;
const script = path.resolve(import.meta.dirname, "../../scripts/claim.ts");

describe("npm run claim", function () {
  this.timeout(60_000);
  const folder = makeTestFolder("claim");
  const [file, altered] = [path.join(folder.dir, "receipt.pdf"), path.join(folder.dir, "altered.pdf")];
  let platform: Platform;
  let receipt: Receipt;
  before(async () => {
    platform = await startPlatform();
    const issued = await platform.issue("outpatient", "CLAIM-1");
    await platform.renderAll();
    await platform.anchorAll();
    receipt = await platform.current(issued);
    const { pdf } = (await sealReceipt(platform.deps, receipt))!;
    fs.writeFileSync(file, pdf);
    const bytes = Buffer.from(pdf);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    fs.writeFileSync(altered, bytes);
  });
  after(async () => {
    await platform.stop();
    folder.remove();
  });

  const claim = async (...args: readonly string[]): Promise<{ code: number; said: string }> => {
    const place = args.includes("--rpc") ? [] : ["--rpc", platform.rpcUrl];
    const all = [script, ...args, ...place, "--contract", platform.ledger.contract];
    const env = { PATH: process.env["PATH"], CLAIMANT_KEY: KEY, DATA_DIR: folder.dir };
    return new Promise((resolve) => {
      execFile(process.execPath, all, { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
      );
    });
  };
  const usage = async (): Promise<unknown> => {
    const { usedFen, lockedFen } = await platform.ledger.status(hexOf(entryLeaf({ ...receipt, isVoid: false })));
    return { usedFen, lockedFen };
  };

  it("does nothing with what it can't prove, what is no amount, and for who was not admitted, and says which", async () => {
    const [stranger, wrong, away, half, both] = await Promise.all([
      claim(file, "--fen", "100"),
      claim(altered, "--fen", "100"),
      claim(file, "--fen", "100", "--rpc", "http://127.0.0.1:9"),
      claim(file, "--fen", "1.5"),
      claim(file, "--fen", "100", "--lock", "--release", "1"),
    ]);
    expect([stranger.code, wrong.code, away.code, half.code, both.code]).to.deep.equal([1, 1, 2, 64, 64]);
    expect(stranger.said).to.include("LedgerClaimantUnknown").and.include("未接入");
    expect(wrong.said).to.include("票据无效").and.include("[altered]");
    expect(away.said).to.include("chain_unreachable");
    expect(await usage()).to.deep.equal({ usedFen: 0, lockedFen: 0 });
  });

  it("holds, claims and gives back, and says what the contract refuses", async () => {
    const { said: account } = await claim();
    await platform.admin.admitClaimant("91440300MA5CLA1M0X", account.trim());
    expect((await claim(file, "--fen", "300", "--lock")).code).to.equal(0);
    expect(await usage()).to.deep.equal({ usedFen: 0, lockedFen: 300 });
    expect((await claim(file, "--fen", "200")).code).to.equal(0);
    expect(await usage(), "the claim spends the lock").to.deep.equal({ usedFen: 200, lockedFen: 0 });
    const more = await claim(file, "--fen", String(receipt.issuedFen - 199));
    expect(more.code).to.equal(1);
    expect(more.said).to.include("LedgerCapExceeded").and.include("尚可入账");
    expect((await claim(file, "--fen", "200", "--release", "1")).code).to.equal(0);
    expect(await usage()).to.deep.equal({ usedFen: 0, lockedFen: 0 });
  });
});
