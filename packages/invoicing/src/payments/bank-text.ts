/** Letters that have no plain letter inside. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  ł: 'l',
  Ł: 'L',
  þ: 'th',
  Þ: 'TH',
  ı: 'i',
  '&': '+',
  '–': '-',
  '—': '-',
  '’': "'",
  '‘': "'",
  '“': "'",
  '”': "'",
  '"': "'",
  _: '-',
  ';': ',',
  ª: 'a',
  º: 'o',
};

/** The characters that every bank of the SEPA schemes takes (EPC217-08, section 6.1). */
const PLAIN = /^[A-Za-z0-9/\-?:().,'+ ]*$/;

/**
 * A text in the characters that every bank takes: accents are dropped, some signs replaced; nothing
 * if a character remains that has no such form.
 */
export function bankText(text: string): string | undefined {
  const plain = Array.from(text.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC'))
    .map((character) => LETTERS[character] ?? character)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
  return PLAIN.test(plain) ? plain : undefined;
}

/**
 * What is wrong with an identifier that goes through banks; nothing when it is right: 1 to 35 plain
 * characters, no slash at either end and no two in a row (EPC217-08), no space at either end.
 */
export function bankIdFault(id: string): string | undefined {
  const right =
    id.length >= 1 &&
    id.length <= 35 &&
    PLAIN.test(id) &&
    id === id.trim() &&
    !id.startsWith('/') &&
    !id.endsWith('/') &&
    !id.includes('//');
  return right
    ? undefined
    : "expected 1 to 35 letters, digits or / - ? : ( ) . , ' + and spaces inside, no slash at an end or twice";
}
