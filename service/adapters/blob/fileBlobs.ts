import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { BlobStore } from "../../app/ports.ts";
import { AppError } from "../../core/errors.ts";
import { folderSync } from "./folderSync.ts";

/** A receipt's code of 8 digits, its number of 10, and what the document is: "44060126/0000001001.pdf". */
const NAME = /^(\d{8})\/((\d{6})\d{4}(?:\.[a-z0-9]{1,12}){1,2})$/;
const CODE_FOLDER = /^\d{8}$/;
const RANGE_FOLDER = /^\d{6}$/;
/** Where documents are written before they get their name. */
const INCOMING = ".incoming";
/** Nothing takes this long to write: what is older was left by a crash. */
const LEFT_BEHIND_MS = 3_600_000;

/**
 * Documents as files under a folder: <code>/<number's first six digits>/<number>.pdf, so at most 10,000 numbers to a
 * folder. A document is written and synced under a temporary name, then linked to its own, which only the first writer
 * can do. So a name never shows half a document, and a kill at any moment leaves at most a temporary file, which an
 * opening takes away an hour later. Any number of processes may share the folder.
 * @throws AppError blob_name_malformed from each method that takes a name; blob_not_written (the cause says why) from put
 */
export async function openFileBlobs(dir: string): Promise<BlobStore> {
  const incoming = path.join(dir, INCOMING);
  await fs.mkdir(incoming, { recursive: true });
  for (const name of await fs.readdir(incoming)) await removeLeftBehind(path.join(incoming, name));
  const syncFolder = folderSync();
  await syncFolder(path.dirname(path.resolve(dir)));
  const known = new Set<string>();

  /** A new folder lasts once the folder above it is on the disk. */
  const makeFolder = async (folder: string): Promise<void> => {
    if (known.has(folder)) return;
    await fs.mkdir(folder, { recursive: true });
    await syncFolder(path.dirname(folder));
    await syncFolder(dir);
    known.add(folder);
  };

  return {
    async put(name, bytes) {
      const file = pathOf(dir, name);
      try {
        await makeFolder(path.dirname(file));
        const outcome = await write(incoming, file, bytes);
        // Also if the name was taken: whoever took it may not have come to this yet.
        await syncFolder(path.dirname(file));
        return { isNew: outcome === "written" };
      } catch (cause) {
        throw notWritten(name, cause);
      }
    },
    async get(name) {
      try {
        return await fs.readFile(pathOf(dir, name));
      } catch (error) {
        if (isCode(error, "ENOENT")) return undefined;
        throw error;
      }
    },
    async remove(name) {
      const file = pathOf(dir, name);
      await fs.rm(file, { force: true });
      await syncFolder(path.dirname(file)).catch((error: unknown) => {
        if (!isCode(error, "ENOENT")) throw error;
      });
    },
    names: () => namesIn(dir),
  };
}

function pathOf(dir: string, name: string): string {
  const [, code, file, range] = NAME.exec(name) ?? [];
  if (code !== undefined && range !== undefined && file !== undefined) return path.join(dir, code, range, file);
  throw new AppError(
    "blob_name_malformed",
    `文件名不合规：${name.slice(0, 80)}。 A document's name is like 44060126/0000001001.pdf, got ${name.slice(0, 80)}.`,
  );
}

/** What another process is writing at this moment stays, and may be gone the next. */
async function removeLeftBehind(temporary: string): Promise<void> {
  const stat = await fs.stat(temporary).catch(() => undefined);
  if (stat !== undefined && stat.mtimeMs < Date.now() - LEFT_BEHIND_MS) await fs.rm(temporary, { force: true });
}

async function write(incoming: string, file: string, bytes: Uint8Array): Promise<"written" | "taken"> {
  const temporary = path.join(incoming, randomUUID());
  try {
    await writeTemporary(temporary, bytes);
    await fs.link(temporary, file);
    return "written";
  } catch (error) {
    if (isCode(error, "EEXIST")) return "taken";
    throw error;
  } finally {
    await unlinkIfThere(temporary);
  }
}

/** fs.rm would look first at what it is. */
async function unlinkIfThere(file: string): Promise<void> {
  try {
    await fs.unlink(file);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

async function writeTemporary(temporary: string, bytes: Uint8Array): Promise<void> {
  const handle = await fs.open(temporary, "wx", 0o640);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function* namesIn(dir: string): AsyncGenerator<string> {
  for await (const code of entriesOf(dir, CODE_FOLDER)) {
    for await (const range of entriesOf(path.join(dir, code), RANGE_FOLDER)) {
      for await (const file of entriesOf(path.join(dir, code, range), /./)) {
        const name = `${code}/${file}`;
        if (NAME.exec(name)?.[3] === range) yield name;
      }
    }
  }
}

async function* entriesOf(folder: string, pattern: RegExp): AsyncGenerator<string> {
  for await (const entry of await fs.opendir(folder, { bufferSize: 512 })) {
    if (pattern.test(entry.name)) yield entry.name;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function notWritten(name: string, cause: unknown): AppError {
  return new AppError(
    "blob_not_written",
    `文件 ${name} 未能写入，请检查磁盘。 The document ${name} could not be written: check the disk.`,
    { details: { name }, cause },
  );
}
