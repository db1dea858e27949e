// npm run build:verifier: makes the package @lianpiao/verifier of service/core in build/verifier, ready for npm publish.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = path.dirname(import.meta.dirname);
const source = path.join(root, "scripts/verifierPackage");
/** Whose code stands in the bundle, with their licences. */
const BUNDLED = ["@noble/curves", "@noble/hashes"];

/** What of a build is measured. */
export type VerifierBuild = {
  readonly dir: string;
  readonly bytes: number;
  /** gzipped at level 9 */
  readonly gzipBytes: number;
  /** As an application's bundler would ship it: minified, then gzipped. */
  readonly minifiedGzipBytes: number;
};

/** @param dir build/verifier by default; what stands there is replaced */
export async function buildVerifier(dir = path.join(root, "build/verifier")): Promise<VerifierBuild> {
  const script = await bundle(false);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, "index.js"), script);
  writeTypes(dir);
  fs.writeFileSync(path.join(dir, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  fs.copyFileSync(path.join(source, "README.md"), path.join(dir, "README.md"));
  fs.copyFileSync(path.join(root, "LICENSE"), path.join(dir, "LICENSE"));
  fs.writeFileSync(path.join(dir, "THIRD-PARTY-LICENSES.txt"), BUNDLED.map(licenceOf).join("\n"));
  return {
    dir,
    bytes: script.length,
    gzipBytes: gzipSync(script, { level: 9 }).length,
    minifiedGzipBytes: gzipSync(await bundle(true), { level: 9 }).length,
  };
}

/** Readable, for it is to be audited; whoever bundles it minifies it. */
async function bundle(minify: boolean): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [path.join(source, "index.ts")],
    bundle: true,
    write: false,
    minify,
    platform: "neutral",
    format: "esm",
    target: "es2023",
    charset: "utf8",
    legalComments: "inline",
    logLevel: "error",
  });
  return result.outputFiles[0]?.contents ?? new Uint8Array();
}

/** The compiler's declarations, one file for each of core that the index leads to, with the endings that published types have. */
function writeTypes(dir: string): void {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "verifier-types-"));
  try {
    const config = path.join(scratch, "tsconfig.json");
    const compilerOptions = {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      rootDir: root,
      outDir: path.join(scratch, "out"),
      typeRoots: [path.join(root, "node_modules/@types")],
      types: ["node"],
    };
    const files = [path.join(source, "index.ts")];
    fs.writeFileSync(
      config,
      JSON.stringify({ extends: path.join(root, "tsconfig.json"), compilerOptions, files, include: [] }),
    );
    execFileSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", config], {
      stdio: "inherit",
    });
    copyTypes(path.join(scratch, "out/service/core"), path.join(dir, "core"));
    copyTypes(path.join(scratch, "out/scripts/verifierPackage"), dir);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function copyTypes(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const name of fs.readdirSync(from)) {
    const text = fs.readFileSync(path.join(from, name), "utf8");
    const published = text
      .replaceAll(/(["'])(?:\.\.\/)+service\/core\/(\w+)\.ts\1/g, '"./core/$2.js"')
      .replaceAll(/(["'])\.\/(\w+)\.ts\1/g, '"./$2.js"');
    fs.writeFileSync(path.join(to, name), published);
  }
}

function manifest(): Readonly<Record<string, unknown>> {
  const own = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly license: string;
  };
  return {
    name: "@lianpiao/verifier",
    version: own.version,
    description: "Verifies fiscal e-receipts (财政电子票据) of Lianpiao with the file and any node of the chain",
    license: own.license,
    type: "module",
    sideEffects: false,
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    types: "./index.d.ts",
    files: ["index.js", "*.d.ts", "core", "THIRD-PARTY-LICENSES.txt"],
    engines: { node: ">=22" },
  };
}

function licenceOf(name: string): string {
  return `${name}\n\n${fs.readFileSync(path.join(root, "node_modules", name, "LICENSE"), "utf8")}`;
}

if (import.meta.main) {
  const { dir, bytes, gzipBytes, minifiedGzipBytes } = await buildVerifier();
  console.log(
    `${path.relative(process.cwd(), dir)}: index.js ${bytes} B, gzip ${gzipBytes} B, minified and gzipped ${minifiedGzipBytes} B`,
  );
}
