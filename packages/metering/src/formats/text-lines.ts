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

/** Bytes as text: UTF-8, or Windows-1252 where that is no UTF-8 (old exports of spreadsheets). */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
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
