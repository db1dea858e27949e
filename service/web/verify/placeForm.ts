import { both, byId, el } from "../shared/dom.ts";
import { parsePlace, type Place, type PlaceInput } from "../shared/place.ts";
import { words } from "../shared/words.ts";

const FIELDS = ["node", "chainId", "contract"] as const;

export type PlaceForm = {
  /** Shows what is in use, and where it comes from. */
  show(place: Place | undefined, origin: "site" | "user" | "none"): void;
  /** Opens the form and puts the cursor into it. */
  ask(): void;
};

/** The form of node, chain and contract. `use`: what the user set; undefined: back to what the site says. */
export function wirePlaceForm(use: (place: Place | undefined) => void, hasSite: boolean): PlaceForm {
  const form = formOf(byId("place-form"));
  const details = byId("place");
  const inputs = { node: inputOf("node"), chainId: inputOf("chainId"), contract: inputOf("contract") };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed: PlaceInput = {
      node: inputs.node.value,
      chainId: inputs.chainId.value,
      contract: inputs.contract.value,
    };
    const parsed = parsePlace(typed, document.baseURI);
    const problems = "problems" in parsed ? parsed.problems : {};
    for (const field of FIELDS) {
      const problem = problems[field];
      byId(`${field}-problem`).replaceChildren(...(problem === undefined ? [] : [both(problem)]));
      inputs[field].setAttribute("aria-invalid", String(problem !== undefined));
    }
    if ("place" in parsed) {
      details.removeAttribute("open");
      use(parsed.place);
    } else inputs[FIELDS.find((field) => problems[field] !== undefined) ?? "node"].focus();
  });
  const reset = byId("place-reset");
  reset.hidden = !hasSite;
  reset.addEventListener("click", () => {
    details.removeAttribute("open");
    use(undefined);
  });
  return {
    show(place, origin) {
      inputs.node.value = place?.node ?? "";
      inputs.chainId.value = place === undefined ? "" : String(place.chainId);
      inputs.contract.value = place?.contract ?? "";
      byId("place-line").replaceChildren(placeLine(place, origin));
    },
    ask() {
      details.setAttribute("open", "");
      inputs.node.focus();
    },
  };
}

function placeLine(place: Place | undefined, origin: "site" | "user" | "none"): Node {
  if (place === undefined)
    return both(words("请先设置节点和受信任的合约", "First set a node and the contract that you trust"));
  const from = origin === "site" ? words("本站默认", "this site’s") : words("您设置的", "set by you");
  const line = el("span", {}, both(from));
  line.append(" · ", el("code", {}, place.node), ` · ${String(place.chainId)} · `, el("code", {}, place.contract));
  return line;
}

function inputOf(id: string): HTMLInputElement {
  const element = byId(id);
  if (!(element instanceof HTMLInputElement)) throw new Error(`#${id} is no input`);
  return element;
}

function formOf(element: HTMLElement): HTMLFormElement {
  if (!(element instanceof HTMLFormElement)) throw new Error("the form is missing");
  return element;
}
