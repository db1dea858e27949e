// npm run disclose -- FILE.pdf [--preset amount-only] [--fields a,b,c] [-o OUT] [--pdf]: shows chosen fields of a sealed receipt and withholds the rest.
import fs from "node:fs";
import { parseArgs } from "node:util";
import { loadFontFiles, openFontBook } from "../service/adapters/pdf/fontBook.ts";
import { writeDisclosurePdf } from "../service/adapters/pdf/disclosureWriter.ts";
import { systemClock } from "../service/adapters/system/clock.ts";
import { zlibDeflate } from "../service/adapters/system/deflate.ts";
import { parseConfig } from "../service/config.ts";
import { checkDisclosure } from "../service/core/disclosure.ts";
import { codesOf } from "../service/core/disclosureCodes.ts";
import { parseDisclosureFile } from "../service/core/disclosureFile.ts";
import { discloseReceipt } from "../service/core/discloseReceipt.ts";
import { packDisclosure } from "../service/core/disclosurePack.ts";
import { DISCLOSURE_PRESETS } from "../service/core/disclosurePresets.ts";
import { AppError } from "../service/core/errors.ts";
import { parseProof } from "../service/core/proof.ts";
import { readBytes } from "./command.ts";

const USAGE = `用法 (usage): npm run disclose -- FILE.pdf [--preset PRESET] [--fields a,b/c,…] [-o OUT.json] [--pdf [--verify-url URL]]
  --preset  amount-only 只披露金额 | amounts-and-insurance 金额与医保分摊 | without-items 不含明细
  --fields  字段路径 (paths)，如 payerPartyName,mainExt/medicalDate,items/0
  --pdf     另存可打印的 PDF，内附披露文件和二维码 also a PDF to print, with the file and its QR codes inside
  --verify-url  印在 PDF 上的查验网址，默认 PUBLIC_URL/verify  the address printed on it
代码、号码、金额、开票单位必须披露。 Code, number, amount and issuer are always shown.
退出码 (exit code): 0 已写出 written, 1 不能披露 cannot be made, 64 用法有误 usage, 66 读不到文件 no such file`;

const { values, positionals } = parsed();
const [file, ...more] = positionals;
const preset = DISCLOSURE_PRESETS.find((name) => name === values.preset?.replaceAll("-", "_"));
const fields = values.fields?.split(",").filter((field) => field !== "");
const isPresetUnknown = values.preset !== undefined && preset === undefined;
if (file === undefined || more.length > 0 || isPresetUnknown || (preset === undefined && fields === undefined)) usage();
try {
  const to = values.output ?? `${file.replace(/\.pdf$/i, "")}.disclosure.json`;
  const bytes = write(file, to);
  if (values.pdf === true) await writePdf(bytes, `${to.replace(/\.json$/i, "")}.pdf`);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  const at = typeof error.details["path"] === "string" ? ` (${error.details["path"]})` : "";
  console.error(`✗ ${error.code}: ${error.message}${at}`);
  process.exitCode = 1;
}

function write(from: string, to: string): Uint8Array {
  const paths = (fields ?? []).map((field) => (field.startsWith("/") ? field : `/${field}`));
  const bytes = discloseReceipt(readBytes(from), { ...(preset === undefined ? {} : { preset }), paths });
  fs.writeFileSync(to, bytes);
  const { proof, disclosure } = parseDisclosureFile(bytes);
  const { shown, withheld } = checkDisclosure(disclosure, parseProof(proof).dataDigest);
  for (const field of shown) console.log(`+ ${field.path} ${JSON.stringify(field.value)}`);
  for (const path of withheld) console.log(`- ${path}`);
  console.log(`披露 ${shown.length} 项，隐去 ${withheld.length} 项 (shown, withheld)：${to}，${bytes.length} B`);
  return bytes;
}

async function writePdf(file: Uint8Array, to: string): Promise<void> {
  const codes = codesOf(await packDisclosure(file, zlibDeflate));
  const { PUBLIC_URL } = parseConfig(process.env);
  const verifyUrl =
    values["verify-url"] ?? (PUBLIC_URL === undefined ? undefined : new URL("/verify", PUBLIC_URL).href);
  const book = openFontBook(loadFontFiles());
  const pdf = writeDisclosurePdf(book, { file, codes, verifyUrl, madeAtMs: systemClock.nowMs() });
  fs.writeFileSync(to, pdf);
  const inCodes =
    codes.length === 0 ? "内容太多，没有二维码 (too much for QR codes)" : `二维码 ${codes.length} 个 (QR codes)`;
  console.log(`${to}，${pdf.length} B，${inCodes}`);
}

type Values = {
  readonly preset?: string;
  readonly fields?: string;
  readonly output?: string;
  readonly pdf?: boolean;
  readonly "verify-url"?: string;
};

function parsed(): { readonly values: Values; readonly positionals: readonly string[] } {
  const options = {
    preset: { type: "string" },
    fields: { type: "string" },
    output: { type: "string", short: "o" },
    pdf: { type: "boolean" },
    "verify-url": { type: "string" },
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
