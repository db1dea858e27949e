import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createClient, readDemoKey, type Client } from "../../scripts/client.ts";
import { problemTable } from "../../service/http/problem.ts";
import { problemView } from "../../service/http/units/view.ts";
import { eventSchema } from "../../service/http/units/webhookView.ts";
import { makeTestFolder } from "../support/database.ts";
import { endLeftovers, sampleOf, startProgram, type Program } from "../support/program.ts";
import { fencesOf, readFences, root, type Fence } from "./fences.ts";

/** Commands that are not run here, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "npm start": "the program that this test runs is what it starts",
  "npm test": "this test is part of it",
  "npm run bench": "takes minutes; test/scripts/bench.test.ts",
  "npm run build:verifier": "test/verifier/package.test.ts",
};

/** Fences that other tests run as they stand: by page, the test that does. */
const RUN_BY: Readonly<Record<string, string>> = {
  "scripts/clientPackage/README.md": "test/scripts/clientPackage.test.ts",
  "scripts/verifierPackage/README.md": "test/verifier/package.test.ts",
};

/** What pages show of others' formats. */
const SHOWN: ReadonlySet<string> = new Set(["docs/domain.md xml", "docs/kinds.md csv"]);

/** A line that begins so is a command: it must stand in a fence marked sh, where it is run. */
const COMMAND = /^\s*\$?\s*(npm|npx|node|curl|python3|openssl|docker|psql|git|[A-Z_]+=\S+ +(npm|node)) /m;

describe("the examples of the documentation", function () {
  this.timeout(240_000);
  const fences = readFences();
  const folder = makeTestFolder("docs");
  const dataDir = path.join(folder.dir, "data");
  let program: Program;
  let client: Client;
  before(async () => {
    // The folder is the repository as a reader has it, but for its data.
    for (const name of ["package.json", "scripts", "service", "docs", "node_modules", "artifacts"]) {
      fs.symlinkSync(path.join(root, name), path.join(folder.dir, name));
    }
    // The catalogue that docs/kinds.md shows is the file that it imports.
    const catalogue = fences.find(({ language }) => language === "csv");
    fs.writeFileSync(path.join(folder.dir, "items.csv"), `${catalogue?.text ?? ""}\n`);
    program = await startProgram({ dataDir, env: { WEBHOOK_ALLOW_PRIVATE: "true" } });
    client = createClient(await readDemoKey(dataDir, "demo-hospital"), program.url);
  });
  after(async () => {
    await program.stop();
    await endLeftovers();
    folder.remove();
  });

  /** The one place of what examples leave to the reader. */
  const filled = (command: string): string => {
    const { chainId, contract, rpcUrl } = JSON.parse(fs.readFileSync(path.join(dataDir, "ledger.json"), "utf8"));
    return command
      .replaceAll(/\bFILE(\.pdf\b|…)/g, "$(ls data/demo/receipts/outpatient-*[0-9].pdf | head -n 1)")
      .replace("--rpc URL", `--rpc ${rpcUrl}`)
      .replace("--contract 0x…", `--contract ${contract}`)
      .replace("--chain-id N", `--chain-id ${chainId}`);
  };

  it("are all of a sort that is known here", () => {
    expect(fences.length).to.be.greaterThan(15);
    for (const fence of fences) expect(treatmentOf(fence), `${fence.file}:${fence.line}`).not.to.equal("unknown");
    for (const [page, test] of Object.entries(RUN_BY)) {
      expect(
        fences.some(({ file }) => file === page),
        page,
      ).to.equal(true);
      expect(fs.readFileSync(path.join(root, test), "utf8"), test).to.include("README.md");
    }
    const [odd, hidden] = fencesOf("docs/odd.md", "```cobol\nDISPLAY\n```\n\n```\nnpm run something\n```\n");
    expect(treatmentOf(odd!)).to.equal("unknown");
    expect(treatmentOf(hidden!)).to.equal("unknown");
  });

  // README's come first: its demo makes the files that others read.
  const scripts = fences.filter((fence) => treatmentOf(fence) === "sh");
  const seen = new Set<string>();
  for (const fence of scripts.sort((a, b) => rank(a) - rank(b))) {
    const commands = commandsOf(fence);
    const isNew = commands.some((command) => !seen.has(command));
    for (const command of commands) seen.add(command);
    if (!isNew) continue;
    it(`run: ${fence.file}:${fence.line}`, async function () {
      const script = filled(commands.join("\n"));
      if (script.includes("python3") && spawnSync("python3", ["--version"]).status !== 0) {
        console.warn("    SKIPPED: there is no python3 on this machine");
        this.skip();
      }
      const { code, output } = await shell(script);
      expect(code, `${script}\n${output}`).to.equal(0);
      expect(output, script).not.to.match(/"status":[45]\d\d\b/);
      expect(output.trim(), script).not.to.equal("");
    });
  }

  // What needs a record that only a review brings about can't be run as it stands; that it could be called so can be seen.
  for (const fence of fences.filter((each) => treatmentOf(each) === "form")) {
    it(`have the words that their commands know: ${fence.file}:${fence.line}`, () => {
      const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
        readonly scripts: Readonly<Record<string, string>>;
      };
      for (const command of commandsOf(fence)) {
        const [, name = "", given = ""] = /^npm run (?:-s )?([\w:]+) -- (.*)$/.exec(command) ?? [];
        const script = /^node (scripts\/\w+\.ts)$/.exec(scripts[name] ?? "")?.[1];
        expect(script, command).not.to.equal(undefined);
        const source = fs.readFileSync(path.join(root, script!), "utf8");
        const verb = /^[a-z][a-z-]*(?= |$)/.exec(given)?.[0];
        const words = [...given.matchAll(/--([a-z-]+)/g)].map(([, word]) => word!);
        expect(verb === undefined && words.length === 0, command).to.equal(false);
        for (const word of verb === undefined ? words : [verb, ...words]) {
          expect(new RegExp(`\\b${word}\\b`).test(source), `${command}: ${word}`).to.equal(true);
        }
      }
    });
  }

  for (const fence of fences.filter((each) => treatmentOf(each) === "json")) {
    it(`hold: ${fence.file}:${fence.line}`, async () => {
      const { "…": more, ...value } = JSON.parse(fence.text) as Record<string, unknown>;
      if ("eventId" in value) {
        expect(eventSchema.safeParse(value).error).to.equal(undefined);
      } else if ("title" in value) {
        expect(problemView.safeParse(value).error).to.equal(undefined);
        const row = problemTable[value["code"] as keyof typeof problemTable];
        expect(value).to.include({ status: row.status, title: row.zh });
      } else if ("kind" in value) {
        const rest = more === undefined ? {} : sampleOf(String(value["kind"]), 0, "");
        const response = await client.call("POST", "/v1/receipts", { ...rest, ...value });
        expect(response.status, await response.text()).to.equal(201);
      } else throw new Error("it is no event, no problem and no request to issue: say here what it is");
    });
  }

  async function shell(script: string): Promise<{ readonly code: number | null; readonly output: string }> {
    const env = { PATH: `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}`, HOME: folder.dir };
    const child = spawn("sh", ["-eu", "-c", script], { cwd: folder.dir, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
  }
});

type Treatment = "sh" | "form" | "json" | "elsewhere" | "shown" | "unknown";

function treatmentOf({ file, language, text }: Fence): Treatment {
  if (RUN_BY[file] !== undefined && ["js", "ts"].includes(language)) return "elsewhere";
  if (SHOWN.has(`${file} ${language}`)) return "shown";
  if (language === "sh" || language === "bash") return "sh";
  if (language === "sh form") return "form";
  if (language === "json") return "json";
  return language === "" && !COMMAND.test(text) ? "shown" : "unknown";
}

/** Its lines without remarks and without what is not run. */
function commandsOf({ text }: Fence): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/\s+# .*$/, "").trimEnd())
    .filter((line) => line !== "" && NOT_RUN[line] === undefined);
}

function rank({ file }: Fence): number {
  return file === "README.md" ? 0 : file.startsWith("README") ? 1 : 2;
}
