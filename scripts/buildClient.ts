// npm run build:client: makes the package @lianpiao/client of scripts/clientPackage in build/client, ready for npm publish.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { apiDocument } from "./apiDocument.ts";
import { clientTypes } from "./clientTypes.ts";

const root = path.dirname(import.meta.dirname);
const source = path.join(root, "scripts/clientPackage");

/** @param dir build/client by default; what stands there is replaced */
export async function buildClient(dir = path.join(root, "build/client")): Promise<string> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "client-"));
  try {
    const files = fs.readdirSync(source).filter((name) => name.endsWith(".ts"));
    for (const name of files) fs.copyFileSync(path.join(source, name), path.join(scratch, name));
    fs.writeFileSync(path.join(scratch, "api.ts"), `${clientTypes(apiDocument())}\n`);
    fs.rmSync(dir, { recursive: true, force: true });
    fs.mkdirSync(dir, { recursive: true });
    await bundle(scratch, dir);
    writeTypes(scratch, dir);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  fs.writeFileSync(path.join(dir, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  fs.copyFileSync(path.join(source, "README.md"), path.join(dir, "README.md"));
  fs.copyFileSync(path.join(root, "LICENSE"), path.join(dir, "LICENSE"));
  return dir;
}

/** One readable module that imports Node's own alone. */
async function bundle(scratch: string, dir: string): Promise<void> {
  await build({
    entryPoints: [path.join(scratch, "index.ts")],
    outfile: path.join(dir, "index.js"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    charset: "utf8",
    logLevel: "error",
  });
}

/** The compiler's declarations, one file for each source, with the endings that published types have. */
function writeTypes(scratch: string, dir: string): void {
  const config = path.join(scratch, "tsconfig.json");
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: scratch,
    outDir: path.join(scratch, "out"),
    typeRoots: [path.join(root, "node_modules/@types")],
    types: ["node"],
  };
  const files = [path.join(scratch, "index.ts")];
  // Of a temporary folder the compiler can't tell that its sources are modules.
  fs.writeFileSync(path.join(scratch, "package.json"), JSON.stringify({ type: "module" }));
  fs.writeFileSync(
    config,
    JSON.stringify({ extends: path.join(root, "tsconfig.json"), compilerOptions, files, include: [] }),
  );
  execFileSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", config], {
    stdio: "inherit",
  });
  for (const name of fs.readdirSync(path.join(scratch, "out"))) {
    const text = fs.readFileSync(path.join(scratch, "out", name), "utf8");
    fs.writeFileSync(path.join(dir, name), text.replaceAll(/(["'])\.\/(\w+)\.ts\1/g, '"./$2.js"'));
  }
}

function manifest(): Readonly<Record<string, unknown>> {
  const own = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly license: string;
  };
  return {
    name: "@lianpiao/client",
    version: own.version,
    description: "Issues and reads fiscal e-receipts (财政电子票据) of Lianpiao, and verifies its webhooks",
    license: own.license,
    type: "module",
    sideEffects: false,
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    types: "./index.d.ts",
    files: ["index.js", "*.d.ts"],
    engines: { node: ">=22" },
  };
}

if (import.meta.main) {
  const dir = await buildClient();
  const { size } = fs.statSync(path.join(dir, "index.js"));
  console.log(`${path.relative(process.cwd(), dir)}: index.js ${size} B`);
}
