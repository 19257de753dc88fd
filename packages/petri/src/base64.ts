const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const codes = Uint8Array.from(alphabet, (character) => character.charCodeAt(0));
const PADDING = '='.charCodeAt(0);

const digits = new Map(Array.from(alphabet, (character, value) => [character, value]));

/** RFC 4648 base64 with padding. Written here because this package uses no host library. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  let out = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text[out] = codes[group >> 18] ?? 0;
    text[out + 1] = codes[(group >> 12) & 63] ?? 0;
    text[out + 2] = left > 1 ? (codes[(group >> 6) & 63] ?? 0) : PADDING;
    text[out + 3] = left > 2 ? (codes[group & 63] ?? 0) : PADDING;
    out += 4;
  }
  return new TextDecoder().decode(text);
}

/** The bytes, or `undefined` for text that is not the one canonical spelling. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const body = text.slice(0, text.length - padding);
  let buffer = 0;
  let bits = 0;
  let out = 0;
  for (const character of body) {
    const value = digits.get(character);
    if (value === undefined) return undefined;
    buffer = ((buffer << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[out] = (buffer >> bits) & 0xff;
      out += 1;
    }
  }
  return encodeBase64(bytes) === text ? bytes : undefined;
}
