import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareIds, formatKilowattHours, parseKilowattHours } from '@microgrid/units';
import { CSV_HEADER } from '@microgrid/metering';

/** With more lines in doubt than this the two copies are not mixed: 2^n mixtures would be tried. */
const MOST_DOUBTFUL_LINES = 10;
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
  const rows: { start: string; point: string; text: string }[] = [];
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
        // A point that takes no part may have no reading: the statement shows zeros.
        if (quality === 'missing') continue;
        const text = [point, start, end, kWh(imported), kWh(exported), quality].join(',');
        rows.push({ start, point, text });
      }
    }
  } catch {
    return undefined;
  }
  rows.sort((a, b) => compareIds(a.start, b.start) || compareIds(a.point, b.point));
  return [CSV_HEADER, ...rows.map(({ text }) => text), ''].join('\n');
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

/**
 * Mixes two damaged copies line by line until the mixture has the hash the manifest names.
 * `undefined` when none has.
 */
export function mixedReadings(a: string, b: string, sha256: string): string | undefined {
  const linesA = a.split('\n');
  const linesB = b.split('\n');
  if (linesA.length !== linesB.length) return undefined;
  const doubtful = linesA.flatMap((line, index) => (line === linesB[index] ? [] : [index]));
  if (doubtful.length > MOST_DOUBTFUL_LINES) return undefined;
  for (let choice = 0; choice < 2 ** doubtful.length; choice++) {
    const mixture = linesA.slice();
    doubtful.forEach((index, bit) => {
      if ((choice >> bit) & 1) mixture[index] = linesB[index] as string;
    });
    const text = mixture.join('\n');
    if (createHash('sha256').update(text).digest('hex') === sha256) return text;
  }
  return undefined;
}
