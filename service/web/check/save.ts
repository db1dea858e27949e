import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";

/** A button that gives a file to keep, made when it is asked for. */
export function saveLink(
  label: Text,
  name: string,
  type: string,
  content: () => string | Uint8Array<ArrayBuffer>,
): HTMLElement {
  const button = el("button", { type: "button", class: "plain" }, both(label));
  button.addEventListener("click", () => {
    const url = URL.createObjectURL(new Blob([content()], { type }));
    el("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  });
  return button;
}
