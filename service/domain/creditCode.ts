const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const SHAPE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

/** Whether the text is a 统一社会信用代码: 18 characters whose last is the check character of GB 32100-2015. */
export function isCreditCode(text: string): boolean {
  return SHAPE.test(text) && text.charAt(17) === creditCheckCharacter(text.slice(0, 17));
}

/** The check character for the first 17 characters: weights are the powers of 3 modulo 31. */
export function creditCheckCharacter(first17: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of first17) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/**
 * A resident identity number with its middle hidden, as the MOF XML has it (docs/domain.md 2.3); any other text as it is.
 */
export function maskPersonCode(text: string): string {
  if (!/^(\d{15}|\d{17}[\dXx])$/.test(text)) return text;
  return text.slice(0, 4) + "*".repeat(text.length - 8) + text.slice(-4);
}
