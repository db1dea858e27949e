import fs from "node:fs";
import { Interface } from "ethers";
import { AppError } from "../../core/errors.ts";

/** The compiled contract. */
export type LedgerArtifact = {
  readonly abi: Interface;
  /** 0x-prefixed: what a deployment sends, before the constructor's arguments. */
  readonly bytecode: string;
};

/**
 * Reads what `hardhat build` wrote: artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json.
 * @throws AppError artifact_missing, artifact_malformed
 */
export function loadLedgerArtifact(file: string): LedgerArtifact {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (cause) {
    throw new AppError(
      "artifact_missing",
      `找不到合约编译结果 ${file}，请运行 npx hardhat build。 There is no compiled contract ${file}: run npx hardhat build.`,
      { cause },
    );
  }
  try {
    const { abi, bytecode } = parseArtifact(JSON.parse(text));
    return { abi: new Interface(abi), bytecode };
  } catch (cause) {
    throw new AppError(
      "artifact_malformed",
      `合约编译结果 ${file} 无法读取，请运行 npx hardhat build。 ` +
        `The compiled contract ${file} cannot be read: run npx hardhat build.`,
      { cause },
    );
  }
}

function parseArtifact(value: unknown): { readonly abi: string; readonly bytecode: string } {
  if (typeof value !== "object" || value === null || !("abi" in value) || !("bytecode" in value)) {
    throw new Error("abi or bytecode is missing");
  }
  const { abi, bytecode } = value;
  if (!Array.isArray(abi) || abi.length === 0) throw new Error("the abi is no list");
  if (typeof bytecode !== "string" || !/^0x(?:[0-9a-f]{2})+$/i.test(bytecode))
    throw new Error("the bytecode is not whole");
  return { abi: JSON.stringify(abi), bytecode };
}
