import { setFlagsFromString } from "node:v8";
import { startService, type Service } from "./compose.ts";
import type { Config } from "./config.ts";

/**
 * Of V8: the next full collection waits until the heap is four times what the last one left, the most that V8 itself would ever
 * wait. Its own guess is far lower where memory of buffers comes and goes fast, and marking took a tenth of a receipt's CPU.
 */
const HEAP_GROWTH = "--heap-growing-percent=300";

/** Starts the program, tells people where everything is, and stops it in order on SIGINT or SIGTERM. */
export async function runService(config: Config): Promise<Service> {
  setFlagsFromString(HEAP_GROWTH);
  let ending: Promise<void> | undefined;
  const starting = startService(config, (message) => console.log(`… ${message}`));
  const stop = (): void => {
    if (ending !== undefined) return;
    console.log("… 正在停止 (stopping)");
    // A start that is under way comes to its end first: only then is it known what is to be stopped.
    ending = starting.then(end, () => undefined);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const isEnding = (): Promise<void> | undefined => ending;
  const service = await starting;
  await isEnding();
  await tell(service);
  return service;
}

async function end(service: Service): Promise<never> {
  try {
    await service.stop();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
  process.exit(0);
}

async function tell({ parts, url, localUrl, sandbox, deps }: Service): Promise<void> {
  const { deployment, rpcUrl, config } = parts;
  const head = await deps.ledger.head();
  console.log(`
链票已启动 (Lianpiao is up), ${Math.round(performance.now())} ms
  账本合约 (contract)  ${deployment.contract}  链 (chain) ${deployment.chainId}  批次 (batches) ${head.batchCount}
  链节点 (chain node)  ${rpcUrl}
  数据目录 (data)      ${config.DATA_DIR}
  角色 (roles)         ${config.ROLES.join(", ")}`);
  if (url !== undefined) {
    console.log(`  首页 (pages)         ${url}/
  接口文档 (API docs)  ${url}/docs`);
  }
  if (sandbox !== undefined && localUrl !== undefined) {
    console.log(`  演示信箱 (mailbox)   ${localUrl}/sandbox/mail`);
  }
}
