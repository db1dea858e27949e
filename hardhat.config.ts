import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import solc from "solc/package.json" with { type: "json" };

// The compiler is the npm package solc (WASM build), so nothing is downloaded.
const require = createRequire(import.meta.url);
const solcPath = require.resolve("solc/soljson.js");

const compiler = (runs: number) => ({
  version: solc.version,
  path: solcPath,
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs },
    viaIR: true,
  },
});

export default defineConfig({
  plugins: [hardhatEthers, hardhatEthersChaiMatchers, hardhatMocha, hardhatNetworkHelpers],
  solidity: {
    profiles: {
      default: { compilers: [compiler(200)] },
      production: { compilers: [compiler(1000)], isolated: true },
    },
  },
  paths: { tests: { mocha: "test/contracts", solidity: "test/contracts" } },
  test: {
    mocha: { timeout: 60_000 },
    solidity: { fuzz: { runs: 256, seed: "0x01" }, invariant: { runs: 64, depth: 32 } },
  },
});
