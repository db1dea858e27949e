import { execFileSync } from "node:child_process";
import path from "node:path";
import { makeTestFolder } from "./database.ts";
import { startProgram, type Program } from "./program.ts";

/** A folder after a first start. */
export type Template = {
  /** A copy, as if the first start had been there. */
  copy(): { readonly dataDir: string; remove(): void };
  remove(): void;
};

/**
 * Makes one first start, so that each test need not; nothing of it runs while it is copied.
 * @param fill does something with the program before it is stopped
 */
export async function makeTemplate(fill?: (program: Program, dataDir: string) => Promise<void>): Promise<Template> {
  const folder = makeTestFolder("first");
  const original = path.join(folder.dir, "data");
  const program = await startProgram({ dataDir: original });
  await fill?.(program, original);
  await program.stop();
  return {
    copy() {
      const { dir, remove } = makeTestFolder("copy");
      const dataDir = path.join(dir, "data");
      // Node's own copy loses the owners, and PostgreSQL's files are another user's.
      execFileSync("cp", ["-a", original, dataDir]);
      return { dataDir, remove };
    },
    remove: () => folder.remove(),
  };
}
