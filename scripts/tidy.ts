// Checks that no linter makes: lengths of Solidity files, marks of unfinished work, a machine's paths, hosts in the lock, dead links in docs.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const MAX_LINES = 400;
const allowedAtTop = new Set(
  (
    ".ci .gitignore .mocharc.json .npmrc .prettierignore .prettierrc.json CHANGELOG.md LICENSE README.md README.zh-CN.md contracts docs " +
    "eslint.config.js hardhat.config.ts package-lock.json package.json scripts service test tsconfig.json"
  ).split(" "),
);

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && fs.existsSync(path.join(root, file)));
const problems: string[] = [];

for (const top of new Set(files.map((file) => file.split("/")[0] ?? ""))) {
  if (!allowedAtTop.has(top)) problems.push(`${top}: nothing else stands at the top without a reason`);
}
for (const file of files) checkFile(file);
if (JSON.stringify(JSON.parse(read("package-lock.json"))).includes('"resolved":"http')) {
  problems.push("package-lock.json: names download hosts");
}

for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`tidy: ${files.length} files`);

function read(file: string): string {
  return fs.readFileSync(path.join(root, file), "utf8");
}

function checkFile(file: string): void {
  if (!/\.(ts|mts|mjs|js|sol|md|json|html|css|sh)$|^\.ci\/run$/.test(file) || file === "package-lock.json") return;
  const text = read(file);
  const isCode = /\.(ts|mjs|js|sol)$/.test(file);
  if (isCode && text.split("\n").length - 1 > MAX_LINES) problems.push(`${file}: longer than ${MAX_LINES} lines`);
  const unfinished = /\b(TODO|FIXME|XXX|HACK)\b|\.only\(|@ts-(ignore|nocheck)/;
  const machinePath = /(^|[^\w.])\/(work|root|farm|home\/\w+)\//;
  if (file === "scripts/tidy.ts") return;
  for (const [index, line] of text.split("\n").entries()) {
    if (isCode && unfinished.test(line)) problems.push(`${file}:${index + 1}: unfinished or silenced work`);
    if (machinePath.test(line)) problems.push(`${file}:${index + 1}: a machine's path`);
  }
  if (file.endsWith(".md")) checkLinks(file, text);
}

function checkLinks(file: string, text: string): void {
  for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
    if (target === undefined || /^[a-z]+:/.test(target)) continue;
    const where = path.join(root, path.dirname(file), target);
    if (!fs.existsSync(where)) problems.push(`${file}: links to ${target}, which is not there`);
  }
}
