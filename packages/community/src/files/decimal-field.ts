import { numeratorAt, parseRatio } from '@microgrid/units';

/**
 * A decimal of a file as a numerator over 10^scale, or nothing where the text is none or is finer. Both
 * the point and the comma are decimal signs; digits are not grouped.
 */
export function decimalNumerator(text: string, scale: number): bigint | undefined {
  if (!/^-?\d+(?:[.,]\d+)?$/.test(text)) return undefined;
  const ratio = trimmed(text.replace(',', '.'));
  return ratio.scale > scale ? undefined : numeratorAt(ratio, scale);
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
