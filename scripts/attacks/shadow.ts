import { latin1 } from "../../service/core/bytes.ts";
import { bodyOf, PAGE, withContents } from "./appended.ts";
import { signAs, type Attack, type AttackInput } from "./attack.ts";
import { signRanges } from "./loose.ts";
import {
  addObject,
  editObject,
  emptySignature,
  findObject,
  putTogether,
  redirect,
  takeApart,
  textOf,
  update,
} from "./pdfParts.ts";

const common = { family: "shadow", caughtBy: "file_structure", reason: "pdf_malformed" } as const;
const COVER = "1 1 1 rg 0 0 2000 2000 re f";
const HIDDEN = "BT /F1 24 Tf 60 300 Td (246210.00) Tj ET";

const streamOf = (content: string, entries = ""): string =>
  `<<${entries}/Length ${String(content.length)}>>\nstream\n${content}\nendstream`;
const FORM = "/Type /XObject /Subtype /Form /BBox [0 0 2000 2000] ";

/**
 * Shadow attacks (Mainka, Mladenov, Rohlmann 2021): the attacker prepares a document, a victim signs it, and an incremental
 * update switches to what was hidden in it. Each is made with the document as it was signed.
 */
export async function shadowAttacks(input: AttackInput): Promise<readonly Attack[]> {
  return Promise.all([hide(input), replaceOverlay(input), replaceFont(input), hideAndReplace(input)]);
}

/** An overlay covers the true content while it is signed; the update takes the overlay away. */
async function hide({ good, foreign, victim = foreign }: AttackInput): Promise<Attack> {
  const overlay = addObject(takeApart(good), streamOf(COVER, FORM));
  const signed = await signAs(putTogether(emptySignature(overlay.parts)), victim);
  return {
    ...common,
    name: "shadow-hide",
    zh: "阴影攻击·隐藏：签名时用遮盖层盖住内容，之后用增量更新撤去",
    en: "shadow, hide: an overlay covers content while it is signed, an update removes it",
    signed,
    pdf: update(signed, new Map([[overlay.id, streamOf(" ", FORM)]])),
  };
}

/** A harmless overlay is prepared; the update gives it another appearance over the page. */
async function replaceOverlay({ good, foreign, victim = foreign }: AttackInput): Promise<Attack> {
  const appearance = addObject(takeApart(good), streamOf(" ", FORM));
  const text = `<</Subtype /Widget /FT /Tx /T (note) /Rect [0 0 300 40] /AP <</N ${String(appearance.id)} 0 R>>>>`;
  const field = addObject(appearance.parts, text);
  const signed = await signAs(putTogether(emptySignature(field.parts)), victim);
  return {
    ...common,
    name: "shadow-replace-overlay",
    zh: "阴影攻击·替换：预埋表单外观，之后用增量更新换成另一金额",
    en: "shadow, replace: a form's prepared appearance is replaced by another amount",
    signed,
    pdf: update(signed, new Map([[appearance.id, streamOf(HIDDEN, FORM)]])),
  };
}

/** Only a font is replaced: other shapes for the same characters. */
async function replaceFont({ good, foreign, victim = foreign }: AttackInput): Promise<Attack> {
  const font = addObject(takeApart(good), "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>");
  const signed = await signAs(putTogether(emptySignature(font.parts)), victim);
  return {
    ...common,
    name: "shadow-replace-font",
    zh: "阴影攻击·替换：增量更新重新定义字体，数字变形",
    en: "shadow, replace: an update redefines a font, so that digits look like others",
    signed,
    pdf: update(signed, new Map([[font.id, "<</Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats>>"]])),
  };
}

/** A second page lies in the signed bytes, inside a stream that nobody reads; the update's table alone leads to it. */
async function hideAndReplace({ good, foreign, victim = foreign }: AttackInput): Promise<Attack> {
  const parts = takeApart(good);
  const pageId = findObject(parts, PAGE);
  const content = addObject(parts, streamOf(HIDDEN));
  const mark = `${String(pageId)} 0 obj\n${withContents(bodyOf(textOf(parts, pageId)), content.id)}\nendobj\n`;
  const carrier = addObject(content.parts, streamOf(mark));
  const signed = await signAs(putTogether(emptySignature(carrier.parts)), victim);
  return {
    ...common,
    name: "shadow-hide-and-replace",
    zh: "阴影攻击·隐藏并替换：签名内容里藏有另一页，增量更新只改引用表",
    en: "shadow, hide and replace: the signed bytes hold another page, an update only redirects the table to it",
    signed,
    pdf: redirect(signed, new Map([[pageId, latin1(signed).indexOf(mark)]])),
  };
}

/** Objects that stand twice in the signed bytes, the table leading to one: the switch is prepared without any stream. */
export async function doubledObject({ good, foreign, victim = foreign }: AttackInput): Promise<Attack> {
  const parts = takeApart(good);
  const pageId = findObject(parts, PAGE);
  const twice = editObject(parts, pageId, (text) => text + text);
  const placeholder = putTogether(emptySignature(twice));
  return {
    ...common,
    name: "shadow-doubled-object",
    zh: "阴影攻击·预备：签名内容里同一对象出现两次",
    en: "shadow, prepared: an object stands twice in the signed bytes",
    pdf: await signRanges(placeholder, victim),
  };
}
