import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import fc from 'fast-check';
import { readCanonicalCsv } from '../csv-reader.js';
import { defaultRuleSet, fillColumns, ruleSet, ruleSetBytes } from '../rule-set.js';
import { ABSENT, type PointSeries } from '../validation/point-series.js';
import { fillMethod, type FillMethod } from './fill-methods.js';
import { fillSeries, type FillContext } from './fill-series.js';

const QUARTER_MS = 900_000;
const DAY = 96;
/** A Monday in summer, midnight in Lisbon. */
const MONDAY = Date.UTC(2026, 5, 14, 23);

function series(
  id: string,
  values: readonly number[],
  exports: readonly number[] = [],
): PointSeries {
  return {
    meteringPoint: id,
    startMs: MONDAY,
    resolutionMs: QUARTER_MS,
    slots: values.length,
    importMilliwattHours: Float64Array.from(values),
    exportMilliwattHours: Float64Array.from(values, (value, slot) =>
      Number.isNaN(value) ? NaN : (exports[slot] ?? 0),
    ),
    quality: Uint8Array.from(values, (value) => (Number.isNaN(value) ? ABSENT : 0)),
  };
}

const method = (value: unknown): FillMethod => fillMethod.parse(value);
const lisbon: FillContext = { timeZone: 'Europe/Lisbon' };

/** Weeks of a home that differs by day and time, with a hole. */
function weeks(count: number, holes: readonly number[]): number[] {
  const values = Array.from(
    { length: count * 7 * DAY },
    (_, slot) => 1000 * (Math.floor(slot / DAY) % 7) + (slot % DAY),
  );
  for (const slot of holes) values[slot] = NaN;
  return values;
}

const slotAt = (day: number, slot: number): number => day * DAY + slot;

test('a short gap is drawn straight between its neighbours, a long one is left', () => {
  const {
    series: [done],
    filled,
    left,
  } = fillSeries(
    [series('a', [100, NaN, NaN, 400, NaN, NaN, NaN, NaN, NaN, 0])],
    [method({ method: 'linear', maximumMinutes: 60 })],
    lisbon,
  );
  expect([...(done?.importMilliwattHours.subarray(0, 4) ?? [])]).toEqual([100, 200, 300, 400]);
  expect(filled.map(({ sources }) => sources)).toEqual([
    ['a/2026-06-14T23:00:00Z', 'a/2026-06-14T23:45:00Z'],
    ['a/2026-06-14T23:00:00Z', 'a/2026-06-14T23:45:00Z'],
  ]);
  expect(left).toHaveLength(1);
});

test('the previous week gives its very values', () => {
  const hole = [28, 29, 30, 31].map((slot) => slotAt(9, slot));
  const {
    series: [done],
    filled,
  } = fillSeries([series('a', weeks(2, hole))], [method({ method: 'previousWeek' })], lisbon);
  expect(hole.map((slot) => done?.importMilliwattHours[slot])).toEqual([2028, 2029, 2030, 2031]);
  expect(filled[0]).toEqual({
    meteringPoint: 'a',
    start: formatInstant(MONDAY + (hole[0] ?? 0) * QUARTER_MS),
    end: formatInstant(MONDAY + ((hole[0] ?? 0) + 1) * QUARTER_MS),
    method: 'previousWeek',
    quality: 'substituted',
    sources: [`a/${formatInstant(MONDAY + slotAt(2, 28) * QUARTER_MS)}`],
  });
});

test('a like day is the mean of the same weekday; a holiday is like a Sunday', () => {
  const values = weeks(3, [slotAt(16, 40)]);
  values[slotAt(9, 40)] = 4040;
  const likeDay = [method({ method: 'likeDay' })];
  const plain = fillSeries([series('a', values)], likeDay, lisbon);
  // Day 16 is a Wednesday: days 2 and 9 were.
  expect(plain.series[0]?.importMilliwattHours[slotAt(16, 40)]).toBe((2040 + 4040) / 2);
  const holiday = fillSeries([series('a', values)], likeDay, {
    ...lisbon,
    holidays: ['2026-07-01'],
  });
  expect(holiday.series[0]?.importMilliwattHours[slotAt(16, 40)]).toBe(6040);
});

test('across a change of the clock the same wall-clock time is meant', () => {
  // From Monday 2026-10-12; the clock is set back on Sunday 25th, so week 3 lies an hour later in UTC.
  const startMs = Date.UTC(2026, 9, 11, 23);
  const values = Array.from({ length: 3 * 7 * DAY + 4 }, (_, slot) => {
    const ms = startMs + slot * QUARTER_MS;
    const late = ms >= Date.UTC(2026, 9, 25, 1);
    return Math.floor(((ms + (late ? 0 : 3_600_000)) / 60_000) % 1440);
  });
  const hole = 15 * DAY + 4 + 40;
  const expected = values[hole];
  values[hole] = NaN;
  const {
    series: [done],
  } = fillSeries(
    [{ ...series('a', values), startMs }],
    [method({ method: 'previousWeek' })],
    lisbon,
  );
  expect(done?.importMilliwattHours[hole]).toBe(expected);
});

test('registers: what is filled sums to the register difference exactly, whatever the shape', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.nat(1_000_000), { freq: 3 }), { minLength: 4, maxLength: 60 }),
      fc.nat(5_000_000),
      fc.nat(5_000_000),
      (values, extraImport, extraExport) => {
        fc.pre(values.includes(null));
        const known = values.map((value) => value ?? NaN);
        const sumOf = (list: readonly number[]): number =>
          list.reduce((sum, each) => sum + (Number.isNaN(each) ? 0 : each), 0);
        const total = sumOf(known) + extraImport;
        const sums = [
          {
            meteringPoint: 'a',
            startMs: MONDAY,
            endMs: MONDAY + known.length * QUARTER_MS,
            importMilliwattHours: total,
            exportMilliwattHours: extraExport,
          },
        ];
        const {
          series: [done],
          left,
        } = fillSeries([series('a', known)], [method({ method: 'registers' })], {
          ...lisbon,
          sums,
        });
        expect(left).toEqual([]);
        expect(sumOf([...(done?.importMilliwattHours ?? [])])).toBe(total);
        expect(sumOf([...(done?.exportMilliwattHours ?? [])])).toBe(extraExport);
      },
    ),
  );
});

test('registers that went less far than the intervals fill nothing', () => {
  const sums = [
    {
      meteringPoint: 'a',
      startMs: MONDAY,
      endMs: MONDAY + 3 * QUARTER_MS,
      importMilliwattHours: 5,
      exportMilliwattHours: 0,
    },
  ];
  const { filled, left } = fillSeries(
    [series('a', [4, NaN, 4])],
    [method({ method: 'registers' })],
    { ...lisbon, sums },
  );
  expect(filled).toEqual([]);
  expect(left).toHaveLength(1);
});

test('registers name the period they filled from, and the days that gave the shape', () => {
  const values = weeks(2, [slotAt(7, 40)]);
  const [startMs, endMs] = [MONDAY + 7 * DAY * QUARTER_MS, MONDAY + 8 * DAY * QUARTER_MS];
  const sums = [
    {
      meteringPoint: 'a',
      startMs,
      endMs,
      importMilliwattHours: 1_000_000,
      exportMilliwattHours: 0,
    },
  ];
  const period = `a/${formatInstant(startMs)}/${formatInstant(endMs)}`;
  const sourcesBy = (shape: string): readonly string[] | undefined =>
    fillSeries([series('a', values)], [method({ method: 'registers', shape: [shape] })], {
      ...lisbon,
      sums,
    }).filled[0]?.sources;
  expect(sourcesBy('flat')).toEqual([period]);
  const weekBefore = `a/${formatInstant(MONDAY + slotAt(0, 40) * QUARTER_MS)}`;
  expect(sourcesBy('likeDay')).toEqual([period, weekBefore]);
});

test.each(['substituted', 'estimated'] as const)('%s rows of a file are no source', (quality) => {
  const values = weeks(3, [slotAt(14, 40)]);
  values[slotAt(7, 40)] = 999_999;
  const own = series('a', values);
  own.quality[slotAt(7, 40)] = INTERVAL_QUALITIES.indexOf(quality);
  own.quality[slotAt(14, 39)] = INTERVAL_QUALITIES.indexOf(quality);
  const { filled, left } = fillSeries([own], [method({ method: 'linear' })], lisbon);
  expect([filled, left.length]).toEqual([[], 1]);
  const done = fillSeries([own], [method({ method: 'likeDay' })], lisbon);
  expect(done.filled[0]?.sources).toEqual([
    `a/${formatInstant(MONDAY + slotAt(0, 40) * QUARTER_MS)}`,
  ]);
  own.quality[slotAt(7, 40)] = INTERVAL_QUALITIES.indexOf('corrected');
  const corrected = fillSeries([own], [method({ method: 'previousWeek' })], lisbon);
  expect(corrected.series[0]?.importMilliwattHours[slotAt(14, 40)]).toBe(999_999);
});

test('a check meter and a balance stand in for the point itself', () => {
  const own = series('a', [10, NaN, 30]);
  const check = series('check', [11, 21, 31]);
  const byMeter = fillSeries(
    [own, check],
    [method({ method: 'checkMeter', meters: { a: 'check' } })],
    lisbon,
  );
  expect(byMeter.series[0]?.importMilliwattHours[1]).toBe(21);
  const head = series('head', [100, 100, 100]);
  const other = series('b', [90, 120, 70]);
  const rule = method({ method: 'balance', head: 'head', points: ['a', 'b'] });
  const byBalance = fillSeries([own, head, other], [rule], lisbon);
  expect(byBalance.series[0]?.importMilliwattHours[1]).toBe(0);
  expect(byBalance.series[0]?.exportMilliwattHours[1]).toBe(20);
});

test('a profile is scaled to what the point used before', () => {
  const shape = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 1 : 3));
  const profiles = { home: { workday: shape, saturday: shape, sunday: shape } };
  const values = Array.from({ length: 2 * DAY }, (_, slot): number =>
    slot % DAY < 48 ? 100 : 300,
  );
  values.fill(NaN, DAY + 44, DAY + 52);
  const {
    series: [done],
  } = fillSeries([series('a', values)], [method({ method: 'profile', profile: 'home' })], {
    ...lisbon,
    profiles,
  });
  expect([...(done?.importMilliwattHours.subarray(DAY + 44, DAY + 52) ?? [])]).toEqual([
    100, 100, 100, 100, 300, 300, 300, 300,
  ]);
});

test('methods are tried in their order, and nothing made up is a source', () => {
  const holes = [...Array(DAY).keys()]
    .map((slot) => slotAt(7, slot))
    .concat([...Array(DAY).keys()].map((slot) => slotAt(14, slot)));
  const { filled, left } = fillSeries(
    [series('a', weeks(3, holes))],
    [
      method({ method: 'linear' }),
      method({ method: 'previousWeek' }),
      method({ method: 'likeDay' }),
    ],
    lisbon,
  );
  const methods = new Map<string, number>();
  for (const { method: name } of filled) methods.set(name, (methods.get(name) ?? 0) + 1);
  // The second Monday takes the first; the third finds no second one and takes the first as a like day.
  expect(Object.fromEntries(methods)).toEqual({ previousWeek: DAY, likeDay: DAY });
  expect(left).toEqual([]);
});

describe('a rule set over a file', () => {
  const rows = Array.from({ length: 2 * 7 * DAY }, (_, slot) => {
    const start = MONDAY + slot * QUARTER_MS;
    const energy =
      slot >= 8 * DAY && slot < 8 * DAY + 20
        ? '0.777'
        : (0.1 + ((slot * 7919) % 101) / 1000).toFixed(3);
    return `a,${formatInstant(start)},${formatInstant(start + QUARTER_MS)},${energy},0.000,measured`;
  }).filter((_, slot) => slot < 9 * DAY || slot >= 9 * DAY + 3);
  const text = ['metering_point,start,end,import_kwh,export_kwh,quality', ...rows].join('\n');
  const columns = readCanonicalCsv(new TextEncoder().encode(text), { file: 'f' });
  const set = { ...defaultRuleSet('Europe/Lisbon'), replace: ['stuck' as const] };

  test('what it condemns and what is not there is filled; the rest is untouched', () => {
    const result = fillColumns(columns, set, { nowMs: Date.UTC(2027, 0) });
    expect(result.columns.rows).toBe(2 * 7 * DAY);
    expect(result.filled).toHaveLength(23);
    expect(result.left).toEqual([]);
    const counts = [...result.columns.quality].reduce<Record<string, number>>((all, quality) => {
      const name = INTERVAL_QUALITIES[quality] ?? '';
      return { ...all, [name]: (all[name] ?? 0) + 1 };
    }, {});
    expect(counts).toEqual({ measured: 2 * 7 * DAY - 23, substituted: 20, estimated: 3 });
  });

  test('its bytes do not depend on how it was written', () => {
    const shuffled = ruleSet.parse(
      JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(set).reverse()))),
    );
    expect(ruleSetBytes(shuffled)).toEqual(ruleSetBytes(set));
  });

  test('a rule to replace that the set lacks and a day that is none are refused', () => {
    const lacking = ruleSet.safeParse({ ...set, replace: ['stuck', 'nightPv'] });
    expect(lacking.error?.issues.map(({ path }) => path)).toEqual([['replace', 1]]);
    const noDay = ruleSet.safeParse({ ...set, holidays: ['2026-02-30'] });
    expect(noDay.error?.issues.map(({ path }) => path)).toEqual([['holidays', 0]]);
  });

  test('a rule or method that does not exist is refused by its path', () => {
    const result = ruleSet.safeParse({ ...set, rules: [{ rule: 'guess' }] });
    expect(result.error?.issues[0]?.path).toEqual(['rules', 0, 'rule']);
  });
});
