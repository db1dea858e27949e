/**
 * What a guess at a check code costs, and how many there can be (docs/security.md, Guessing check codes). `misses` are checks that
 * did not agree, or are under way.
 */
export const checkPolicy = {
  /** 校验码: 6 characters of 62. */
  checkCodes: 62 ** 6,
  /** Misses of one receipt in a day: as many as these are free of work, each further step doubles it, and past the last nothing is told. */
  receiptFreeMisses: 3,
  receiptMissesPerStep: 3,
  receiptMaxMissesPerDay: 30,
  /** Misses from one address in an hour. */
  addressFreeMisses: 10,
  addressMissesPerStep: 5,
  /** Checks from one address in an hour, agreeing or not. */
  addressMaxChecksPerHour: 3_000,
  /** Misses of everybody in an hour: from each of these on, everybody's typed check costs so many bits. */
  everybody: [
    { misses: 2_000, bits: 16 },
    { misses: 20_000, bits: 18 },
    { misses: 200_000, bits: 20 },
  ],
  /** Leading zero bits of the first step, and the most that is asked for one check. */
  firstBits: 16,
  maxBits: 22,
  /** Each row of a list costs this much from the first on, and more as its address misses: lists have honest misses, too. */
  rowBits: 12,
  rowMissesPerStep: 50,
  rowMaxBits: 18,
} as const;

/** How often was missed: by this receipt in the day, this check included; by the address and by everybody in the hour, before. */
export type Misses = {
  readonly receipt: number;
  readonly address: number;
  readonly everybody: number;
};

/** Whether this receipt may still be asked about today by typing. */
export function isWithinDay(receiptMisses: number): boolean {
  return receiptMisses <= checkPolicy.receiptMaxMissesPerDay;
}

/** Leading zero bits that one typed check has to show, alone or as the row of a list; 0: none. */
export function bitsOfCheck(misses: Misses, isRow: boolean): number {
  const { receiptFreeMisses, receiptMissesPerStep, addressFreeMisses, addressMissesPerStep, everybody } = checkPolicy;
  const levels = everybody.filter((level) => misses.everybody >= level.misses);
  return Math.max(
    stepBits(misses.receipt - 1 - receiptFreeMisses, receiptMissesPerStep),
    isRow ? rowBits(misses.address) : stepBits(misses.address - addressFreeMisses, addressMissesPerStep),
    levels.at(-1)?.bits ?? 0,
  );
}

/** Bits that the work of all checks of a request comes to. */
export function bitsOfRequest(bits: readonly number[]): number {
  const work = bits.reduce((sum, each) => sum + (each === 0 ? 0 : 2 ** each), 0);
  return work === 0 ? 0 : Math.ceil(Math.log2(work));
}

/** What somebody can hope for who knows everything of a receipt but its check code. */
export type GuessBound = {
  /** Chance to hit one given receipt in a year of all the tries it allows. */
  readonly yearlyChanceOfOneReceipt: number;
  /** Hashes to spend on that year of tries. */
  readonly yearlyHashesOfOneReceipt: number;
  /** Years until one hit is to be expected anywhere from tries that cost nothing or little, addresses and receipts without end. */
  readonly yearsOfFreeTries: number;
  /** Hashes until one hit is to be expected anywhere from tries past those, each at the lowest price that they have. */
  readonly hashesPerHit: number;
};

/** The bound, out of the constants above. */
export function guessBound(): GuessBound {
  const { checkCodes, receiptMaxMissesPerDay, everybody } = checkPolicy;
  const days = 365;
  const tries = Array.from({ length: receiptMaxMissesPerDay }, (_, index) => index + 1);
  const dailyHashes = tries
    .map((receipt) => bitsOfCheck({ receipt, address: 0, everybody: 0 }, false))
    .reduce((sum, bits) => sum + (bits === 0 ? 0 : 2 ** bits), 0);
  const freePerHour = everybody[0].misses;
  return {
    yearlyChanceOfOneReceipt: (receiptMaxMissesPerDay * days) / checkCodes,
    yearlyHashesOfOneReceipt: dailyHashes * days,
    yearsOfFreeTries: checkCodes / (freePerHour * 24 * days),
    hashesPerHit: checkCodes * 2 ** everybody[0].bits,
  };
}

function rowBits(missesBefore: number): number {
  const steps = Math.floor(missesBefore / checkPolicy.rowMissesPerStep);
  return Math.min(checkPolicy.rowBits + steps, checkPolicy.rowMaxBits);
}

function stepBits(past: number, perStep: number): number {
  if (past < 0) return 0;
  return Math.min(checkPolicy.firstBits + Math.floor(past / perStep), checkPolicy.maxBits);
}
