const LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/**
 * Why a text is no CUPS, the 22 characters that name a Spanish supply point; nothing where it is one.
 * `ES`, 16 digits, two control letters (the digits modulo 529, as quotient and remainder by 23), a
 * digit and the letter of the kind of point.
 */
export function cupsFault(text: string): string | undefined {
  const match = /^ES(\d{16})([A-Z]{2})\d[A-Z]$/.exec(text);
  if (match === null) {
    return 'a CUPS of 22 characters: ES, 16 digits, 2 control letters, a digit and a letter';
  }
  const rest = Number(BigInt(match[1] ?? '0') % 529n);
  const control = LETTERS.charAt(Math.floor(rest / 23)) + LETTERS.charAt(rest % 23);
  return match[2] === control ? undefined : `a CUPS whose control letters are ${control}`;
}

/** Whether a text has the form of a CAU, the code of a Spanish self-consumption: a CUPS, `A` and 3 digits. */
export function isCau(text: string): boolean {
  return /^ES\d{16}[A-Z]{2}\d[A-Z]A\d{3}$/.test(text);
}
