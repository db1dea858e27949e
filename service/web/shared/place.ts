import type { Text } from "../../core/reportTexts.ts";
import { words } from "./words.ts";

/** Which ledger is trusted and who is asked about it. */
export type Place = {
  /** Address of a node, http or https. */
  readonly node: string;
  readonly chainId: number;
  /** 0x and 40 lower-case digits. */
  readonly contract: string;
};

/** As typed: nothing of it is sound yet. */
export type PlaceInput = { readonly [K in keyof Place]: string };

export type PlaceProblems = { readonly [K in keyof Place]?: Text };

/** Reads what was typed, or says of each field what is wrong with it. `base`: what a node's relative address is relative to. */
export function parsePlace(
  input: PlaceInput,
  base?: string,
): { readonly place: Place } | { readonly problems: PlaceProblems } {
  const node = nodeUrl(input.node.trim(), base);
  const contract = input.contract.trim().toLowerCase();
  const chainText = input.chainId.trim();
  const chainId = /^[1-9]\d{0,15}$/.test(chainText) ? Number(chainText) : 0;
  const problems: PlaceProblems = {
    ...(node === undefined ? { node: PROBLEMS.node } : {}),
    ...(Number.isSafeInteger(chainId) && chainId > 0 ? {} : { chainId: PROBLEMS.chainId }),
    ...(/^0x[0-9a-f]{40}$/.test(contract) ? {} : { contract: PROBLEMS.contract }),
  };
  return node === undefined || Object.keys(problems).length > 0 ? { problems } : { place: { node, chainId, contract } };
}

/** Reads a place out of stored JSON; undefined if it is none. */
export function placeFromJson(text: string | null, base?: string): Place | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const field = (name: string): string => String(new Map(Object.entries(value)).get(name) ?? "");
    const parsed = parsePlace({ node: field("node"), chainId: field("chainId"), contract: field("contract") }, base);
    return "place" in parsed ? parsed.place : undefined;
  } catch {
    return undefined;
  }
}

const PROBLEMS = {
  node: words(
    "请填写节点的网址，以 http:// 或 https:// 开头",
    "Give the node's address, beginning with http:// or https://",
  ),
  chainId: words("请填写链的编号，例如 31337", "Give the chain's number, such as 31337"),
  contract: words("请填写合约地址：0x 加 40 位十六进制", "Give the contract's address: 0x and 40 hexadecimal digits"),
};

function nodeUrl(text: string, base: string | undefined): string | undefined {
  const url = text === "" ? null : URL.parse(text, base);
  const isSound = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  return isSound ? url.href : undefined;
}
