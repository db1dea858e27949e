import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { AppError } from "../../core/errors.ts";

const fdatasync = promisify(fs.fdatasync);

/** The first line of a journal: all that a chain's first block depends on. */
export type ChainHeader = {
  readonly version: 1;
  readonly chainId: number;
  /** Seconds: when the chain was made. */
  readonly genesisTimeS: number;
  readonly hardfork: string;
  /** The version of @nomicfoundation/edr that made the chain. */
  readonly edr: string;
  /** 20 random bytes as an address: two chains never have the same first block. */
  readonly identity: string;
  /** Addresses that have coins from the first block on. */
  readonly funded: readonly string[];
  readonly genesisHash: string;
};

/** A mined transaction: the only one of its block. */
export type JournalEntry = { readonly timeS: number; readonly raw: string; readonly blockHash: string };

export type JournalWriter = {
  /** Written, but durable only after the next `synced`. */
  append(entry: JournalEntry): void;
  /** Resolves when all that was appended before the call is on the disk. Callers at the same time share one write. */
  synced(): Promise<void>;
  /** Why nothing can be appended any more. */
  failure(): AppError | undefined;
  close(): Promise<void>;
};

/** The journal's whole lines: their count without the header, and how many bytes of a torn last line follow. */
export type JournalExtent = { readonly entryCount: number; readonly wholeBytes: number; readonly tornBytes: number };

const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;
const RAW = /^0x(?:[0-9a-f]{2})+$/i;
const NEWLINE = 0x0a;

/** Makes the journal with its header; it appears whole or not at all. */
export function createJournal(file: string, header: ChainHeader): void {
  const temporary = `${file}.new`;
  const fd = fs.openSync(temporary, "w");
  fs.writeSync(fd, `${JSON.stringify(header)}\n`);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(temporary, file);
  const folder = fs.openSync(path.dirname(file), "r");
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}

/** Counts the lines. What follows the last newline was never acknowledged: the write was cut by a crash. */
export async function measureJournal(file: string): Promise<JournalExtent> {
  let lineCount = 0;
  let wholeBytes = 0;
  let readBytes = 0;
  for await (const chunk of chunksOf(file)) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
      lineCount++;
      wholeBytes = readBytes + at + 1;
    }
    readBytes += chunk.length;
  }
  return { entryCount: Math.max(0, lineCount - 1), wholeBytes, tornBytes: readBytes - wholeBytes };
}

/**
 * The header, then each entry, in order, of the journal's whole lines.
 * @throws AppError chain_journal_damaged naming the line
 */
export async function* readJournal(file: string): AsyncGenerator<ChainHeader | JournalEntry> {
  let lineNo = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of chunksOf(file)) {
    const text = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, start)) {
      lineNo++;
      const line = text.toString("utf8", start, at);
      yield lineNo === 1 ? parseHeader(file, line) : parseEntry(file, line, lineNo);
      start = at + 1;
    }
    rest = text.subarray(start);
  }
}

/** Opens the journal to append; what follows `wholeBytes` is cut off. */
export function openJournalWriter(file: string, wholeBytes: number): JournalWriter {
  if (fs.statSync(file).size > wholeBytes) fs.truncateSync(file, wholeBytes);
  const fd = fs.openSync(file, "a");
  let appendedCount = 0;
  let durableCount = 0;
  let failed: AppError | undefined;
  let running: Promise<void> | undefined;

  const fail = (cause: unknown): AppError => (failed ??= journalFailed(file, cause));
  const flush = async (): Promise<void> => {
    // Waits for the turn's other callers, so that they share this write.
    await new Promise((resolve) => setImmediate(resolve));
    const upTo = appendedCount;
    try {
      await fdatasync(fd);
      durableCount = upTo;
    } catch (error) {
      fail(error); // after a failed sync the kernel may drop the data: nothing later can be trusted
    } finally {
      running = undefined;
    }
  };
  const synced = async (): Promise<void> => {
    const target = appendedCount;
    while (durableCount < target && failed === undefined) {
      running ??= flush();
      await running;
    }
    if (failed !== undefined) throw failed;
  };
  return {
    append(entry) {
      if (failed !== undefined) throw failed;
      try {
        writeWhole(fd, `${JSON.stringify({ t: entry.timeS, r: entry.raw, h: entry.blockHash })}\n`);
      } catch (error) {
        throw fail(error);
      }
      appendedCount++;
    },
    synced,
    failure: () => failed,
    async close() {
      await synced().catch(() => undefined);
      fs.closeSync(fd);
    },
  };
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done);
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 })) {
    if (Buffer.isBuffer(chunk)) yield chunk;
  }
}

function parseHeader(file: string, line: string): ChainHeader {
  const value = parseRecord(line);
  const { version, chainId, genesisTimeS, hardfork, edr, identity, funded, genesisHash } = value ?? {};
  if (
    version !== 1 ||
    !isWhole(chainId) ||
    !isWhole(genesisTimeS) ||
    typeof hardfork !== "string" ||
    typeof edr !== "string" ||
    !isMatch(identity, ADDRESS) ||
    !isMatch(genesisHash, HASH) ||
    !Array.isArray(funded)
  ) {
    throw journalDamaged(file, 1);
  }
  const addresses = funded.flatMap((address: unknown) => (isMatch(address, ADDRESS) ? [address] : []));
  if (addresses.length !== funded.length) throw journalDamaged(file, 1);
  return { version, chainId, genesisTimeS, hardfork, edr, identity, funded: addresses, genesisHash };
}

function parseEntry(file: string, line: string, lineNo: number): JournalEntry {
  const { t, r, h } = parseRecord(line) ?? {};
  if (!isWhole(t) || !isMatch(r, RAW) || !isMatch(h, HASH)) throw journalDamaged(file, lineNo);
  return { timeS: t, raw: r, blockHash: h };
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isMatch(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

export function journalDamaged(file: string, lineNo: number): AppError {
  return new AppError(
    "chain_journal_damaged",
    `链日志 ${file} 第 ${lineNo} 行已损坏，请从备份恢复。 ` +
      `Line ${lineNo} of the chain's journal ${file} is damaged: restore the file from a backup.`,
    { details: { lineNo } },
  );
}

function journalFailed(file: string, cause: unknown): AppError {
  return new AppError(
    "chain_journal_failed",
    `链日志 ${file} 写入失败，链已停止；请检查磁盘后重新启动。 ` +
      `The chain's journal ${file} could not be written, the chain has stopped: check the disk, then start again.`,
    { cause },
  );
}
