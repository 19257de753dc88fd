const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text that means itself in HTML and SVG. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** A share of a whole as text with one decimal; nothing of nothing is a dash. */
export function percent(part: bigint, whole: bigint): string {
  if (whole === 0n) return '–';
  const tenths = (part * 1000n + whole / 2n) / whole;
  return `${tenths / 10n}.${tenths % 10n} %`;
}

/** A share of a width, with two decimals: enough for any screen, and the same on every machine. */
export function portion(part: bigint, whole: bigint, width: number): string {
  if (whole === 0n) return '0';
  return (Number((part * BigInt(width) * 100n) / whole) / 100).toString();
}
