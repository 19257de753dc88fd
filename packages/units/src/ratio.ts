import { formatScaled, parseScaled } from './decimal.js';

/** The most decimals a ratio may have. */
const MAX_SCALE = 12;

/** An exact decimal ratio such as a sharing coefficient, a loss factor or a VAT rate: numerator / 10^scale. */
export interface Ratio {
  readonly numerator: bigint;
  /** Decimals, 0 to 12. */
  readonly scale: number;
}

/** Reads a plain decimal of at most 12 decimals. @throws UnitsError `not-a-number` or `too-fine`. */
export function parseRatio(text: string): Ratio {
  const point = text.indexOf('.');
  const scale = point === -1 ? 0 : Math.min(text.length - point - 1, MAX_SCALE);
  return { numerator: parseScaled(text, scale, 'ratio'), scale };
}

/** The numerator of the ratio over 10^scale, for a scale at least its own. */
export function numeratorAt(ratio: Ratio, scale: number): bigint {
  return ratio.numerator * 10n ** BigInt(scale - ratio.scale);
}

/** Prints the ratio exactly, without trailing zeros. */
export function formatRatio(ratio: Ratio): string {
  return formatScaled(ratio.numerator, ratio.scale);
}
