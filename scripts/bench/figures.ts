/** Of a list of times, in the unit of the list. */
export type Quantiles = { readonly p50: number; readonly p99: number; readonly max: number };

/** One line of docs/performance.md: what was measured beside the plain way of the same run. */
export type Figure = {
  readonly name: string;
  /** As `unit` says; a rate or a time. */
  readonly value: number;
  readonly unit: string;
  /** The plain way, in the same unit; undefined if there is none. */
  readonly baseline?: number;
  /** The least rate, or the longest time, that was asked for. */
  readonly target?: number;
  /** True: less is better. */
  readonly isTime?: boolean;
  /** How many times the baseline was asked for. */
  readonly targetRatio?: number;
};

/** Nearest rank. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** How many times better than the baseline; undefined without one. */
export function ratioOf({ value, baseline, isTime = false }: Figure): number | undefined {
  if (baseline === undefined) return undefined;
  return isTime ? baseline / value : value / baseline;
}

/** True if both the target and the ratio asked for are reached; undefined if none was asked for. */
export function isMet(figure: Figure): boolean | undefined {
  const { value, target, targetRatio, isTime = false } = figure;
  if (target === undefined && targetRatio === undefined) return undefined;
  const isRateMet = target === undefined || (isTime ? value <= target : value >= target);
  return isRateMet && (targetRatio === undefined || (ratioOf(figure) ?? 0) >= targetRatio);
}

/** Three figures that count, or whole; thousands apart by commas. */
export function rounded(value: number): string {
  return value.toLocaleString("en-US", value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
}
