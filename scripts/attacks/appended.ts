import { concatBytes, latin1Bytes } from "../../service/core/bytes.ts";
import type { Attack, AttackInput } from "./attack.ts";
import { signRanges } from "./loose.ts";
import {
  addObject,
  editObject,
  emptySignature,
  findObject,
  putTogether,
  SIGNATURE,
  takeApart,
  textOf,
  update,
} from "./pdfParts.ts";

const common = { family: "append", caughtBy: "file_structure", reason: "pdf_malformed" } as const;
const NEW_PAGE = "BT /F1 24 Tf 60 300 Td (246210.00) Tj ET";

/** Content appended after signing ("incremental saving attack"), and second signatures. */
export async function appendedAttacks({ good, foreign }: AttackInput): Promise<readonly Attack[]> {
  const page = replacedPage(good);
  const signature = bodyOf(textOf(takeApart(good), findObject(takeApart(good), SIGNATURE)));
  const copied = new Map([...page, [takeApart(good).objects.length + 2, signature]]);
  return [
    {
      ...common,
      name: "append-newline",
      zh: "签名后追加一个换行",
      en: "one line feed appended after signing",
      pdf: concatBytes(good, latin1Bytes("\n")),
    },
    {
      ...common,
      name: "append-comment",
      zh: "签名后追加注释",
      en: "a comment appended after signing",
      pdf: concatBytes(good, latin1Bytes("% nothing to see here\n")),
    },
    {
      ...common,
      name: "append-update",
      zh: "增量更新换掉页面内容",
      en: "an incremental update replaces what the page shows",
      pdf: update(good, page),
    },
    {
      ...common,
      name: "append-update-no-table",
      zh: "增量更新，不带交叉引用表",
      en: "an incremental update without a cross-reference table",
      pdf: update(good, page, "no_table"),
    },
    {
      ...common,
      name: "append-update-bare",
      zh: "只追加对象，不带引用表和文件尾",
      en: "objects appended without table or trailer",
      pdf: update(good, page, "bare"),
    },
    {
      ...common,
      name: "append-update-signature-copied",
      zh: "增量更新，并复制原签名",
      en: "an incremental update with a copy of the signature",
      pdf: update(good, copied),
    },
    {
      ...common,
      name: "two-signatures-update",
      zh: "增量更新加第二个签名",
      en: "a second signature added by an incremental update",
      pdf: secondSignatureUpdate(good, signature),
    },
    {
      ...common,
      name: "two-signatures-inside",
      zh: "同一文件里两个签名域，整体重签",
      en: "two signature fields in one document, signed anew as a whole",
      pdf: await signRanges(twoFields(good), foreign),
      caughtBy: "whole_document",
      reason: "signature_not_whole",
    },
  ];
}

/** The page's contents point to a stream of the attacker's. */
function replacedPage(pdf: Uint8Array): ReadonlyMap<number, string> {
  const parts = takeApart(pdf);
  const pageId = findObject(parts, PAGE);
  const streamId = parts.objects.length + 1;
  const stream = `<</Length ${String(NEW_PAGE.length)}>>\nstream\n${NEW_PAGE}\nendstream`;
  return new Map([
    [streamId, stream],
    [pageId, withContents(bodyOf(textOf(parts, pageId)), streamId)],
  ]);
}

function secondSignatureUpdate(pdf: Uint8Array, signature: string): Uint8Array {
  const parts = takeApart(pdf);
  const form = findObject(parts, /\/Fields\s*\[/);
  const count = parts.objects.length;
  const fields = bodyOf(textOf(parts, form)).replace(/\/Fields\s*\[/, `/Fields [${String(count + 2)} 0 R `);
  const field = `<</FT /Sig /T (Second) /Subtype /Widget /Rect [0 0 0 0] /V ${String(count + 1)} 0 R>>`;
  return update(
    pdf,
    new Map([
      [count + 1, signature],
      [count + 2, field],
      [form, fields],
    ]),
  );
}

function twoFields(pdf: Uint8Array): Uint8Array {
  const parts = takeApart(pdf);
  const second = addObject(parts, "<</Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 1 2 3] /Contents <00>>>");
  const field = addObject(second.parts, `<</FT /Sig /T (Second) /Rect [0 0 0 0] /V ${String(second.id)} 0 R>>`);
  const form = findObject(field.parts, /\/Fields\s*\[[^\]]*\d+ 0 R/);
  const joined = editObject(field.parts, form, (text) =>
    text.replace(/(\/Fields\s*\[[^\]]*)\]/, `$1 ${String(field.id)} 0 R]`),
  );
  return putTogether(emptySignature(joined));
}

export const PAGE = /\/Type\s*\/Page\b/;

/** What stands between "N 0 obj" and "endobj". */
export const bodyOf = (object: string): string => object.replace(/^\d+ 0 obj\n/, "").replace(/\nendobj\n$/, "");

export function withContents(page: string, streamId: number): string {
  const reference = `/Contents ${String(streamId)} 0 R`;
  const bare = page.replace(/\/Contents\s*(?:\d+ 0 R|\[[^\]]*\])/, "");
  return bare.replace(/\/Type\s*\/Page\b/, `/Type /Page ${reference}`);
}
