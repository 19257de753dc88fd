import { JournalError } from './journal-error.js';

const HEX_DIGITS = new TextEncoder().encode('0123456789abcdef');
const ascii = new TextDecoder('latin1');

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  // A text put together digit by digit has to be flattened later, which takes ten times as long.
  return ascii.decode(hexDigits(bytes));
}

/** {@link toHex} as ASCII, two digits for each byte. */
export function hexDigits(bytes: Uint8Array): Uint8Array {
  const digits = new Uint8Array(2 * bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    digits[2 * at] = HEX_DIGITS[byte >> 4] as number;
    digits[2 * at + 1] = HEX_DIGITS[byte & 15] as number;
  }
  return digits;
}

/** The bytes of lower-case hexadecimal. Throws `bad-entry`. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text))
    throw new JournalError('bad-entry', `'${text.slice(0, 80)}' is not lower-case hexadecimal`);
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** RFC 4648 base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const characters = Math.min(4, bytes.length - at + 1);
    for (let index = 0; index < characters; index += 1)
      text += alphabet[(group >> (18 - 6 * index)) & 63] ?? '';
  }
  return text;
}

/** The bytes of unpadded base64url in its one canonical spelling. Throws `bad-entry`. */
export function fromBase64Url(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let buffer = 0;
  let bits = 0;
  let out = 0;
  for (const character of text) {
    buffer = ((buffer << 6) | Math.max(0, alphabet.indexOf(character))) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[out] = (buffer >> bits) & 0xff;
    out += 1;
  }
  // Writing it again catches foreign characters, impossible lengths and stray low bits at once.
  if (toBase64Url(bytes) !== text)
    throw new JournalError('bad-entry', `'${text.slice(0, 80)}' is not base64url without padding`);
  return bytes;
}
