import fs from "node:fs";
import path from "node:path";

/** A fenced block of a page, as a reader sees it. */
export type Fence = {
  /** From the root: "docs/api.md". */
  readonly file: string;
  /** Of its opening line, from 1. */
  readonly line: number;
  /** As it is marked; "" if it is not. */
  readonly language: string;
  readonly text: string;
};

export const root = path.resolve(import.meta.dirname, "../..");

/** All fences of all pages that are shipped. */
export function readFences(): readonly Fence[] {
  const pages = [
    ...fs.readdirSync(root).filter((name) => name.endsWith(".md")),
    ...fs.readdirSync(path.join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
    ...fs
      .readdirSync(path.join(root, "scripts"), { recursive: true })
      .flatMap((name) => (typeof name === "string" && name.endsWith(".md") ? [`scripts/${name}`] : [])),
  ];
  return pages.sort().flatMap((file) => fencesOf(file, fs.readFileSync(path.join(root, file), "utf8")));
}

/** @throws Error for a fence that is not closed */
export function fencesOf(file: string, page: string): readonly Fence[] {
  const found: Fence[] = [];
  let open:
    { readonly line: number; readonly mark: string; readonly indent: string; readonly text: string[] } | undefined;
  for (const [index, line] of page.split("\n").entries()) {
    const [, indent = "", mark] = /^( *)```([^`]*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (mark !== undefined) open = { line: index + 1, mark: mark.trim(), indent, text: [] };
    } else if (mark === "") {
      found.push({ file, line: open.line, language: open.mark, text: open.text.join("\n") });
      open = undefined;
    } else open.text.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the fence is not closed`);
  return found;
}
