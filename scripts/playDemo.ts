import fs from "node:fs";
import path from "node:path";
import { fetchRpc } from "../service/adapters/chain/fetchRpc.ts";
import { jsonRpcReader } from "../service/core/ledgerCall.ts";
import { verifyPdf } from "../service/core/verify.ts";
import { demoUnits } from "../service/demoUnits.ts";
import { issueDateOf } from "../service/domain/fiscalTime.ts";
import { sampleInput } from "../service/domain/samples.ts";
import { readLedgerFile } from "../service/ledgerFile.ts";
import { createClient, readDemoKey } from "./client.ts";

type Issued = {
  readonly eInvoiceCode: string;
  readonly eInvoiceNumber: string;
  readonly status: string;
  readonly links: { readonly pdf: string };
};

/** Whom the demo's receipts are sent to. */
export const DEMO_CONTACTS = { email: "payer@lianpiao.example", phone: "13800138000" } as const;

/** Issues one receipt of each kind over HTTP, waits for its anchor, fetches it sealed, and verifies it with the chain's node alone. */
export async function playDemo(dataDir: string, url: string): Promise<boolean> {
  const ledger = readLedgerFile(dataDir);
  if (ledger === undefined) throw new Error(`${dataDir} has no ledger.json: run npm start first`);
  const folder = path.join(dataDir, "demo", "receipts");
  fs.mkdirSync(folder, { recursive: true });
  const mailbox = new URL("/sandbox/mail", url);
  // To a sandbox alone: a real mail server is not to be bothered with a made-up payer.
  const isSandboxed = (await fetch(mailbox)).ok;
  const kinds = demoUnits.flatMap(({ appId, unit }) => unit.kinds.map((kind) => ({ appId, kind, name: unit.name })));
  const verdicts = await Promise.all(
    kinds.map(async ({ appId, kind, name }) => {
      const { pdf, issued } = await issue(dataDir, url, appId, kind, isSandboxed ? DEMO_CONTACTS : undefined);
      const file = path.join(folder, `${kind}-${issued.eInvoiceCode}-${issued.eInvoiceNumber}.pdf`);
      fs.writeFileSync(file, pdf);
      const { chainId, contract } = ledger;
      const reader = jsonRpcReader(fetchRpc(ledger.rpcUrl));
      const report = await verifyPdf(pdf, {
        reader,
        trustedContract: { chainId, address: contract },
        nowMs: Date.now(),
      });
      const failed = report.checks.filter((check) => check.outcome !== "pass").map((check) => check.id);
      const sign = report.verdict === "valid" ? "✓" : "✗";
      console.log(`${sign} ${name}  ${kind}  ${issued.eInvoiceCode} ${issued.eInvoiceNumber}  ${issued.status}`);
      console.log(`    ${report.verdict}${failed.length === 0 ? "" : ` (${failed.join(", ")})`}  ${file}`);
      return report.verdict === "valid";
    }),
  );
  if (isSandboxed) {
    console.log(`
演示信箱：交款人收到的邮件和短信，含票据链接 (what the payer was sent, with links): ${mailbox.href}
我的票据：用 ${DEMO_CONTACTS.email} 或 ${DEMO_CONTACTS.phone} 获取验证码，验证码也在演示信箱
  (log in with either; the code comes to the mailbox): ${new URL("/my", url).href}`);
  }
  return verdicts.every(Boolean);
}

/** A fresh busNo each time, so that each demo issues anew. */
async function issue(
  dataDir: string,
  url: string,
  appId: string,
  kind: string,
  delivery: typeof DEMO_CONTACTS | undefined,
): Promise<{ readonly issued: Issued; readonly pdf: Uint8Array }> {
  const client = createClient(await readDemoKey(dataDir, appId), url);
  const input = { ...sampleInput(kind, 0, issueDateOf(Date.now())), busNo: `DEMO-${kind}-${Date.now()}`, delivery };
  const response = await client.call("POST", "/v1/receipts", input, { prefer: "wait=30" });
  if (response.status !== 201) throw new Error(`${kind}: ${response.status} ${await response.text()}`);
  const issued = (await response.json()) as Issued;
  const pdf = await client.call("GET", new URL(issued.links.pdf, url).pathname);
  if (pdf.status !== 200) throw new Error(`${kind}: ${pdf.status} ${await pdf.text()}`);
  return { issued, pdf: new Uint8Array(await pdf.arrayBuffer()) };
}
