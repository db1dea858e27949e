import { flatten } from "../../core/canonical.ts";
import { ALWAYS_SHOWN } from "../../core/disclosure.ts";
import { discloseReceipt } from "../../core/discloseReceipt.ts";
import { DISCLOSURE_PRESETS, pathsOfPreset, type DisclosurePreset } from "../../core/disclosurePresets.ts";
import type { Report } from "../../core/report.ts";
import { groupFields, groupShown, type FieldGroup } from "../../domain/disclosure/fieldGroups.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { loadSheet } from "./loadSheet.ts";

const PRESET_WORDS = {
  amount_only: words("只披露金额", "Amount only"),
  amounts_and_insurance: words("金额与医保分摊", "Amounts and insurance split"),
  without_items: words("不含明细", "Without items"),
} as const satisfies Record<DisclosurePreset, object>;

const MAX_PREVIEW = 24;

/** Where the holder of a receipt picks what to show, and saves that as a file or a sheet to print. Nothing leaves the page. */
export function discloseForm(
  pdf: Uint8Array<ArrayBuffer>,
  data: NonNullable<Report["data"]>,
  name: string,
  verifyUrl: string | undefined,
): HTMLElement {
  const leaves = flatten({ ...data }).filter(({ path }) => !ALWAYS_SHOWN.includes(path));
  const lines = new Map(groupShown(leaves).map((group) => [group.path, group.lines]));
  const boxes = groupFields(leaves.map(({ path }) => path)).map((group) =>
    fieldBox(group, lines.get(group.path) ?? []),
  );
  const told = el("p", { role: "status", class: "told" });
  const chosen = (): readonly string[] => boxes.flatMap(({ group, input }) => (input.checked ? group.paths : []));
  const tell = (): void => {
    const count = chosen().length;
    told.replaceChildren(
      both(
        words(
          `将披露 ${count + ALWAYS_SHOWN.length} 项，隐去 ${leaves.length - count} 项`,
          `${count + ALWAYS_SHOWN.length} will be shown, ${leaves.length - count} withheld`,
        ),
      ),
    );
  };
  const presets = presetGroup((preset) => {
    const paths = new Set(pathsOfPreset(preset, { ...data }));
    for (const { group, input } of boxes) input.checked = group.paths.every((path) => paths.has(path));
    tell();
  });
  for (const { input } of boxes) {
    input.addEventListener("change", () => {
      for (const radio of presets.querySelectorAll("input")) radio.checked = false;
      tell();
    });
  }
  tell();
  const base = name.replace(/\.pdf$/i, "");
  const make = (): Uint8Array<ArrayBuffer> => new Uint8Array(discloseReceipt(pdf, { paths: chosen() }));
  const save = (title: string, ending: string, type: string, content: () => Promise<Uint8Array<ArrayBuffer>>) =>
    saveButton(title, `${base}.disclosure.${ending}`, type, content, told);
  return el(
    "details",
    { class: "card disclose" },
    el("summary", {}, both(words("只出示部分字段", "Show chosen fields only"))),
    el("p", {}, both(INTRO)),
    presets,
    el(
      "details",
      { class: "fields" },
      el("summary", {}, both(words("逐项选择", "Choose field by field"))),
      el("ul", {}, ...boxes.map(({ view }) => view)),
    ),
    told,
    el(
      "p",
      { class: "buttons" },
      verifyUrl === undefined
        ? undefined
        : save("保存 PDF（可打印）|Save as PDF to print", "pdf", "application/pdf", async () =>
            (await loadSheet())(make(), verifyUrl),
          ),
      save("保存披露文件|Save the disclosure file", "json", "application/json", () => Promise.resolve(make())),
    ),
    verifyUrl === undefined ? el("p", { class: "soft" }, both(NO_SHEET)) : undefined,
  );
}

const INTRO = words(
  "报销时不必交出全部内容：选出要披露的字段，存成文件交给对方。代码、号码、金额、开票单位和当前状态总会显示；隐去的字段只露名称。全部在本机完成。",
  "You need not hand over all of it: choose the fields to show, and give that file. Code, number, amount, issuer and present " +
    "status always show; of what is withheld, the name shows. All of it is done on this device.",
);

const NO_SHEET = words(
  "可打印的 PDF（带二维码）请在查验网站上，或用命令 npm run disclose -- --pdf 生成。",
  "The PDF to print, with QR codes, is made on a site that verifies, or by npm run disclose -- --pdf.",
);

type FieldBox = { readonly group: FieldGroup; readonly input: HTMLInputElement; readonly view: HTMLElement };

function fieldBox(group: FieldGroup, lines: readonly string[]): FieldBox {
  const input = el("input", { type: "checkbox", "data-path": group.path });
  const [first = ""] = lines;
  const preview = group.rowCount > 0 ? `${String(group.rowCount)} 行 rows` : [...first].slice(0, MAX_PREVIEW).join("");
  const view = el(
    "li",
    {},
    el("label", {}, input, " ", both(group.words), " ", el("span", { class: "soft" }, preview)),
  );
  return { group, input, view };
}

function presetGroup(choose: (preset: DisclosurePreset) => void): HTMLFieldSetElement {
  const radios = DISCLOSURE_PRESETS.map((preset) => {
    const input = el("input", { type: "radio", name: "preset", value: preset });
    if (preset === "amount_only") input.checked = true;
    input.addEventListener("change", () => choose(preset));
    return el("label", {}, input, " ", both(PRESET_WORDS[preset]));
  });
  return el("fieldset", {}, el("legend", {}, both(words("常用选择", "Presets"))), ...radios);
}

/** Says what went wrong, if it did: a device may have no fonts to draw with, or no memory. */
function saveButton(
  title: string,
  name: string,
  type: string,
  content: () => Promise<Uint8Array<ArrayBuffer>>,
  told: HTMLElement,
): HTMLElement {
  const [zh = "", en = ""] = title.split("|");
  const button = el("button", { type: "button", class: type === "application/pdf" ? "" : "plain" }, both({ zh, en }));
  button.addEventListener("click", () => {
    content().then(
      (bytes) => {
        const url = URL.createObjectURL(new Blob([bytes], { type }));
        el("a", { href: url, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
        told.replaceChildren(both(words(`已存为 ${name}`, `Saved as ${name}`)));
      },
      () =>
        told.replaceChildren(
          both(words("存不下来：请改存披露文件", "It could not be saved: save the disclosure file")),
        ),
    );
  });
  return button;
}
