import type { Text } from "../../core/reportTexts.ts";

export type Child = Node | string | undefined;
export type Attributes = Readonly<Record<string, string>>;

const SVG = "http://www.w3.org/2000/svg";

/** An element with its attributes and children. Strings become text, never markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** Chinese first, English beside it. */
export function both({ zh, en }: Text): DocumentFragment {
  const fragment = document.createDocumentFragment();
  fragment.append(zh, " ", el("span", { class: "en", lang: "en" }, en));
  return fragment;
}

/** The element of the page with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

function filled<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}
