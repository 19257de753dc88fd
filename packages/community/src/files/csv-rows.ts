/** Separators of the CSV files that operators exchange. */
export const CSV_SEPARATORS = [';', ',', '\t'] as const;
/** One of {@link CSV_SEPARATORS}. */
export type CsvSeparator = (typeof CSV_SEPARATORS)[number];

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The rows of a CSV text with their lines, from 1: quotes as in RFC 4180, LF or CRLF, a byte order mark
 * at the start and empty lines passed over.
 */
export function* csvRows(
  text: string,
  separator: CsvSeparator,
): Generator<{ readonly fields: readonly string[]; readonly line: number }> {
  const start = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  let line = 1;
  let at = start;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const row = text.slice(at, end).replace(/\r$/, '');
    if (row.includes('"')) {
      const quoted = quotedRow(text, at, separator);
      yield { fields: quoted.fields, line };
      line += quoted.lines;
      at = quoted.end;
      continue;
    }
    if (row.trim() !== '') yield { fields: split(row, separator), line };
    line++;
    at = end + 1;
  }
}

/** The fields of a row without quotes; only a row with spaces or tabs needs its fields trimmed. */
function split(row: string, separator: CsvSeparator): string[] {
  const fields = row.split(separator);
  return /\s/.test(row) ? fields.map((field) => field.trim()) : fields;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** A row with quoted fields, which may hold separators, line ends and doubled quotes. */
function quotedRow(
  text: string,
  from: number,
  separator: CsvSeparator,
): { fields: string[]; end: number; lines: number } {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let lines = 1;
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === '\n') lines++;
      if (character !== '"') field += character;
      else if (text.charAt(at + 1) === '"') field += text.charAt(at++);
      else quoted = false;
    } else if (character === '"' && field.trim() === '') {
      quoted = true;
      field = '';
    } else if (character === separator) {
      fields.push(field.trim());
      field = '';
    } else if (character === '\n') break;
    else field += character;
  }
  fields.push(field.trim());
  return { fields, end: at + 1, lines };
}

/** The separator that the first line has most of; `;` where it has none. */
export function csvSeparator(text: string): CsvSeparator {
  const first = text.slice(0, lineEnd(text, 0));
  const counts = CSV_SEPARATORS.map((separator) => first.split(separator).length);
  return CSV_SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ';';
}
