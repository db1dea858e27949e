// npm run demo: issues one receipt of each kind at the running service, or at one started for it, and verifies them;
// with `-- --day` plays a whole day of five units.
import { startService, type Service } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { demoUnits } from "../service/demoUnits.ts";
import { readDemoKey } from "./client.ts";
import { playDay } from "./playDay.ts";
import { playDemo } from "./playDemo.ts";

const config = parseConfig(process.env);
const running = await runningUrl();
let service: Service | undefined;
if (running === undefined) {
  service = await startService({ ...config, LOG_LEVEL: "warn" }, (message) => console.log(`… ${message}`));
}
const url = running ?? service?.localUrl;
if (url === undefined) throw new Error("the role http is needed");
const play = process.argv.includes("--day") ? playDay : playDemo;
const isGood = await play(config.DATA_DIR, url);
await service?.stop();
process.exit(isGood ? 0 : 1);

/** Where a service of this folder listens; undefined if none does. */
async function runningUrl(): Promise<string | undefined> {
  try {
    const { url } = await readDemoKey(config.DATA_DIR, demoUnits[0]?.appId ?? "");
    return (await fetch(new URL("/healthz", url))).ok ? url : undefined;
  } catch {
    return undefined;
  }
}
