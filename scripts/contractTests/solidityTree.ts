import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import solc from "solc";

/** A node of solc's syntax tree. */
export interface SolidityNode {
  readonly nodeType: string;
  /** Bytes of the file's UTF-8; a statement's own semicolon is in it. */
  readonly start: number;
  readonly end: number;
  /** The node as solc tells it. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** In the order of the text. */
  readonly children: readonly SolidityNode[];
}

export interface SolidityFile {
  /** From the root of the project, with slashes. */
  readonly file: string;
  readonly source: Buffer;
  readonly tree: SolidityNode;
}

const SIMPLE_STATEMENTS = new Set(
  "ExpressionStatement VariableDeclarationStatement EmitStatement RevertStatement Return Break Continue".split(" "),
);

/** Parses and checks every contract below contracts/ of a project with the compiler that the project builds with. */
export function readContracts(root: string): SolidityFile[] {
  const names = readdirSync(path.join(root, "contracts"), { recursive: true, encoding: "utf8" });
  const files = names
    .filter((name) => name.endsWith(".sol"))
    .map((name) => `contracts/${name.replaceAll(path.sep, "/")}`);
  const sources = files.sort().map((file): [string, string] => [file, readFileSync(path.join(root, file), "utf8")]);
  return parseSolidity(Object.fromEntries(sources));
}

/** Parses and checks sources by their paths; what they import is among them or in a package. */
export function parseSolidity(sources: Readonly<Record<string, string>>): SolidityFile[] {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
    settings: { evmVersion: "cancun", outputSelection: { "*": { "": ["ast"] } } },
  };
  const compile = solc.compile as (input: string, callbacks: { import: typeof readPackage }) => string;
  const { errors = [], sources: parsed } = JSON.parse(compile(JSON.stringify(input), { import: readPackage })) as {
    errors?: { severity: string; formattedMessage: string }[];
    sources?: Record<string, { ast: unknown }>;
  };
  const fatal = errors.filter(({ severity }) => severity === "error");
  if (fatal.length > 0) throw new Error(fatal.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return Object.entries(sources).map(([file, text]) => {
    const source = Buffer.from(text);
    const [tree] = nodesIn(parsed?.[file]?.ast, source);
    if (tree === undefined) throw new Error(`solc gave no syntax tree of ${file}`);
    return { file, source, tree };
  });
}

/** The node in a field, if there is one. */
export function nodeIn(node: SolidityNode, field: string): SolidityNode | undefined {
  return node.children.find(({ fields }) => fields === node.fields[field]);
}

/** The text of a field, or "". */
export function fieldText(node: SolidityNode | undefined, field: string): string {
  const value = node?.fields[field];
  return typeof value === "string" ? value : "";
}

export function textOf(source: Buffer, node: SolidityNode): string {
  return source.toString("utf8", node.start, node.end);
}

/** The line on which a node begins, from 1. */
export function lineOf(source: Buffer, node: SolidityNode): number {
  return source.toString("utf8", 0, node.start).split("\n").length;
}

/** Calls `see` for the node and all below it, each before what is in it. */
export function walkTree(node: SolidityNode, see: (node: SolidityNode) => void): void {
  see(node);
  for (const child of node.children) walkTree(child, see);
}

/** A whole file with nodes' texts changed, from the inside out: a change gets the text with all changes below it made. */
export function rewriteFile(
  { source, tree }: SolidityFile,
  changes: ReadonlyMap<SolidityNode, (text: string) => string>,
): string {
  const rewrite = (node: SolidityNode): string => {
    let [text, at] = ["", node.start];
    for (const child of node.children) {
      text += source.toString("utf8", at, child.start) + rewrite(child);
      at = child.end;
    }
    text += source.toString("utf8", at, node.end);
    return changes.get(node)?.(text) ?? text;
  };
  return source.toString("utf8", 0, tree.start) + rewrite(tree) + source.toString("utf8", tree.end);
}

function readPackage(name: string): { contents: string } {
  return { contents: readFileSync(createRequire(import.meta.url).resolve(name), "utf8") };
}

/** The nodes in a value of solc's answer: itself, or those in its lists and records. */
function nodesIn(value: unknown, source: Buffer): SolidityNode[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Record<string, unknown>;
  const { nodeType, src } = fields;
  if (nodeType === "StructuredDocumentation") return []; // stands before its node, not in it
  const inner = Object.values(fields).flatMap((field) => nodesIn(field, source));
  if (typeof nodeType !== "string" || typeof src !== "string") return inner;
  const children = inner.sort((a, b) => a.start - b.start);
  const [start = 0, length = 0] = src.split(":").map(Number);
  let end = Math.max(start + length, ...children.map((child) => child.end));
  if (SIMPLE_STATEMENTS.has(nodeType) && source.at(end) === 0x3b) end++;
  return end === start ? [] : [{ nodeType, start, end, fields, children }];
}
