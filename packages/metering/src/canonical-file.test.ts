import fc from 'fast-check';
import { gridCsvChunks, intervalGrid, readCanonicalCsv } from './index.js';

const HEADER = 'metering_point,start,end,import_kwh,export_kwh,quality';
const START = Date.UTC(2026, 5, 21);
const HOUR = 3_600_000;
const POINTS = ['a', 'b', 'c'];
const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

function rowText(point: string, hour: number, rest: string): string {
  return `${point},${instant(START + hour * HOUR)},${instant(START + (hour + 1) * HOUR)},${rest}`;
}

/** Two hours of three points. */
const ROWS = [0, 1].flatMap((hour) =>
  POINTS.map((point, index) => rowText(point, hour, `${hour}.25${index},0.000100,measured`)),
);

function gridOf(text: string): { readonly canonical: boolean; readonly written: string } {
  const columns = readCanonicalCsv(new TextEncoder().encode(text), { file: 'f.csv' });
  const grid = intervalGrid(columns, {
    points: POINTS,
    startMs: START,
    endMs: START + 2 * HOUR,
    resolutionMs: HOUR,
  });
  const written = [...gridCsvChunks(grid)].map((piece) => new TextDecoder().decode(piece)).join('');
  return { canonical: grid.canonicalFile === true, written };
}

const file = (rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

describe('a file in canonical form', () => {
  it('is known as such, so that its bytes need not be made again', () => {
    expect(gridOf(file(ROWS))).toEqual({ canonical: true, written: file(ROWS) });
  });

  it.each([
    ['rows in another order', file([ROWS[1], ROWS[0], ...ROWS.slice(2)] as string[])],
    ['a row outside the period', file([...ROWS, rowText('a', 2, '0.000,0.000,measured')])],
    ['fewer decimals', file(ROWS).replace('0.250', '0.25')],
    ['more decimals than needed', file(ROWS).replace('0.250', '0.250000')],
    ['four decimals', file(ROWS).replace('0.000100', '0.0001')],
    ['no decimals', file(ROWS).replace('0.250', '0')],
    ['CR LF', file(ROWS).replaceAll('\n', '\r\n')],
    ['CR LF in one row', file(ROWS).replace('measured\n', 'measured\r\n')],
    ['CR LF in the last row', file(ROWS).replace(/\n$/, '\r\n')],
    ['CR LF after the header', file(ROWS).replace('\n', '\r\n')],
    ['no line feed at the end', file(ROWS).slice(0, -1)],
    ['a byte order mark', `\ufeff${file(ROWS)}`],
  ])('is not one with %s', (_, text) => {
    const { canonical, written } = gridOf(text);
    expect(canonical).toBe(false);
    expect(written).not.toBe(text);
  });

  it('is only one whose bytes are those of the grid', () => {
    let told = 0;
    const spelling = fc.constantFrom(
      '0',
      '0.5',
      '0.500',
      '0.0001',
      '0.000100',
      '0.100000',
      '1.000',
    );
    const quality = fc.constantFrom('measured', 'estimated', 'substituted');
    const end = fc.constantFrom('\n', '\n', '\n', '\n', '\r\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(spelling, spelling, quality, end), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        (cells, reversed) => {
          const rows = cells.map(
            ([imported, exported, name, lf], index) =>
              `${rowText(POINTS[index % 3] as string, Math.floor(index / 3), `${imported},${exported},${name}`)}${lf}`,
          );
          const text = `${HEADER}\n${(reversed ? rows.reverse() : rows).join('')}`;
          const { canonical, written } = gridOf(text);
          expect(canonical).toBe(written === text);
          told += canonical ? 1 : 0;
        },
      ),
      // The smallest canonical file first, so that the property is never vacuous.
      {
        numRuns: 300,
        examples: [[Array.from({ length: 6 }, () => ['0.500', '1.000', 'estimated', '\n']), false]],
      },
    );
    expect(told).toBeGreaterThan(0);
  });
});
