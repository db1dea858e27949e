const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 6;
/**
 * The greatest multiple of 62 that a byte can hold: bytes from here on would favour the first characters, and are
 * passed over.
 */
const LIMIT = 248;

/** How many random bytes to draw at a time: fewer than 6 usable ones among 24 happens less than once in 10^23 draws. */
export const RANDOM_NUMBER_BYTES = 24;

/**
 * The 校验码: 6 characters [0-9A-Za-z], each equally likely if the bytes are (a CSPRNG's). docs/domain.md 2.1.
 * undefined if too few of the bytes were usable: draw RANDOM_NUMBER_BYTES new ones.
 */
export function randomNumberFrom(bytes: Uint8Array): string | undefined {
  let text = "";
  for (const byte of bytes) {
    if (byte >= LIMIT) continue;
    text += ALPHABET.charAt(byte % ALPHABET.length);
    if (text.length === LENGTH) return text;
  }
  return undefined;
}

/** Whether the text can be a 校验码. */
export function isRandomNumber(text: string): boolean {
  return /^[0-9A-Za-z]{6}$/.test(text);
}
