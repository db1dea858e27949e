import { readFile, readdir } from "node:fs/promises";
import { expect } from "chai";
import { Interface } from "ethers";
import hre from "hardhat";

describe("the ledger's refusals", () => {
  it("are each expected by a test in this folder", async () => {
    const { abi } = await hre.artifacts.readArtifact("ILedgerErrors");
    const names: string[] = [];
    Interface.from(abi).forEachError((error) => names.push(error.name));
    const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".test.ts"));
    const texts = await Promise.all(files.map((name) => readFile(new URL(name, import.meta.url), "utf8")));
    const untested = names.filter((name) => !texts.some((text) => text.includes(`"${name}"`)));
    expect(names.length).to.be.greaterThan(40);
    expect(untested).to.deep.equal([]);
  });
});
