import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareIds, formatKilowattHours, parseKilowattHours } from '@microgrid/units';
import { CSV_HEADER } from '@microgrid/metering';

/** With more lines in doubt than this the two copies are not mixed: 2^n mixtures would be tried. */
const MOST_DOUBTFUL_LINES = 12;
const MWH_PER_WATT_HOUR = 1000;
const COLUMNS = ['start', 'end', 'metering_point', 'quality', 'import_kwh', 'export_kwh'] as const;

/**
 * The readings as the statements repeat them, in canonical form: the second copy that shows what a
 * changed readings file said. `undefined` when the statements do not hold them.
 */
export function readingsOfStatements(
  directory: string,
  statements: readonly string[],
): string | undefined {
  const rows: string[] = [];
  try {
    for (const path of statements) {
      const [header = '', ...lines] = readFileSync(join(directory, path), 'utf8').split('\n');
      const names = header.split(',');
      const positions = COLUMNS.map((name) => names.indexOf(name));
      if (positions.includes(-1)) return undefined;
      for (const line of lines) {
        if (line === '') continue;
        const fields = line.split(',');
        const [start, end, point, quality, imported, exported] = positions.map(
          (position) => fields[position] ?? '',
        ) as [string, string, string, string, string, string];
        rows.push([point, start, end, kWh(imported), kWh(exported), quality].join(','));
      }
    }
  } catch {
    return undefined;
  }
  return [CSV_HEADER, ...sortedLines(rows).map(({ text }) => text), ''].join('\n');
}

/** The canonical spelling; a text that is no energy stays as it is and will be found. */
function kWh(text: string): string {
  try {
    const mwh = parseKilowattHours(text);
    return formatKilowattHours(mwh, mwh % MWH_PER_WATT_HOUR === 0 ? 3 : 6);
  } catch {
    return text;
  }
}

/** A line with what it is sorted by. */
interface SortedLine {
  readonly text: string;
  readonly start: string;
  readonly point: string;
}

function sortedLines(texts: Iterable<string>): SortedLine[] {
  const lines = Array.from(texts, (text) => {
    const [point = '', start = ''] = text.split(',', 2);
    return { text, start, point };
  });
  return lines.sort(byStartThenPoint);
}

function byStartThenPoint(a: SortedLine, b: SortedLine): number {
  return compareIds(a.start, b.start) || compareIds(a.point, b.point);
}

/**
 * Mixes two damaged copies: lines they agree on, and some of the lines that only one has, until the
 * mixture has the length and the hash the manifest names. `undefined` when none has.
 */
export function mixedReadings(
  a: string,
  b: string,
  wanted: { readonly bytes: unknown; readonly sha256: unknown },
): string | undefined {
  const [linesA, linesB] = [a, b].map((text) => new Set(text.split('\n').slice(1))) as [
    Set<string>,
    Set<string>,
  ];
  const agreed = sortedLines([...linesA].filter((line) => line !== '' && linesB.has(line)));
  const doubtful = sortedLines(
    [...linesA, ...linesB].filter((line) => !(linesA.has(line) && linesB.has(line))),
  );
  if (doubtful.length > MOST_DOUBTFUL_LINES) return undefined;
  const length = (lines: readonly SortedLine[]): number =>
    lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0);
  const agreedLength = CSV_HEADER.length + 1 + length(agreed);
  for (let choice = 0; choice < 2 ** doubtful.length; choice++) {
    const chosen = doubtful.filter((_, bit) => (choice >> bit) & 1);
    if (agreedLength + length(chosen) !== wanted.bytes) continue;
    const lines = [...agreed, ...chosen].sort(byStartThenPoint);
    const text = [CSV_HEADER, ...lines.map((line) => line.text), ''].join('\n');
    if (createHash('sha256').update(text).digest('hex') === wanted.sha256) return text;
  }
  return undefined;
}
