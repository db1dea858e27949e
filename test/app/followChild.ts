import path from "node:path";
import { ethersLedger } from "../../service/adapters/chain/ethersLedger.ts";
import { loadLedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";
import { createBell } from "../../service/adapters/system/bell.ts";
import { systemClock } from "../../service/adapters/system/clock.ts";
import { createFailpoint } from "../../service/adapters/system/failpoint.ts";
import { followLedger } from "../../service/app/followLedger.ts";
import { parseConfig } from "../../service/config.ts";
import { openDatabase } from "../../service/db/dataSource.ts";
import { createStore } from "../../service/db/store.ts";

const artifactFile = path.resolve(
  import.meta.dirname,
  "../../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json",
);

// Run as a program by the test that kills it: follows the ledger block by block until FAILPOINT.
if (process.argv[1] === import.meta.filename) {
  const [, , databaseUrl = "", rpcUrl = "", chainId = "", contract = ""] = process.argv;
  const failpoint = createFailpoint(parseConfig(process.env).FAILPOINT);
  const store = createStore(await openDatabase(databaseUrl), failpoint);
  const artifact = loadLedgerArtifact(artifactFile);
  const anchorerKey = `0x${"11".repeat(32)}`;
  const ledger = ethersLedger({ rpcUrl, chainId: Number(chainId), contract, anchorerKey, artifact });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const deps = {
    store,
    ledger,
    log,
    failpoint,
    clock: systemClock,
    bell: createBell(),
    settings: { confirmations: 0 },
  };
  const lease = (await store.lease("follow", "child", 60_000))!;
  while ((await followLedger(deps, lease, 1)) > 0);
  process.exit(0);
}
