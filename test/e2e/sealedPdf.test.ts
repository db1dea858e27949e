import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { makeTestFolder } from "../support/database.ts";
import { clientOf, sampleOf, startProgram, type Program } from "../support/program.ts";

const KINDS = [
  ["demo-hospital", "outpatient"],
  ["demo-hospital", "inpatient"],
  ["demo-police", "penalty"],
  ["demo-school", "nontax"],
] as const;

/** What Debian's PDF tools, which know nothing of us, say of a receipt before and after its proof is put in. */
describe("a receipt's PDF for other readers", function () {
  this.timeout(120_000);
  let program: Program | undefined;
  let dataDir: string;
  let remove: (() => void) | undefined;
  const files: { readonly kind: string; readonly stored: string; readonly sealed: string }[] = [];
  before(async function () {
    if (["pdfsig", "qpdf", "pdftotext"].some((tool) => spawnSync(tool, ["--version"]).error !== undefined)) this.skip();
    const folder = makeTestFolder("sealed");
    remove = () => folder.remove();
    dataDir = path.join(folder.dir, "data");
    program = await startProgram({ dataDir });
    for (const [appId, kind] of KINDS) {
      const client = await clientOf(program, dataDir, appId);
      const prefer = { prefer: "wait=30" };
      const issued = await client.call("POST", "/v1/receipts", sampleOf(kind, 0, `SEALED-${kind}`), prefer);
      const { eInvoiceCode, eInvoiceNumber } = (await issued.json()) as {
        eInvoiceCode: string;
        eInvoiceNumber: string;
      };
      const pdf = await client.call("GET", `/v1/receipts/${eInvoiceCode}/${eInvoiceNumber}/pdf`);
      expect(pdf.headers.get("lianpiao-sealed")).to.equal("true");
      const sealed = path.join(folder.dir, `${kind}.pdf`);
      fs.writeFileSync(sealed, new Uint8Array(await pdf.arrayBuffer()));
      const stored = path.join(dataDir, "documents", eInvoiceCode, eInvoiceNumber.slice(0, 6), `${eInvoiceNumber}.pdf`);
      files.push({ kind, stored, sealed });
    }
  });
  after(async () => {
    await program?.stop();
    remove?.();
  });

  const run = (tool: string, ...args: readonly string[]): string => {
    const { stdout, stderr } = spawnSync(tool, args, { encoding: "utf8" });
    return stdout + stderr;
  };

  it("is validly signed as a whole, before and after sealing", () => {
    for (const { kind, stored, sealed } of files) {
      for (const file of [stored, sealed]) {
        const said = run("pdfsig", file);
        expect(said, `${kind} ${file}`).to.include("Signature is Valid").and.to.include("Total document signed");
      }
      expect(fs.readFileSync(stored).equals(fs.readFileSync(sealed)), kind).to.equal(false);
    }
  });

  it("is clean for qpdf, and its text can be extracted", () => {
    for (const { kind, stored, sealed } of files) {
      for (const file of [stored, sealed]) {
        expect(spawnSync("qpdf", ["--check", file]).status, `${kind} ${file}`).to.equal(0);
        expect(run("pdftotext", "-layout", file, "-"), kind)
          .to.include("票据代码")
          .and.to.include("金额合计");
      }
    }
  });
});
