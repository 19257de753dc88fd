import fc from 'fast-check';
import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, formatKilowattHours } from '@microgrid/units';
import {
  CSV_HEADER,
  CsvReader,
  isMeteringError,
  readCanonicalCsv,
  safeReadCanonicalCsv,
  writeCanonicalCsv,
  type Columns,
  type MeteringError,
} from './index.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const encoder = new TextEncoder();
const GOOD = 'home-01,2026-06-21T10:00:00Z,2026-06-21T10:15:00Z,0.100,0.000,measured';

function read(text: string): Columns {
  return readCanonicalCsv(encoder.encode(text), { file: 'readings.csv' });
}

function errorOf(text: string): MeteringError {
  const result = safeReadCanonicalCsv(encoder.encode(text), { file: 'readings.csv' });
  if (result.success) throw new Error(`accepted ${text}`);
  return result.error;
}

/** Rows as values, independent of the dictionary's order. */
function values(columns: Columns): unknown[] {
  return Array.from({ length: columns.rows }, (_, row) => [
    columns.points[columns.point[row] as number],
    columns.startMs[row],
    columns.endMs[row],
    columns.importMilliwattHours[row],
    columns.exportMilliwattHours[row],
    columns.quality[row],
  ]);
}

const energy = fc.oneof(
  fc.nat(5_000_000),
  fc.nat(5000).map((wattHours) => wattHours * 1000),
  fc.maxSafeNat(),
);
const row = fc.record({
  point: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,20}$/),
  startMs: fc
    .oneof(
      fc.integer({ min: -62_000_000_000, max: 253_000_000_000 }),
      fc.integer({ min: 1_700_000, max: 1_900_000 }).map((n) => n * 1000),
    )
    .map((seconds) => seconds * 1000),
  milliseconds: fc.constantFrom(0, 0, 0, 250),
  minutes: fc.constantFrom(1, 5, 10, 15, 30, 60),
  imported: energy,
  exported: energy,
  quality: fc.constantFrom(...INTERVAL_QUALITIES, 'measured', 'measured'),
});

function line(r: typeof row extends fc.Arbitrary<infer T> ? T : never): string {
  const startMs = r.startMs + r.milliseconds;
  const kWh = (mwh: number): string => (r.quality === 'missing' ? '' : formatKilowattHours(mwh));
  return [
    r.point,
    formatInstant(startMs),
    formatInstant(startMs + r.minutes * 60_000),
    kWh(r.imported),
    kWh(r.exported),
    r.quality,
  ].join(',');
}

describe('the canonical readings CSV', () => {
  it('reads every field exactly', () => {
    const columns = read(
      `${CSV_HEADER}\nhome-02,2016-02-29T23:30:00Z,2016-03-01T00:30:00Z,2.276,0.000001,measured\nhome-01,2016-02-29T23:30:00Z,2016-03-01T00:30:00Z,,,missing\n`,
    );
    expect(columns.points).toEqual(['home-02', 'home-01']);
    expect(values(columns)).toEqual([
      ['home-02', Date.UTC(2016, 1, 29, 23, 30), Date.UTC(2016, 2, 1, 0, 30), 2_276_000, 1, 0],
      ['home-01', Date.UTC(2016, 1, 29, 23, 30), Date.UTC(2016, 2, 1, 0, 30), NaN, NaN, 4],
    ]);
    expect(Array.from(columns.line)).toEqual([2, 3]);
  });

  it('means the same with CR LF, without a last line end and after a byte order mark', () => {
    const plain = values(read(`${CSV_HEADER}\n${GOOD}\n${GOOD}\n`));
    expect(values(read(`${CSV_HEADER}\r\n${GOOD}\r\n${GOOD}\r\n`))).toEqual(plain);
    expect(values(read(`${CSV_HEADER}\n${GOOD}\n${GOOD}`))).toEqual(plain);
    expect(values(read(`\ufeff${CSV_HEADER}\n${GOOD}\n${GOOD}\n`))).toEqual(plain);
  });

  it('reads what it wrote, and writes one spelling, whatever the rows and their order', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const columns = read(`${CSV_HEADER}\n${rows.map((r) => `${line(r)}\n`).join('')}`);
        expect(columns.rows).toBe(rows.length);
        const written = writeCanonicalCsv(columns);
        const again = readCanonicalCsv(written, { file: 'again' });
        expect(writeCanonicalCsv(again)).toEqual(written);
        const sorted = (list: unknown[]): unknown[] => list.map((v) => JSON.stringify(v)).sort();
        expect(sorted(values(again))).toEqual(sorted(values(columns)));
      }),
      { numRuns: 300 * SCALE },
    );
  });

  it('means the same in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.integer({ min: 1, max: 400 }),
        (rows, size) => {
          const bytes = encoder.encode(`${CSV_HEADER}\n${rows.map(line).join('\r\n')}`);
          const reader = new CsvReader({ file: 'pieces' });
          for (let at = 0; at < bytes.length; at += size)
            reader.push(bytes.subarray(at, at + size));
          expect(values(reader.end())).toEqual(values(readCanonicalCsv(bytes, { file: 'whole' })));
        },
      ),
      { numRuns: 300 * SCALE },
    );
  });

  it('never reads a changed byte as something no careful reader would', () => {
    // One byte replaced anywhere: either refused by name, or accepted and then spelled back.
    const others = ['corrected', 'substituted', 'estimated'].map((quality) =>
      GOOD.replace('measured', quality),
    );
    const rows = [GOOD, GOOD.replace('0.100', '12.345678'), ...others, GOOD];
    const text = `${CSV_HEADER}\n${rows.join('\n')}\n`;
    const bytes = encoder.encode(text);
    let refused = 0;
    let accepted = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [
        0x00, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x5a, 0xff,
      ]) {
        const changed = bytes.slice();
        if (changed[at] === value) continue;
        changed[at] = value;
        const result = safeReadCanonicalCsv(changed, { file: 'f.csv' });
        if (!result.success) {
          refused++;
          expect(result.error.problem.line).toBeGreaterThan(0);
          continue;
        }
        accepted++;
        const lines = new TextDecoder()
          .decode(changed)
          .split(/\r?\n/)
          .slice(1)
          .filter((l) => l !== '');
        const spelled = lines.map((l) => {
          const [point, start, end, imported, exported, quality] = l.split(',');
          return [
            point,
            Date.parse(start ?? ''),
            Date.parse(end ?? ''),
            Math.round(Number(imported) * 1e6),
            Math.round(Number(exported) * 1e6),
            INTERVAL_QUALITIES.findIndex((name) => name === quality),
          ];
        });
        expect(values(result.data)).toEqual(spelled);
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(accepted).toBeGreaterThan(50);
  });

  it.each([
    ['an empty file', '', 'bad-header', 1, 'column 1', 'an empty line'],
    ['another header', 'metering_point,start,end\n', 'bad-header', 1, 'column 4', CSV_HEADER],
    [
      'a column too many in the header',
      `${CSV_HEADER},x\n`,
      'bad-header',
      1,
      'column 7',
      CSV_HEADER,
    ],
    ['a blank line', `${CSV_HEADER}\n${GOOD}\n\n`, 'malformed-row', 3, '', 'an empty line'],
    [
      'too few fields',
      `${CSV_HEADER}\nhome-01,2026-06-21T10:00:00Z\n`,
      'malformed-row',
      2,
      'end',
      '6 fields',
    ],
    ['too many fields', `${CSV_HEADER}\n${GOOD},x\n`, 'malformed-row', 2, '', '7 fields'],
    [
      'a quoted id',
      `${CSV_HEADER}\n"${GOOD.replace(',', '",')}\n`,
      'malformed-row',
      2,
      'metering_point',
      'an id',
    ],
    [
      'a day that does not exist',
      `${CSV_HEADER}\n${GOOD.replace('06-21T10:00', '02-30T10:00')}\n`,
      'malformed-row',
      2,
      'start',
      '2026-02-30',
    ],
    [
      'a local time',
      `${CSV_HEADER}\n${GOOD.replace('10:00:00Z', '10:00:00+01:00')}\n`,
      'malformed-row',
      2,
      'start',
      'UTC instant',
    ],
    [
      'an end before the start',
      `${CSV_HEADER}\n${GOOD.replace('10:15', '09:45')}\n`,
      'wrong-resolution',
      2,
      'end',
      '60 minutes after the start',
    ],
    [
      'negative energy',
      `${CSV_HEADER}\n${GOOD.replace('0.100', '-0.100')}\n`,
      'negative-energy',
      2,
      'import_kwh',
      '"-0.100"',
    ],
    [
      'a decimal comma',
      `${CSV_HEADER}\n${GOOD.replace('0.100', '"0,100"')}\n`,
      'malformed-row',
      2,
      '',
      '7 fields',
    ],
    [
      'a float',
      `${CSV_HEADER}\n${GOOD.replace('0.100', '1e3')}\n`,
      'malformed-row',
      2,
      'import_kwh',
      '"1e3"',
    ],
    [
      'an empty energy',
      `${CSV_HEADER}\n${GOOD.replace('0.000', '')}\n`,
      'malformed-row',
      2,
      'export_kwh',
      '""',
    ],
    [
      'energy finer than 1 mWh',
      `${CSV_HEADER}\n${GOOD.replace('0.100', '0.1000001')}\n`,
      'malformed-row',
      2,
      'import_kwh',
      'at most 6 decimals',
    ],
    [
      'energy past the safe integers',
      `${CSV_HEADER}\n${GOOD.replace('0.100', '9007199254.740992')}\n`,
      'malformed-row',
      2,
      'import_kwh',
      '9007199254.740992',
    ],
    [
      'an unknown quality',
      `${CSV_HEADER}\n${GOOD.replace('measured', 'guessed')}\n`,
      'malformed-row',
      2,
      'quality',
      'measured, corrected',
    ],
    [
      'energy where it is missing',
      `${CSV_HEADER}\n${GOOD.replace('measured', 'missing')}\n`,
      'malformed-row',
      2,
      'import_kwh',
      'no energy',
    ],
    [
      'a line without end',
      `${CSV_HEADER}\n${'x'.repeat(5000)}`,
      'malformed-row',
      2,
      undefined,
      'at most 1000 bytes',
    ],
    [
      'bytes that are no UTF-8',
      `${CSV_HEADER}\nhome\udcff${GOOD}\n`,
      'malformed-row',
      2,
      'metering_point',
      'an id',
    ],
  ])(
    'refuses %s by line, column, value and expectation',
    (_, text, code, lineNumber, column, words) => {
      const error = errorOf(text);
      expect(isMeteringError(error)).toBe(true);
      expect(error.code).toBe(code);
      expect(error.problem).toMatchObject({ file: 'readings.csv', line: lineNumber });
      expect(error.problem.column).toBe(column);
      expect(error.message).toContain(`readings.csv:${lineNumber}`);
      expect(error.message).toContain(words);
    },
  );

  it('names line 70,000 of a file that is right up to there', () => {
    const lines = Array.from({ length: 70_100 }, (_, index) =>
      GOOD.replace('home-01', `home-${index % 12}`),
    );
    lines[69_998] = lines[69_998]?.replace('0.100', '0.1x0') ?? '';
    const error = errorOf([CSV_HEADER, ...lines].join('\n'));
    expect(error.message).toMatch(
      /^readings\.csv:70000: import_kwh: got "0\.1x0", expected kWh of 0 or more/,
    );
  });

  it('keeps ids apart that a hash may not', () => {
    const ids = Array.from({ length: 5000 }, (_, index) => `p${index * 7919}`);
    const text = [
      CSV_HEADER,
      ...[...ids, ...ids.toReversed()].map((id) => GOOD.replace('home-01', id)),
    ].join('\n');
    const columns = read(text);
    expect(columns.points).toEqual(ids);
    expect(values(columns).map((v) => (v as unknown[])[0])).toEqual([...ids, ...ids.toReversed()]);
  });
});
