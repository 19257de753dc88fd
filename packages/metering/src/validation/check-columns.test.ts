import { formatInstant } from '@microgrid/units';
import { readCanonicalCsv } from '../csv-reader.js';
import { checkColumns, type CheckContext } from './check-columns.js';
import { validationRule, type Finding, type ValidationRule } from './rules.js';

const QUARTER_MS = 900_000;
const T0 = Date.UTC(2026, 5, 20, 23);

/** A row of one point, `slot` quarter-hours after T0. */
function row(
  slot: number,
  imported = '0.100',
  exported = '0.000',
  point = 'a',
  minutes = 15,
): string {
  const start = T0 + slot * QUARTER_MS;
  return `${point},${formatInstant(start)},${formatInstant(start + minutes * 60_000)},${imported},${exported},measured`;
}

/** Energies that never repeat, as a house has them. */
const lively = (slot: number): string => (0.1 + ((slot * 7919) % 101) / 1000).toFixed(3);

function check(
  rows: readonly string[],
  rules: readonly unknown[],
  context: Partial<CheckContext> = {},
): readonly Finding[] {
  const text = ['metering_point,start,end,import_kwh,export_kwh,quality', ...rows].join('\n');
  const columns = readCanonicalCsv(new TextEncoder().encode(text), { file: 'f' });
  const parsed = rules.map((rule): ValidationRule => validationRule.parse(rule));
  return checkColumns(columns, parsed, { nowMs: Date.UTC(2027, 0), ...context }).findings;
}

const day = (slots = 96): string[] =>
  Array.from({ length: slots }, (_, slot) => row(slot, lively(slot)));
const spans = (findings: readonly Finding[]): [string, string, string][] =>
  findings.map(({ rule, start, end }) => [rule, start, end]);
const at = (slot: number): string => formatInstant(T0 + slot * QUARTER_MS);

const STRUCTURE = ['order', 'duplicate', 'overlap', 'resolution', 'gap'].map((rule) => ({ rule }));

test('a sound day has no finding by any rule', () => {
  const rules = [
    ...STRUCTURE,
    { rule: 'clockChange', timeZone: 'Europe/Lisbon' },
    { rule: 'dayLength', timeZone: 'Europe/Lisbon' },
    { rule: 'future', toleranceMs: 0 },
    { rule: 'negative' },
    { rule: 'aboveLimit', maximumImportWatts: 6900 },
    { rule: 'stuck' },
    { rule: 'zeroRun' },
    { rule: 'nightPv', latitudeDegrees: 38.7, longitudeDegrees: -9.1 },
    { rule: 'spike', threshold: 6 },
  ];
  expect(check(day(), rules)).toEqual([]);
});

test.each<[string, string[], [string, number, number][]]>([
  ['a hole is a gap', [...day().slice(0, 10), ...day().slice(14)], [['gap', 10, 14]]],
  ['a repeated row', [...day(4), row(3, lively(3))], [['duplicate', 3, 4]]],
  ['a contradicting row', [...day(4), row(3, '9.000')], [['overlap', 3, 4]]],
  ['an earlier row', [row(0), row(2), row(1), row(3)], [['order', 1, 2]]],
  ['another length', [...day(8), row(8, '0.1', '0', 'a', 60)], [['resolution', 8, 12]]],
  [
    'another length over rows that are there',
    [row(0, '0.1', '0', 'a', 60), ...day(8)],
    [
      ['resolution', 0, 4],
      ['overlap', 0, 4],
    ],
  ],
  [
    'rows of another length over each other',
    [
      ...day(8),
      row(8, '0.1', '0', 'a', 60),
      row(8, '0.1', '0', 'a', 60),
      row(10, '0.1', '0', 'a', 30),
    ],
    [
      ['resolution', 8, 12],
      ['resolution', 8, 12],
      ['resolution', 10, 12],
      ['duplicate', 8, 12],
      ['overlap', 10, 12],
    ],
  ],
])('%s', (_name, rows, expected) => {
  expect(spans(check(rows, STRUCTURE))).toEqual(
    expected.map(([rule, from, to]) => [rule, at(from), at(to)]),
  );
});

test('a row off the grid is told from one of another length, and shares time with two rows', () => {
  const off = row(3, '0.5').replace(at(3), formatInstant(T0 + 3.5 * QUARTER_MS));
  const rows = [...day(8), off.replace(at(4), formatInstant(T0 + 4.5 * QUARTER_MS))];
  const findings = check(rows, [{ rule: 'resolution' }, { rule: 'overlap' }]);
  expect(findings.map(({ rule, message }) => [rule, message])).toEqual([
    [
      'resolution',
      `starts ${formatInstant(T0 + 3.5 * QUARTER_MS)}, expected a whole multiple of PT15M`,
    ],
    ['overlap', `shares time with the row that starts ${at(3)}`],
  ]);
});

test('a spike of a single day does not hide itself by being the largest energy', () => {
  const rows = day().map((each, slot) => (slot === 40 ? row(40, '9.000') : each));
  expect(spans(check(rows, [{ rule: 'spike', threshold: 8 }]))).toEqual([
    ['spike', at(40), at(41)],
  ]);
});

test('intervals that are there must not add up to more than the registers, even if others lack', () => {
  const rows = [row(0, '0.400'), row(2, '0.400'), row(3, '0.000')];
  const sums = (importMilliwattHours: number): Partial<CheckContext> => ({
    sums: [{ meteringPoint: 'a', startMs: T0, endMs: T0 + 4 * QUARTER_MS, importMilliwattHours }],
  });
  const rule = { rule: 'sumCheck', toleranceMilliwattHours: 1000 };
  expect(check(rows, [rule], sums(799_000))).toEqual([]);
  expect(check(rows, [rule], sums(900_000))).toEqual([]);
  expect(check(rows, [rule], sums(798_999)).map(({ message }) => message)).toEqual([
    'import: the intervals that are there sum to 0.800 kWh, expected at most 0.798999 kWh within 0.001 kWh',
  ]);
});

test('a balance that cannot be judged says so', () => {
  const rows = ['head', 'b'].flatMap((id) => [row(0, '0.1', '0', id), row(1, '0.1', '0', id)]);
  const rule = { rule: 'balance', head: 'head', points: ['b', 'typo'] };
  expect(check(rows, [rule])).toMatchObject([
    {
      meteringPoint: 'head',
      start: at(0),
      end: at(2),
      message: 'not judged: typo has no intervals of PT15M',
    },
  ]);
});

test('a limit without a number is refused', () => {
  const result = validationRule.safeParse({ rule: 'aboveLimit' });
  expect(result.error?.issues[0]?.message).toContain('maximumImportWatts');
});

test('findings are only those of the rules asked for', () => {
  expect(check([...day(4), row(3, '9.000')], [{ rule: 'gap' }])).toEqual([]);
});

describe('the day the clock is set back', () => {
  const start = Date.UTC(2026, 9, 24, 23);
  const rows = (skip: (slot: number) => boolean, value = lively): string[] =>
    Array.from({ length: 100 }, (_, slot) => slot)
      .filter((slot) => !skip(slot))
      .map((slot) => row((start - T0) / QUARTER_MS + slot, value(slot)));
  const rules = ['clockChange', 'dayLength'].map((rule) => ({ rule, timeZone: 'Europe/Lisbon' }));

  test('with its 100 quarter-hours it is sound', () => {
    expect(
      check(
        rows(() => false),
        rules,
      ),
    ).toEqual([]);
  });

  test('delivered as 96 it is found, however it was collapsed', () => {
    for (const from of [4, 8]) {
      const found = check(
        rows((slot) => slot >= from && slot < from + 4),
        rules,
      );
      expect(found.map(({ rule }) => rule)).toEqual(['clockChange', 'dayLength']);
      expect(found[1]?.message).toContain('96 intervals on 2026-10-25, expected 100');
    }
  });

  test('a second pass that copies the first is found', () => {
    const copied = rows(
      () => false,
      (slot) => lively(slot >= 8 && slot < 12 ? slot - 4 : slot),
    );
    expect(spans(check(copied, rules))).toEqual([
      [
        'clockChange',
        formatInstant(start + 8 * QUARTER_MS),
        formatInstant(start + 12 * QUARTER_MS),
      ],
    ]);
  });
});

test('what ends after now, below zero, or above the fuse is found as a run', () => {
  const rows = day(8).map((each, slot) => (slot === 5 || slot === 6 ? row(slot, '2.000') : each));
  const found = check(
    rows,
    [
      { rule: 'aboveLimit', maximumImportWatts: 6900 },
      { rule: 'future', toleranceMs: 0 },
    ],
    {
      nowMs: T0 + 7 * QUARTER_MS,
    },
  );
  expect(spans(found)).toEqual([
    ['aboveLimit', at(5), at(7)],
    ['future', at(7), at(8)],
  ]);
  expect(found[0]?.message).toContain('2.000 kWh, expected at most 1.725 kWh (6900 W)');
});

test('a spike up and a dip down are found, and only they', () => {
  const smooth = (slot: number): number => 1 + Math.sin(slot / 10) / 2;
  const rows = Array.from({ length: 400 }, (_, slot) =>
    row(slot, (slot === 20 ? 6 : slot === 60 ? 0 : smooth(slot)).toFixed(3)),
  );
  expect(spans(check(rows, [{ rule: 'spike' }]))).toEqual([
    ['spike', at(20), at(21)],
    ['spike', at(60), at(61)],
  ]);
});

test('a coarse meter repeats itself by chance and is not called stuck; a long run is', () => {
  const coarse = (slot: number): string =>
    (((Math.imul(slot, 2654435761) >>> 29) + 2) * 0.01).toFixed(3);
  const rows = Array.from({ length: 2000 }, (_, slot) =>
    row(slot, slot >= 900 && slot < 960 ? '0.030' : coarse(slot)),
  );
  const found = check(rows, [{ rule: 'stuck' }]);
  expect(found).toHaveLength(1);
  expect(Date.parse(found[0]?.start ?? '')).toBeLessThanOrEqual(T0 + 900 * QUARTER_MS);
});

test('a dead meter is found after a day of nothing, a night of nothing is not', () => {
  const rows = Array.from({ length: 200 }, (_, slot) =>
    row(slot, slot > 50 && slot < 160 ? '0.000' : lively(slot)),
  );
  expect(spans(check(rows, [{ rule: 'zeroRun' }]))).toEqual([['zeroRun', at(51), at(160)]]);
  expect(check(rows, [{ rule: 'zeroRun', minimumHours: 30 }])).toEqual([]);
});

test('export at midnight is no sun', () => {
  const rows = day().map((each, slot) =>
    slot < 4 || slot === 50 ? row(slot, '0.1', '0.200') : each,
  );
  const rule = { rule: 'nightPv', latitudeDegrees: 38.7, longitudeDegrees: -9.1 };
  expect(spans(check(rows, [rule]))).toEqual([['nightPv', at(0), at(4)]]);
});

test('intervals are held against register differences', () => {
  const sums = [
    {
      meteringPoint: 'a',
      startMs: T0,
      endMs: T0 + 4 * QUARTER_MS,
      importMilliwattHours: 400_000,
      exportMilliwattHours: 0,
    },
  ];
  const rows = [0, 1, 2, 3].map((slot) => row(slot));
  expect(check(rows, [{ rule: 'sumCheck' }], { sums })).toEqual([]);
  const short = sums.map((sum) => ({ ...sum, importMilliwattHours: 400_001 }));
  expect(check(rows, [{ rule: 'sumCheck' }], { sums: short })[0]?.message).toContain(
    '0.400 kWh, expected 0.400001 kWh',
  );
  expect(check(rows, [{ rule: 'sumCheck', toleranceMilliwattHours: 1 }], { sums: short })).toEqual(
    [],
  );
});

test('a head meter is held against the points behind it', () => {
  const rows = [0, 1, 2].flatMap((slot) => [
    row(slot, slot === 1 ? '0.500' : '0.202', '0', 'head'),
    row(slot, '0.300', '0', 'b'),
    row(slot, '0.000', '0.100', 'c'),
  ]);
  const rule = { rule: 'balance', head: 'head', points: ['b', 'c'] };
  expect(spans(check(rows, [rule]))).toEqual([['balance', at(1), at(2)]]);
});
