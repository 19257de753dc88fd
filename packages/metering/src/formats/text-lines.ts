/** One line of a text, without its end. */
export interface TextLine {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Lines of a text; LF, CR LF and CR end them, a byte order mark is dropped. */
export function* textLines(text: string): Generator<TextLine> {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  let line = 0;
  for (const each of body.split(/\r\n|\n|\r/)) yield { text: each, line: ++line };
}

/** The encoding that a byte order mark names; `utf-8` where it is a UTF-8 one, undefined without one. */
function markedEncoding(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined;
}

/**
 * Bytes as text: UTF-16 where a byte order mark says so (the "Unicode text" of spreadsheets), UTF-8, or
 * Windows-1252 where that is no UTF-8 (old exports of spreadsheets).
 */
export function textOf(bytes: Uint8Array): string {
  const marked = markedEncoding(bytes);
  try {
    const encoding = marked ?? 'utf-8';
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Bytes as they are, or as UTF-8 where a byte order mark says that they are UTF-16. */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  const marked = markedEncoding(bytes);
  return marked === 'utf-16le' || marked === 'utf-16be'
    ? new TextEncoder().encode(textOf(bytes))
    : bytes;
}

/** The beginning of a file for telling its format: each byte a character, after any byte order mark. */
export function headText(bytes: Uint8Array, length: number): string {
  const head = bytes.subarray(0, length);
  const marked = markedEncoding(head);
  if (marked === 'utf-16le' || marked === 'utf-16be') return new TextDecoder(marked).decode(head);
  return String.fromCharCode(...head.subarray(marked === 'utf-8' ? 3 : 0));
}

/** Fields of a separated line; fields may stand in double quotes, doubled inside. */
export function splitFields(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((field) => field.trim());
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (char === '"') {
      if (quoted && line[at + 1] === '"') field += line[++at] ?? '';
      else quoted = !quoted;
    } else if (char === separator && !quoted) {
      fields.push(field.trim());
      field = '';
    } else field += char;
  }
  fields.push(field.trim());
  return fields;
}
