import { fieldText, lineOf, nodeIn, textOf } from "./solidityTree.ts";
import type { SolidityFile, SolidityNode } from "./solidityTree.ts";

/** What becomes of nodes' texts when a file is written anew. */
export type Changes = Map<SolidityNode, (text: string) => string>;

/** A modifier of a function: its own words, the condition that it asks for, and the call that does the same. */
export interface Guard {
  readonly text: string;
  readonly asks: string;
  readonly does: string;
}

/** What a guard of OpenZeppelin asks and does, as statements for the beginning of the function. */
const GUARDS: Readonly<Record<string, (argument: string) => { asks: string; does: string }>> = {
  onlyRole: (role) => ({ asks: `hasRole(${role}, _msgSender())`, does: `_checkRole(${role})` }),
  whenNotPaused: () => ({ asks: "!paused()", does: "_requireNotPaused()" }),
};
/** The parts of a condition that are evaluated one by one. */
export function operandsOf(node: SolidityNode | undefined): SolidityNode[] {
  if (node === undefined) return [];
  if (isLogic(node)) return [nodeIn(node, "leftExpression"), nodeIn(node, "rightExpression")].flatMap(operandsOf);
  const isBracket = node.nodeType === "TupleExpression" && node.children.length === 1;
  const isNot = node.nodeType === "UnaryOperation" && node.fields.operator === "!";
  const inner = isBracket || isNot ? operandsOf(node.children[0]) : [];
  return inner.length > 1 ? inner : [node];
}

export function isLogic(node: SolidityNode): boolean {
  return node.nodeType === "BinaryOperation" && (node.fields.operator === "&&" || node.fields.operator === "||");
}

export function isLoop(node: SolidityNode): boolean {
  return node.nodeType === "ForStatement" || node.nodeType === "WhileStatement";
}

/** Takes a function's guards out of its head and puts the statements that `write` makes of them before its body. */
export function moveGuards(
  file: SolidityFile,
  fn: SolidityNode,
  changes: Changes,
  write: (node: SolidityNode, guard: Guard) => string,
): void {
  const body = nodeIn(fn, "body");
  let statements = "";
  for (const node of fn.children) {
    if (node.nodeType !== "ModifierInvocation" || node.fields.kind !== "modifierInvocation") continue;
    const name = fieldText(nodeIn(node, "modifierName"), "name");
    const rule = GUARDS[name];
    if (rule === undefined) throw new Error(`${file.file}:${lineOf(file.source, node)}: no rule for ${name}`);
    const text = textOf(file.source, node);
    statements += write(node, { text, ...rule(text.slice(name.length).replace(/^\(|\)$/g, "")) });
    changes.set(node, () => "");
  }
  if (body !== undefined && statements !== "") changes.set(body, (text) => `{${statements}${text}}`);
}
