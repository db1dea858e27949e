import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect } from "chai";

const CORE = join(import.meta.dirname, "../../service/core");

describe("core as others take it", () => {
  it("leaves room in the verifier page's 60 kB: verify and disclosure, minified and gzipped, take under 36 kB", async () => {
    const result = await build({
      stdin: {
        contents: `export * from "./verify.ts"; export * from "./disclosure.ts"; export * from "./ledgerCall.ts";`,
        resolveDir: CORE,
      },
      bundle: true,
      write: false,
      minify: true,
      platform: "browser",
      format: "esm",
      charset: "utf8",
      logLevel: "silent",
    });
    const bytes = gzipSync(result.outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
    expect(bytes).to.be.within(1_000, 36_000);
  });

  it("imports nothing but itself and @noble", () => {
    for (const name of readdirSync(CORE).filter((each) => each.endsWith(".ts"))) {
      const source = readFileSync(join(CORE, name), "utf8");
      const imports = [...source.matchAll(/(?:from|import) "([^"]+)"/g)].map(([, target]) => target);
      for (const target of imports)
        expect(target, name).to.match(/^(?:\.\/\w+\.ts|@noble\/(?:hashes|curves)\/\w+\.js)$/);
    }
  });
});
