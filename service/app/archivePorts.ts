/** An archive that is read, be it a folder or one file. Names are relative, with "/" between folders. */
export interface ArchiveReading {
  /** undefined if there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** SHA-256 of a file of any size; undefined if there is none. */
  digest(name: string): Promise<Uint8Array | undefined>;
  /** The lines of a text file of any size, without their ends; none if there is no such file. */
  lines(name: string): AsyncIterable<string>;
  /** All files. */
  names(): AsyncIterable<string>;
}

/** A folder that an archive is written into. */
export interface ArchiveFiles extends ArchiveReading {
  /** Durable under its name when it resolves; what was there under the name is replaced whole. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Appends to a file, made if it is not there; durable when it resolves. */
  append(name: string, text: string): Promise<void>;
  /** Gives a file another name. */
  rename(from: string, to: string): Promise<void>;
  /** Cuts what is behind the last line feed; what is left is the size in bytes. Nothing if there is no such file. */
  cutTornLine(name: string): Promise<void>;
}

/** Signs what is not a PDF in a unit's name: CMS SignedData, detached, over a SHA-256 of 32 bytes. */
export interface ArchiveSigner {
  signDetached(unitKeyId: string, digest: Uint8Array): Promise<Uint8Array>;
}
