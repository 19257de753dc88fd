import fc from 'fast-check';
import {
  canonicalGrid,
  CanonicalGridReader,
  CSV_HEADER,
  intervalGrid,
  readCanonicalCsv,
  type IntervalGrid,
} from './index.js';
import { isMeteringError } from './metering-error.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const START = Date.UTC(2026, 5, 21);
const HOUR = 3_600_000;
const HOURS = 3;
/** One whose validity ends after an hour, and one that begins with the last. */
const POINTS = [
  { id: 'a' },
  { id: 'B', toMs: START + HOUR },
  { id: 'c-17', fromMs: START + 2 * HOUR },
];
const SPAN = { points: POINTS, startMs: START, endMs: START + HOURS * HOUR, resolutionMs: HOUR };
const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The careful way; undefined unless the bytes are in canonical form. */
function carefully(rows: string): IntervalGrid | undefined {
  try {
    const columns = readCanonicalCsv(bytes(`${CSV_HEADER}\n${rows}`), { file: 'f.csv' });
    const grid = intervalGrid(columns, SPAN);
    return grid.canonicalFile === true ? grid : undefined;
  } catch (error) {
    if (isMeteringError(error)) return undefined;
    throw error;
  }
}

const energy = fc.oneof(
  fc.integer({ min: 0, max: 999_999 }).map((wh) => (wh / 1000).toFixed(3)),
  fc.integer({ min: 0, max: 2 ** 40 }).map((mwh) => (mwh / 1e6).toFixed(mwh % 1000 === 0 ? 3 : 6)),
);
const rest = fc
  .tuple(energy, energy, fc.constantFrom('measured', 'measured', 'corrected', 'estimated'))
  .map((fields) => fields.join(','));

/** All rows that are needed, and some that are not, in canonical form. */
const canonicalRows = fc
  .array(fc.tuple(rest, fc.boolean()), { minLength: 3 * HOURS, maxLength: 3 * HOURS })
  .map((cells) =>
    cells
      .flatMap(([text, extra], index) => {
        const [hour, point] = [
          Math.floor(index / 3),
          [...POINTS].sort((x, y) => (x.id < y.id ? -1 : 1))[index % 3],
        ];
        const needed = point?.id === 'a' || (point?.id === 'B' ? hour === 0 : hour === 2);
        if (!needed && !extra) return [];
        const at = START + hour * HOUR;
        return [`${point?.id ?? ''},${instant(at)},${instant(at + HOUR)},${text}\n`];
      })
      .join(''),
  );

test('rows in canonical form are laid out as the careful way lays them out', () => {
  fc.assert(
    fc.property(canonicalRows, (rows) => {
      const expected = carefully(rows);
      expect(expected).toBeDefined();
      expect(canonicalGrid(bytes(rows), SPAN)).toEqual(expected);
    }),
    { numRuns: 300 * scale },
  );
});

test('stretch after stretch, in the same memory or not', () => {
  const hour = (rows: string, at: number): string =>
    rows
      .split('\n')
      .filter((row) =>
        row.includes(`,${instant(START + at * HOUR)},${instant(START + (at + 1) * HOUR)}`),
      )
      .map((row) => `${row}\n`)
      .join('');
  fc.assert(
    fc.property(canonicalRows, fc.boolean(), (rows, reuseColumns) => {
      const reader = new CanonicalGridReader(SPAN, { reuseColumns });
      const spans = [
        { startMs: START, endMs: START + 2 * HOUR, text: hour(rows, 0) + hour(rows, 1) },
        { startMs: START + 2 * HOUR, endMs: START + 3 * HOUR, text: hour(rows, 2) },
        { startMs: START, endMs: START + HOUR, text: hour(rows, 0) },
      ];
      const kept = spans.map(({ text, ...span }) => {
        const grid = reader.read(bytes(text), span);
        const expected = canonicalGrid(bytes(text), { ...SPAN, ...span });
        expect(grid).toEqual(expected);
        return { grid, expected };
      });
      if (reuseColumns) return;
      for (const { grid, expected } of kept) expect(grid).toEqual(expected);
    }),
    { numRuns: 100 * scale },
  );
});

test('other bytes are taken only where the careful way finds them in canonical form too', () => {
  let refused = 0;
  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom('', ',', '\n', '\r', '0', '9', 'm', 'Z', '.', '-', 'a', 'é'),
    fc.integer({ min: 0, max: 2 }),
  );
  fc.assert(
    fc.property(canonicalRows, change, (rows, [where, text, removed]) => {
      const at = where % (rows.length + 1);
      const changed = `${rows.slice(0, at)}${text}${rows.slice(at + removed)}`;
      const grid = canonicalGrid(bytes(changed), SPAN);
      if (grid === undefined) refused++;
      else expect(grid).toEqual(carefully(changed));
    }),
    { numRuns: 2000 * scale },
  );
  expect(refused).toBeGreaterThan(1000);
});

test.each([
  ['fewer rows', (rows: string[]) => rows.slice(0, -1)],
  ['a row more', (rows: string[]) => [...rows, rows.at(-1) ?? '']],
  ['another order', (rows: string[]) => rows.toReversed()],
  ['nothing', () => []],
])('%s are not the rows of the span', (_name, change) => {
  const rows = [0, 1, 2].map(
    (hour) =>
      `a,${instant(START + hour * HOUR)},${instant(START + (hour + 1) * HOUR)},0.001,0.000,measured\n`,
  );
  const span = { ...SPAN, points: ['a'] };
  expect(canonicalGrid(bytes(rows.join('')), span)).toBeDefined();
  expect(canonicalGrid(bytes(change(rows).join('')), span)).toBeUndefined();
});
