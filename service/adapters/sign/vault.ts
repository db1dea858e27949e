import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  scryptSync,
  type KeyObject,
} from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";

/** Secrets in a folder, encrypted with AES-256-GCM under a key that scrypt makes of a passphrase. */
export type Vault = {
  seal(plain: Uint8Array): Uint8Array;
  /** @throws AppError secret_not_opened: sealed by another vault, or altered */
  open(sealed: Uint8Array): Uint8Array;
  /** A key of 32 bytes for one purpose, derived from the vault's. */
  derive(purpose: string): Uint8Array;
  has(name: string): boolean;
  /** @throws AppError secret_missing, secret_not_opened */
  read(name: string): Uint8Array;
  /** Written whole or not at all, and once: of two programs the first wins, and its secret is returned. */
  writeOnce(name: string, plain: Uint8Array): Uint8Array;
  names(): readonly string[];
};

/** 2^15 x 8 x 1: 32 MiB and some 100 ms, paid once at opening. */
const SCRYPT = { N: 32_768, r: 8, p: 1, maxmem: 64 << 20 };
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CHECK = "lianpiao keystore";
const Header = z.strictObject({ version: z.literal(1), salt: z.string(), check: z.string() });

/**
 * Opens the vault in a folder, or makes it.
 * @throws AppError passphrase_wrong, keystore_malformed
 */
export function openVault(dir: string, passphrase: string): Vault {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = path.join(dir, "keystore.json");
  if (!fs.existsSync(file)) {
    const salt = randomBytes(16);
    const check = sealWith(keyOf(passphrase, salt), Buffer.from(CHECK));
    const header = { version: 1, salt: salt.toString("hex"), check: Buffer.from(check).toString("hex") };
    writeExclusively(file, Buffer.from(JSON.stringify(header)));
  }
  const header = Header.safeParse(JSON.parse(fs.readFileSync(file, "utf8")));
  if (!header.success) throw new AppError("keystore_malformed", `the keystore's header ${file} can't be read`);
  const key = keyOf(passphrase, Buffer.from(header.data.salt, "hex"));
  if (tryOpen(key, Buffer.from(header.data.check, "hex"))?.toString() !== CHECK) {
    throw new AppError(
      "passphrase_wrong",
      "密钥库口令不正确，请检查 KEYSTORE_PASSPHRASE。 The keystore's passphrase is wrong: check KEYSTORE_PASSPHRASE.",
    );
  }
  return vaultOf(dir, key);
}

function vaultOf(dir: string, key: KeyObject): Vault {
  const fileOf = (name: string): string => path.join(dir, `${name}.sealed`);
  const open = (sealed: Uint8Array): Uint8Array => {
    const plain = tryOpen(key, sealed);
    if (plain === undefined)
      throw new AppError("secret_not_opened", "the secret was sealed by another keystore, or altered");
    return plain;
  };
  const read = (name: string): Uint8Array => {
    if (!fs.existsSync(fileOf(name))) throw new AppError("secret_missing", `the keystore has no ${name}`);
    return open(fs.readFileSync(fileOf(name)));
  };
  return {
    seal: (plain) => sealWith(key, plain),
    open,
    derive: (purpose) => createHmac("sha256", key).update(purpose).digest(),
    has: (name) => fs.existsSync(fileOf(name)),
    read,
    writeOnce(name, plain) {
      if (!/^[\w-]{1,64}$/.test(name)) throw new AppError("secret_name_malformed", `no secret can be named ${name}`);
      writeExclusively(fileOf(name), sealWith(key, plain));
      return read(name);
    },
    names: () =>
      fs
        .readdirSync(dir)
        .filter((file) => file.endsWith(".sealed"))
        .map((file) => file.slice(0, -".sealed".length)),
  };
}

/** As an object: Node takes three times as long with bytes as a key. */
function keyOf(passphrase: string, salt: Uint8Array): KeyObject {
  return createSecretKey(scryptSync(passphrase.normalize("NFC"), salt, 32, SCRYPT));
}

function sealWith(key: KeyObject, plain: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function tryOpen(key: KeyObject, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** A crash leaves either no file or the whole one; a file that exists is left alone. */
function writeExclusively(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  const fd = fs.openSync(temporary, "wx", 0o600);
  try {
    fs.writeSync(fd, bytes);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  try {
    fs.linkSync(temporary, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    fs.unlinkSync(temporary);
  }
}
