// npm run disclose -- FILE.pdf [--preset amount-only] [--fields a,b,c] [-o OUT]: shows chosen fields of a sealed receipt and withholds the rest.
import fs from "node:fs";
import { parseArgs } from "node:util";
import { checkDisclosure } from "../service/core/disclosure.ts";
import { parseDisclosureFile } from "../service/core/disclosureFile.ts";
import { discloseReceipt } from "../service/core/discloseReceipt.ts";
import { DISCLOSURE_PRESETS } from "../service/core/disclosurePresets.ts";
import { AppError } from "../service/core/errors.ts";
import { parseProof } from "../service/core/proof.ts";

const USAGE = `用法 (usage): npm run disclose -- FILE.pdf [--preset PRESET] [--fields a,b/c,…] [-o OUT.json]
  --preset  amount-only 只披露金额 | amounts-and-insurance 金额与医保分摊 | without-items 不含明细
  --fields  字段路径 (paths)，如 payerPartyName,mainExt/medicalDate,items/0
代码、号码、金额、开票单位必须披露。 Code, number, amount and issuer are always shown.
退出码 (exit code): 0 已写出 written, 1 不能披露 cannot be made, 64 用法有误 usage, 66 读不到文件 no such file`;

const { values, positionals } = parsed();
const [file, ...more] = positionals;
const preset = DISCLOSURE_PRESETS.find((name) => name === values.preset?.replaceAll("-", "_"));
const fields = values.fields?.split(",").filter((field) => field !== "");
const isPresetUnknown = values.preset !== undefined && preset === undefined;
if (file === undefined || more.length > 0 || isPresetUnknown || (preset === undefined && fields === undefined)) usage();
try {
  write(file, values.output ?? `${file.replace(/\.pdf$/i, "")}.disclosure.json`);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  const at = typeof error.details["path"] === "string" ? ` (${error.details["path"]})` : "";
  console.error(`✗ ${error.code}: ${error.message}${at}`);
  process.exitCode = 1;
}

function write(from: string, to: string): void {
  const paths = (fields ?? []).map((field) => (field.startsWith("/") ? field : `/${field}`));
  const bytes = discloseReceipt(readBytes(from), { ...(preset === undefined ? {} : { preset }), paths });
  fs.writeFileSync(to, bytes);
  const { proof, disclosure } = parseDisclosureFile(bytes);
  const { shown, withheld } = checkDisclosure(disclosure, parseProof(proof).dataDigest);
  for (const field of shown) console.log(`+ ${field.path} ${JSON.stringify(field.value)}`);
  for (const path of withheld) console.log(`- ${path}`);
  console.log(`披露 ${shown.length} 项，隐去 ${withheld.length} 项 (shown, withheld)：${to}，${bytes.length} B`);
}

function readBytes(name: string): Uint8Array {
  try {
    return fs.readFileSync(name);
  } catch (error) {
    console.error(`✗ 读不到文件 (cannot read the file): ${error instanceof Error ? error.message : name}`);
    process.exit(66);
  }
}

function parsed(): { readonly values: Readonly<Record<string, string>>; readonly positionals: readonly string[] } {
  const options = {
    preset: { type: "string" },
    fields: { type: "string" },
    output: { type: "string", short: "o" },
  } as const;
  try {
    const { values: given, positionals: names } = parseArgs({ allowPositionals: true, options });
    return { values: { ...given }, positionals: names };
  } catch {
    return usage();
  }
}

function usage(): never {
  console.error(USAGE);
  process.exit(64);
}
