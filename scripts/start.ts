// npm start: runs the service; on its first start it also plays the demo.
import { parseConfig } from "../service/config.ts";
import { demoDeskOf } from "../service/demoDesk.ts";
import { AppError } from "../service/core/errors.ts";
import { runService } from "../service/run.ts";
import { playDemo } from "./playDemo.ts";

try {
  // People look at this terminal; LOG_LEVEL=info shows every request and batch.
  const config = parseConfig({ LOG_LEVEL: "warn", ...process.env });
  const { isFirstStart, localUrl } = await runService(config);
  if (isFirstStart && localUrl !== undefined) {
    console.log("\n第一次启动：演示各开一张 (first start: one receipt of each kind)");
    // The service is up, whatever becomes of the demo.
    await playDemo(config.DATA_DIR, localUrl).catch((error: unknown) => console.error(error));
  }
  const desk = demoDeskOf(config);
  if (desk !== undefined && localUrl !== undefined) {
    console.log(`
试用开票台 (try the desk): ${localUrl}/unit
  账号 (account)           ${desk.logins.join("  ")}   （reviewer, accountant, head 同理 / likewise）
  口令 (password)          ${desk.password}`);
  }
  console.log(`
再开一张 (issue another):  npm run -s curl -- docs/examples/outpatient.json | sh
验真 (verify):             npm run verify -- FILE.pdf
审计 (audit):              npm run audit
停止 (stop):               Ctrl-C`);
} catch (error) {
  const isOurs = error instanceof AppError;
  console.error(isOurs ? `✗ ${error.code}: ${error.message}` : error instanceof Error ? error.message : error);
  process.exit(1);
}
