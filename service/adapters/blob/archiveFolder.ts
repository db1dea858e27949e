import { createHash } from "node:crypto";
import fs from "node:fs";
import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { ArchiveFiles } from "../../app/archivePorts.ts";
import { AppError } from "../../core/errors.ts";
import type { PackedFiles } from "./packArchive.ts";

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 65_536;

/** An archive as files under a folder, which is made when the first is written. */
export function archiveFolder(dir: string): ArchiveFiles & PackedFiles {
  const pathOf = (name: string): string => {
    const file = path.resolve(dir, name);
    // Names come from an index that somebody else may have written.
    if (file.startsWith(path.resolve(dir) + path.sep)) return file;
    throw new AppError("archive_name_malformed", `归档文件名越界：${name}。 A name leads out of the archive: ${name}.`);
  };
  return {
    async write(name, bytes) {
      const file = pathOf(name);
      await mkdir(path.dirname(file), { recursive: true });
      const temporary = `${file}.writing`;
      await writeWhole(temporary, "w", bytes);
      await rename(temporary, file);
    },
    async append(name, text) {
      await mkdir(dir, { recursive: true });
      await writeWhole(pathOf(name), "a", Buffer.from(text));
    },
    rename: (from, to) => rename(pathOf(from), pathOf(to)),
    cutTornLine: (name) => cutTornLine(pathOf(name)),
    read: (name) => orUndefined(readFile(pathOf(name))),
    digest: (name) => orUndefined(digestOf(pathOf(name))),
    async *lines(name) {
      if (!fs.existsSync(pathOf(name))) return;
      yield* createInterface({ input: fs.createReadStream(pathOf(name)), crlfDelay: Infinity });
    },
    names: () => namesIn(dir, ""),
    open: (name) => fs.createReadStream(pathOf(name)),
  };
}

async function writeWhole(file: string, flags: "w" | "a", bytes: Uint8Array): Promise<void> {
  const handle = await open(file, flags);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function cutTornLine(file: string): Promise<void> {
  const handle = await orUndefined(open(file, "r+"));
  if (handle === undefined) return;
  try {
    let { size } = await handle.stat();
    while (size > 0) {
      const start = Math.max(0, size - CHUNK_BYTES);
      const { buffer } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
      const at = buffer.lastIndexOf(LINE_FEED);
      size = at === -1 ? start : start + at + 1;
      if (at !== -1) break;
    }
    await handle.truncate(size);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function digestOf(file: string): Promise<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest();
}

async function* namesIn(dir: string, prefix: string): AsyncGenerator<string> {
  for (const entry of (await orUndefined(readdir(path.join(dir, prefix), { withFileTypes: true }))) ?? []) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* namesIn(dir, `${name}/`);
    // A write that was cut short leaves this behind; the next run writes it again.
    else if (name.endsWith(".writing")) await rm(path.join(dir, name), { force: true });
    else yield name;
  }
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
