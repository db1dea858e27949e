import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import type { ArchiveReading } from "../../app/archivePorts.ts";
import { AppError } from "../../core/errors.ts";

/** Numbers come from whoever packed it: no more than this is held at once. */
const MAX_ENTRIES = 10_000_000;
const MAX_READ_BYTES = 2 ** 28;

/**
 * Reads an archive from a ZIP file, packed by us or anew by another program, without unpacking it. Checksums of the ZIP are not
 * looked at: the archive has digests of its own.
 * @throws AppError archive_zip_malformed, archive_zip_unsupported (encrypted, packed otherwise than stored or deflated)
 */
export async function openArchiveZip(file: string): Promise<ArchiveReading & { close(): Promise<void> }> {
  const zip = await orMalformed(openPromise(file, { autoClose: false }));
  const close = (): Promise<void> => {
    zip.close();
    return Promise.resolve();
  };
  try {
    const entries = await orMalformed(entriesOf(zip));
    const contents = async (name: string): Promise<Readable | undefined> => {
      const entry = entries.get(name);
      return entry && orMalformed(zip.openReadStreamPromise(entry));
    };
    return {
      async read(name) {
        if ((entries.get(name)?.uncompressedSize ?? 0) > MAX_READ_BYTES) throw malformed(`${name} is too large`);
        const stream = await contents(name);
        return stream && orMalformed(buffer(stream));
      },
      async digest(name) {
        const stream = await contents(name);
        return stream && orMalformed(digestOf(stream));
      },
      async *lines(name) {
        const stream = await contents(name);
        if (stream === undefined) return;
        // An error of the stream is not one of the interface over it.
        const failed = new Promise<never>((_, reject) => stream.once("error", reject));
        failed.catch(() => undefined);
        const lines = createInterface({ input: stream, crlfDelay: Infinity })[Symbol.asyncIterator]();
        for (;;) {
          const next = await orMalformed(Promise.race([lines.next(), failed]));
          if (next.done === true) return;
          yield next.value;
        }
      },
      names: () => Readable.from(entries.keys()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function entriesOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw malformed("its directory is too large");
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    const { fileName } = entry;
    if (entries.has(fileName)) throw malformed(`${fileName} is there twice`);
    if (entry.isEncrypted() || !entry.canDecodeFileData()) throw unsupported();
    if (!fileName.endsWith("/")) entries.set(fileName, entry);
  }
  return entries;
}

async function digestOf(stream: Readable): Promise<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest();
}

/** What the file system says is told as it is; anything else that goes wrong is wrong with the file. */
async function orMalformed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError || !(error instanceof Error) || "syscall" in error) throw error;
    throw malformed(error.message, error);
  }
}

function malformed(why: string, cause?: unknown): AppError {
  const message = `ZIP 文件已损坏 (${why})。 The ZIP file is damaged: ${why}.`;
  return new AppError("archive_zip_malformed", message, cause === undefined ? {} : { cause });
}

function unsupported(): AppError {
  return new AppError(
    "archive_zip_unsupported",
    "ZIP 已加密或压缩方式不受支持，请解压为文件夹后核对。 The ZIP is encrypted, or packed in an unknown way: unpack it and check the folder.",
  );
}
