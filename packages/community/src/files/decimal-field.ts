import { numeratorAt, parseRatio } from '@microgrid/units';

/**
 * A decimal of a file as a numerator over 10^scale, or nothing where the text is none or is finer. Both
 * the point and the comma are decimal signs; digits are not grouped.
 */
export function decimalNumerator(text: string, scale: number): bigint | undefined {
  if (!/^-?\d+(?:[.,]\d+)?$/.test(text)) return undefined;
  const quick = shortNumerator(text, scale);
  if (quick !== undefined) return quick;
  const ratio = trimmed(text.replace(',', '.'));
  return ratio.scale > scale ? undefined : numeratorAt(ratio, scale);
}

/** Most texts are short enough for whole numbers below 2^53. */
function shortNumerator(text: string, scale: number): bigint | undefined {
  const sign = text.search(/[.,]/);
  const decimals = sign === -1 ? 0 : text.length - sign - 1;
  const digits = sign === -1 ? text : text.slice(0, sign) + text.slice(sign + 1);
  if (decimals > scale || digits.length + scale - decimals > 15) return undefined;
  return BigInt(Number(digits) * 10 ** (scale - decimals));
}

function trimmed(text: string): ReturnType<typeof parseRatio> {
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  try {
    return parseRatio(short);
  } catch {
    // Finer than any ratio may be.
    return { numerator: 0n, scale: Infinity };
  }
}
