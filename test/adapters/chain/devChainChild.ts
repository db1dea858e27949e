import { startDevChain } from "../../../service/adapters/chain/devChain.ts";

// Run as a program by the tests that kill it: serves the chain of the folder named, prints its address and waits.
if (process.argv[1] === import.meta.filename) {
  const [, , dir = "", port = "0"] = process.argv;
  const chain = await startDevChain({ dir, port: Number(port), clock: { nowMs: () => Date.now() } });
  process.stdout.write(`${chain.url}\n`);
}
