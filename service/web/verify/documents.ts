import { AppError } from "../../core/errors.ts";
import type { Text } from "../../core/reportTexts.ts";
import { words } from "../shared/words.ts";
import { isZip, readZip, ZIP_LIMITS, type ZipEntry } from "../shared/zip.ts";

/** A document that was dropped, read when its turn comes. */
export type Doc = { readonly name: string; read(): Promise<Uint8Array<ArrayBuffer>> };

/** What of a drop can be verified, and what of it cannot be opened at all. */
export type Intake = { readonly docs: readonly Doc[]; readonly problems: readonly Text[] };

type Source = { readonly name: string; readonly size: number; arrayBuffer(): Promise<ArrayBuffer> };

const MAX_ARCHIVE_BYTES = 512 * 1024 * 1024;

/** Opens what was dropped: PDFs and disclosure files as they are, archives by those in them, up to as many as an archive may hold. */
export async function takeIn(files: readonly Source[]): Promise<Intake> {
  const docs: Doc[] = [];
  const problems: Text[] = [];
  for (const file of files) {
    if (/\.zip$/i.test(file.name)) {
      try {
        const found = (await openArchive(file)).filter(({ name }) => isDocument(name));
        if (found.length === 0) problems.push(words(`${file.name} 里没有 PDF`, `${file.name} holds no PDF`));
        docs.push(...found);
      } catch (cause) {
        problems.push(archiveProblem(file.name, cause));
      }
    } else {
      docs.push({ name: file.name, read: async () => new Uint8Array(await file.arrayBuffer()) });
    }
  }
  if (docs.length > ZIP_LIMITS.entries) {
    const most = String(ZIP_LIMITS.entries);
    problems.push(
      words(`一次最多查验 ${most} 份，其余未查`, `At most ${most} are checked at once; the rest is left out`),
    );
  }
  return { docs: docs.slice(0, ZIP_LIMITS.entries), problems };
}

/** A Mac packs a file of its own notes beside each: __MACOSX/._name.pdf is no document. */
const isDocument = (name: string): boolean => /\.(?:pdf|json)$/i.test(name) && !/(?:^|\/)\._/.test(name);

async function openArchive(file: Source): Promise<readonly ZipEntry[]> {
  if (file.size > MAX_ARCHIVE_BYTES) throw new AppError("zip_too_large", "the archive is too large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!isZip(bytes)) throw new AppError("zip_malformed", "the file is no ZIP archive");
  return readZip(bytes);
}

function archiveProblem(name: string, cause: unknown): Text {
  const code = cause instanceof AppError ? cause.code : "";
  if (code === "zip_too_large") return words(`${name} 太大，请分批查验`, `${name} is too large: check it in parts`);
  if (code === "zip_unsupported") {
    return words(
      `${name} 已加密或格式不支持，请解压后再试`,
      `${name} is encrypted or of another form: unpack it first`,
    );
  }
  return words(`${name} 打不开，可能已损坏`, `${name} cannot be opened: it may be damaged`);
}
