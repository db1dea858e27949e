import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import encodeQR from "qr";
import type { DeskSecrets } from "../../app/deskPorts.ts";

/** 32 MiB a hash, three times over: OWASP's second choice of scrypt costs. */
const COST = { N: 32_768, r: 8, p: 3 } as const;
const KEY_BYTES = 32;
const QUIET_MODULES = 4;
/** So many hashes at once: sign-ins may not take all of the machine's memory. */
const MAX_CONCURRENT = 2;

let running = 0;
const waiting: (() => void)[] = [];

/** scrypt (RFC 7914) and TOTP (RFC 6238). A hash reads "scrypt$N$r$p$salt$key", salt and key in base64url. */
export function createDeskSecrets(cost: Costs = COST): DeskSecrets {
  return {
    async hashPassword(password) {
      const salt = randomBytes(16);
      const { N, r, p } = cost;
      const key = await derive(password, salt, { N, r, p });
      return ["scrypt", N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
    },

    async matchesPassword(password, hash) {
      const [name, N, r, p, salt = "", key = ""] = hash.split("$");
      const stored = Buffer.from(key, "base64url");
      const costs = { N: Number(N), r: Number(r), p: Number(p) };
      const derived = await derive(password, Buffer.from(salt, "base64url"), costs);
      return name === "scrypt" && stored.length === KEY_BYTES && timingSafeEqual(derived, stored);
    },

    totpAt(secret, step) {
      const counter = Buffer.alloc(8);
      counter.writeBigUInt64BE(BigInt(step));
      const digest = createHmac("sha1", secret).update(counter).digest();
      const at = (digest[19] ?? 0) & 15;
      return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
    },

    qrRows(text) {
      const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET_MODULES });
      return rows.map((row) => row.map((isDark) => (isDark ? "1" : "0")).join(""));
    },
  };
}

export const deskSecrets = createDeskSecrets();

type Costs = { readonly N: number; readonly r: number; readonly p: number };

/** The same text typed on different keyboards is one password: NFKC (RFC 8265 as far as it goes). */
async function derive(password: string, salt: Buffer, costs: Costs): Promise<Buffer> {
  while (running >= MAX_CONCURRENT) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize("NFKC"), salt, KEY_BYTES, { ...costs, maxmem: 64 * 1024 * 1024 }, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
