import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parseConfig } from "../service/config.ts";
import { demoUnits } from "../service/demoUnits.ts";
import { createSigner, readDemoKey } from "./client.ts";

const USAGE = `用法 (usage): npm run -s curl -- [FILE.json] [选项 options]
  --app ID       应用编号，默认按票种选演示单位 (app id; by default the demo unit of the file's kind)
  --method M     默认有文件为 POST，否则 GET (default: POST with a file, else GET)
  --path P       默认 /v1/receipts 或 /v1/receipts/batch (default by the file)
  --url U        默认取 DATA_DIR/demo/ID.json 中的地址 (default: that of the demo key)
  --prefer P     例如 (such as) wait=10`;

/** Prints a signed curl; it works once, and for as long as the signature's window. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      app: { type: "string" },
      method: { type: "string" },
      path: { type: "string" },
      url: { type: "string" },
      prefer: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [file, ...others] = positionals;
  if (values.help || others.length > 0) {
    console.log(USAGE);
    return;
  }
  const body = file === undefined ? undefined : await readFile(file);
  const content = body === undefined ? {} : contentOf(body);
  const key = await readDemoKey(parseConfig(process.env).DATA_DIR, values.app ?? appOf(content.kind));
  const method = values.method ?? (body === undefined ? "GET" : "POST");
  const url = new URL(
    values.path ?? (content.isBatch === true ? "/v1/receipts/batch" : "/v1/receipts"),
    values.url ?? key.url,
  );
  const fields = createSigner(key)({ method, url, ...(body === undefined ? {} : { body }) });
  const wanted = values.prefer === undefined ? fields : { Prefer: values.prefer, ...fields };
  const parts = [
    `curl -sS -X ${method} ${quoted(url.href)}`,
    ...Object.entries(wanted).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`),
    ...(file === undefined ? [] : [`  --data-binary ${quoted(`@${file}`)}`]),
  ];
  console.log(parts.join(" \\\n"));
}

type Content = { readonly kind?: unknown; readonly isBatch?: boolean };

function contentOf(body: Buffer): Content {
  const value = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
  const receipts = value["receipts"];
  if (!Array.isArray(receipts)) return { kind: value["kind"] };
  const [first] = receipts as readonly Readonly<Record<string, unknown>>[];
  return { kind: first?.["kind"], isBatch: true };
}

function appOf(kind: unknown): string {
  const unit = demoUnits.find((each) => each.unit.kinds.some((its) => its === kind)) ?? demoUnits[0];
  if (unit === undefined) throw new Error("there are no demo units: give --app");
  return unit.appId;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 1;
}
