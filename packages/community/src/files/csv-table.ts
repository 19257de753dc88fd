import { csvRows, csvSeparator, type CsvSeparator } from './csv-rows.js';
import type { FileProblems } from './file-problem.js';

/** A column of a table: the headers that name it, the first of them the one that is written. */
export interface CsvColumn {
  readonly headers: readonly string[];
  readonly required: boolean;
}

/** A row by column. */
export interface CsvRow<Name extends string> {
  readonly line: number;
  readonly fields: Readonly<Record<Name, string>>;
}

/** A header without what people write differently: case, accents, punctuation. */
export function headerForm(header: string): string {
  return header
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/**
 * The rows of a table whose first line names its columns; columns may stand in any order and others
 * may stand beside them. A missing optional column gives an empty text.
 */
export function* csvTable<Name extends string>(
  text: string,
  columns: Readonly<Record<Name, CsvColumn>>,
  problems: FileProblems,
  separator: CsvSeparator = csvSeparator(text),
): Generator<CsvRow<Name>> {
  const rows = csvRows(text, separator);
  const first = rows.next();
  const names = Object.keys(columns) as Name[];
  if (first.done === true) {
    problems.error(
      1,
      '',
      '',
      `a header line with ${names.map((name) => columns[name].headers[0]).join(separator)}`,
    );
    return;
  }
  const { fields: header, line } = first.value;
  const places = columnPlaces(header, line, columns, problems);
  if (!problems.clean) return;
  for (const row of rows) {
    if (row.fields.length !== header.length) {
      const expected = `${header.length} fields separated by ${JSON.stringify(separator)}, as in the header`;
      problems.error(row.line, '', row.fields.join(separator), expected);
      continue;
    }
    const fields = Object.fromEntries(
      names.map((name) => [name, row.fields[places[name]] ?? '']),
    ) as Record<Name, string>;
    yield { line: row.line, fields };
  }
}

/** Where each column stands; -1 where an optional one does not. */
function columnPlaces<Name extends string>(
  header: readonly string[],
  line: number,
  columns: Readonly<Record<Name, CsvColumn>>,
  problems: FileProblems,
): Record<Name, number> {
  const forms = header.map(headerForm);
  const places: Partial<Record<Name, number>> = {};
  for (const name of Object.keys(columns) as Name[]) {
    const { headers, required } = columns[name];
    const known = new Set(headers.map(headerForm));
    const found = forms.flatMap((form, place) => (known.has(form) ? [place] : []));
    places[name] = found[0] ?? -1;
    if (found.length > 1) {
      problems.error(line, name, header[found[1] ?? 0], `one column for ${name}, there are two`);
    }
    if (required && found.length === 0) {
      problems.error(line, name, header.join(' | '), `a column ${headers.join(' or ')}`);
    }
  }
  return places as Record<Name, number>;
}
