import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { expect } from "chai";
import { createSigner, readDemoKey } from "../../scripts/client.ts";
import { clinicKey, goodInput, hospitalKey, startHarness, type Harness } from "../http/harness.ts";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;

describe("the signing client", () => {
  it("signs the same request the same way, and another request otherwise", () => {
    const moment = { createdS: 1_772_763_693, nonce: "a-nonce-of-16-chars" };
    for (const key of [hospitalKey, clinicKey]) {
      const signer = createSigner(key);
      const request = { method: "GET", url: new URL("http://x/v1/receipts?limit=1") };
      const fields = signer(request, moment);
      expect(signer(request, moment)).to.deep.equal(fields);
      expect(fields["Signature-Input"]).to.equal(
        `sig1=("@method" "@path" "@query");created=1772763693;nonce="a-nonce-of-16-chars"` +
          `;keyid="${key.appId}";alg="${key.algorithm}"`,
      );
      expect(signer({ ...request, method: "PUT" }, moment)["Signature"]).not.to.equal(fields["Signature"]);
      expect(signer({ ...request, url: new URL("http://x/v1/receipts") }, moment)["Signature"]).not.to.equal(
        fields["Signature"],
      );
    }
  });
});

describe("npm run curl", () => {
  let harness: Harness;
  let dataDir: string;
  before(async () => {
    harness = await startHarness({ signatureWindowS: 1e9 });
    dataDir = await mkdtemp(`${tmpdir()}/curl-`);
    await mkdir(`${dataDir}/demo`);
    const keys = { "demo-hospital": hospitalKey, "demo-police": clinicKey };
    for (const [appId, key] of Object.entries(keys)) {
      const file = { ...key, url: harness.url };
      await writeFile(`${dataDir}/demo/${appId}.json`, JSON.stringify(file));
    }
  });
  after(async () => {
    await harness.stop();
    await rm(dataDir, { recursive: true });
  });
  const script = (...args: readonly string[]) =>
    run(process.execPath, ["scripts/curl.ts", ...args], { cwd: root, env: { ...process.env, DATA_DIR: dataDir } });
  /** Runs what the script prints, as a reader would. */
  const answer = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await script(...args);
    expect(stdout).to.match(/^curl -sS -X /);
    const { stdout: body } = await run("sh", ["-c", stdout], { cwd: root });
    return JSON.parse(body) as Record<string, unknown>;
  };

  it("prints a curl that issues, by the demo unit of the file's kind", async () => {
    expect(await answer("docs/examples/outpatient.json")).to.include({ status: "issued", kind: "outpatient" });
    expect(await answer("docs/examples/penalty.json")).to.include({ status: "issued", kind: "penalty" });
  });

  it("prints one that reads, and one for a batch in a file with a quote in its name", async () => {
    expect(await answer("--path", "/v1/receipts?limit=1&status=issued")).to.have.property("receipts");
    const file = `${dataDir}/a 'batch'.json`;
    await writeFile(file, JSON.stringify({ receipts: [goodInput("curl-1")] }));
    const { results } = (await answer(file)) as { results: { status: number }[] };
    expect(results.map((result) => result.status)).to.deep.equal([201]);
    const { stdout } = await script(file, "--prefer", "wait=10");
    expect(stdout).to.include("-H 'Prefer: wait=10'").and.to.include("/v1/receipts/batch'");
  });

  it("says what is wrong, and exits with 1", async () => {
    for (const args of [["--app", "nobody"], ["no-such-file.json"], ["--unknown"]]) {
      const failure = await script(...args).then(
        () => undefined,
        (error: unknown) => error as { code: number; stderr: string },
      );
      expect(failure?.code, args.join(" ")).to.equal(1);
      expect(failure?.stderr).to.include("usage");
    }
  });

  it("refuses a demo key file that holds no key", async () => {
    await writeFile(`${dataDir}/demo/broken.json`, JSON.stringify({ appId: "broken", algorithm: "ed25519", url: "x" }));
    const failure = await readDemoKey(dataDir, "broken").then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Error);
  });
});
