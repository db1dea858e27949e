import { ConfigError, parseConfig, type Config } from "./config.ts";
import { AppError } from "./core/errors.ts";
import { runService } from "./run.ts";

try {
  await runService(readConfig());
} catch (error) {
  console.error(
    error instanceof AppError ? `✗ ${error.code}: ${error.message}` : error instanceof Error ? error.stack : error,
  );
  process.exit(1);
}

function readConfig(): Config {
  try {
    return parseConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
