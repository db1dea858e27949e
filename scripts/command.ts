import fs from "node:fs";
import { ConfigError } from "../service/config.ts";
import { AppError } from "../service/core/errors.ts";

/** For what could not be done or told; 1 is for what was found to be wrong. */
const COULD_NOT_TELL = 2;

/** Runs a command to its exit code. What it can't do it says in one line, and never as if something had been found wrong. */
export async function runCommand(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof AppError) console.error(`✗ ${error.code}: ${error.message}`);
    else if (error instanceof ConfigError) console.error(error.message);
    else console.error(error);
    process.exitCode = COULD_NOT_TELL;
  }
}

/** Reads what the user named, or says that it can't be read and ends the command with 66 (EX_NOINPUT). */
export function readBytes(name: string): Uint8Array {
  try {
    return fs.readFileSync(name);
  } catch (error) {
    console.error(`✗ 读不到文件 (cannot read the file): ${error instanceof Error ? error.message : name}`);
    process.exit(66);
  }
}
