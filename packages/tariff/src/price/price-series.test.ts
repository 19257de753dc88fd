import fc from 'fast-check';
import { parsePrice } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';
import { canonicalTariff } from '../canonical-tariff.js';
import { parseTariff, safeParseTariff } from '../parse-tariff.js';
import { priceAt, priceSeries } from './price-series.js';
import type { Tariff } from '../tariff.js';
import { flatTariff, type TimeOfUseTariff } from '../time-of-use.js';
import { isTariffError } from '../tariff-error.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
/** The item of a list that a test knows is there. */
function one<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}

const QUARTER = 900_000;
const WORKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

/** Day and night in winter, three steps on summer workdays, holidays as Sundays. */
const seasonal = {
  type: 'timeOfUse',
  holidays: ['2026-06-10'],
  seasons: [
    {
      id: 'summer',
      from: '04-01',
      to: '09-30',
      days: [
        {
          weekdays: [...WORKDAYS],
          periods: [
            { from: '00:00', to: '08:00', price: '0.10' },
            { from: '08:00', to: '20:15', price: '0.20' },
            { name: 'peak', from: '20:15', to: '24:00', price: '0.30' },
          ],
        },
        {
          weekdays: ['sat', 'sun', 'holiday'],
          periods: [{ from: '00:00', to: '24:00', price: '0.08' }],
        },
      ],
    },
    {
      id: 'winter',
      from: '10-01',
      to: '03-31',
      days: [
        {
          weekdays: [...WORKDAYS, 'sat', 'sun', 'holiday'],
          periods: [
            { from: '00:00', to: '01:30', price: '0.11' },
            { from: '01:30', to: '24:00', price: '0.22' },
          ],
        },
      ],
    },
  ],
};

function problemsWith(change: (tariff: TimeOfUseTariff) => void): string[] {
  const tariff = structuredClone(seasonal) as TimeOfUseTariff;
  change(tariff);
  const result = safeParseTariff(tariff, 'prices.import');
  return result.success ? [] : result.error.message.split('\n');
}

describe('parseTariff', () => {
  test('reads a flat and a seasonal tariff', () => {
    expect(parseTariff({ type: 'flat', price: '0.25' })).toEqual(flatTariff('0.25'));
    expect(parseTariff(seasonal)).toEqual(seasonal);
  });

  test.each<[string, (tariff: TimeOfUseTariff) => void, RegExp]>([
    [
      'a gap inside a day',
      (t) => (one(one(one(t.seasons, 0).days, 0).periods, 1).from = '09:00'),
      /^prices.import: seasons\[0\].days\[0\].periods: got .*, expected no gap: no period holds from 08:00 to 09:00$/,
    ],
    [
      'a gap at the end of a day',
      (t) => (one(one(one(t.seasons, 0).days, 0).periods, 2).to = '23:00'),
      /expected no gap: no period holds from 23:00 to 24:00$/,
    ],
    [
      'two prices at a time',
      (t) => (one(one(one(t.seasons, 0).days, 0).periods, 1).to = '21:00'),
      /periods\[2\]: got .*, expected no overlap: two periods hold from 20:15 to 21:00$/,
    ],
    [
      'a period over midnight',
      (t) => (one(one(one(t.seasons, 1).days, 0).periods, 1).to = '01:00'),
      /expected from before to \(01:30 to 01:00\); split a period at midnight/,
    ],
    [
      'days without a season',
      (t) => (one(t.seasons, 1).from = '10-05'),
      /seasons: got .*, expected seasons for the whole year: none holds from 10-01 to 10-04$/,
    ],
    [
      'a 29 February without a season',
      (t) => {
        one(t.seasons, 1).to = '02-28';
        one(t.seasons, 0).from = '03-01';
      },
      /none holds from 02-29 to 02-29$/,
    ],
    [
      'a day of two seasons',
      (t) => (one(t.seasons, 1).to = '04-01'),
      /seasons\[1\]: got .*, expected no overlap with season summer: both hold on 04-01$/,
    ],
    ['a day no year has', (t) => (one(t.seasons, 0).to = '09-31'), /seasons\[0\].to: got "09-31"/],
    [
      'a week day without prices',
      (t) => one(one(t.seasons, 0).days, 1).weekdays.shift(),
      /expected prices for every day type in season summer: none for sat$/,
    ],
    [
      'a week day with two lists of prices',
      (t) => one(one(t.seasons, 0).days, 1).weekdays.push('mon'),
      /weekdays\[3\]: got "mon", expected each day type once in season summer$/,
    ],
    [
      'holiday prices without holidays',
      (t) => delete t.holidays,
      /weekdays\[2\]: got "holiday", expected a list of holidays beside the seasons$/,
    ],
    [
      'a holiday that is no date',
      (t) => (t.holidays = ['2026-02-30']),
      /holidays\[0\]: got "2026-02-30", expected a date that exists, in quotes, as "YYYY-MM-DD"$/,
    ],
    [
      'a price finer than six decimals',
      (t) => (one(one(one(t.seasons, 1).days, 0).periods, 0).price = '0.1234567'),
      /price: got "0.1234567", expected a decimal price per kWh with at most 6 decimals/,
    ],
  ])('refuses %s and names it', (_, change, message) => {
    expect(problemsWith(change)[0]).toMatch(message);
  });
});

describe('prices', () => {
  const lisbon = 'Europe/Lisbon';
  const at = (text: string): number => priceAt(parseTariff(seasonal), lisbon, Date.parse(text));

  test('go by season, day type and wall clock', () => {
    expect(at('2026-06-22T06:59:00Z')).toBe(100_000); // Monday 07:59
    expect(at('2026-06-22T07:00:00Z')).toBe(200_000);
    expect(at('2026-06-22T19:15:00Z')).toBe(300_000);
    expect(at('2026-06-21T12:00:00Z')).toBe(80_000); // Sunday
    expect(at('2026-06-10T12:00:00Z')).toBe(80_000); // Wednesday, listed
    expect(at('2026-12-25T01:29:00Z')).toBe(110_000);
    expect(at('2026-12-25T01:30:00Z')).toBe(220_000);
  });

  test('change season at local midnight', () => {
    expect(at('2026-03-31T22:59:00Z')).toBe(220_000);
    expect(at('2026-03-31T23:00:00Z')).toBe(100_000);
  });

  test('follow the wall clock over both clock changes: 92 and 100 quarter-hours', () => {
    for (const [start, count] of [
      ['2026-03-29T00:00:00Z', 92],
      ['2026-10-24T23:00:00Z', 100],
    ] as const) {
      const startMs = Date.parse(start);
      const series = priceSeries(
        parseTariff(seasonal),
        lisbon,
        startMs,
        startMs + count * QUARTER,
        QUARTER,
      );
      expect(series).toHaveLength(count);
      for (const [index, price] of series.entries()) {
        const { minuteOfDay } = localTime(lisbon, startMs + index * QUARTER);
        expect(price).toBe(minuteOfDay < 90 ? 110_000 : 220_000);
      }
    }
  });

  test('of a series are those of each instant', () => {
    const tariff = parseTariff(seasonal);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 365 * 96 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(
          'Europe/Lisbon',
          'America/Los_Angeles',
          'Asia/Kolkata',
          'Australia/Lord_Howe',
        ),
        (first, count, zone) => {
          const startMs = Date.UTC(2026, 0, 1) + first * QUARTER;
          const series = priceSeries(tariff, zone, startMs, startMs + count * QUARTER, QUARTER);
          expect(Array.from(series)).toEqual(
            Array.from({ length: count }, (_, index) =>
              priceAt(tariff, zone, startMs + index * QUARTER),
            ),
          );
        },
      ),
      { numRuns: 60 * scale, seed: 9 },
    );
  });

  test('of a flat tariff are one price', () => {
    expect(Array.from(priceSeries(flatTariff('-0.01'), lisbon, 0, 3 * QUARTER, QUARTER))).toEqual([
      -10_000, -10_000, -10_000,
    ]);
  });

  test.each([
    [
      'a price that changes inside an interval',
      lisbon,
      '2026-06-22T07:00:00Z',
      '2026-06-22T21:00:00Z',
      /^unaligned-period: interval 2026-06-22T19:00:00Z of PT60M: the price changes 15 minutes into it/,
    ],
    [
      'a day that begins inside an interval',
      'Asia/Kolkata',
      '2026-03-31T12:00:00Z',
      '2026-03-31T20:00:00Z',
      /^unaligned-period: interval 2026-03-31T18:00:00Z of PT60M: the price changes 30 minutes into it/,
    ],
    [
      'a span that is no whole number of intervals',
      lisbon,
      '2026-06-22T07:00:00Z',
      '2026-06-22T07:30:00Z',
      /^bad-span/,
    ],
  ])('refuse %s', (_, zone, start, end, message) => {
    let found = 'nothing thrown';
    try {
      priceSeries(parseTariff(seasonal), zone, Date.parse(start), Date.parse(end), 3_600_000);
    } catch (error) {
      if (!isTariffError(error)) throw error;
      found = `${error.code}: ${error.message}`;
    }
    expect(found).toMatch(message);
  });
});

describe('canonicalTariff', () => {
  test('gives tariffs that mean the same one form, and keeps every price', () => {
    const turned = structuredClone(seasonal) as TimeOfUseTariff;
    turned.seasons.reverse();
    for (const season of turned.seasons) {
      season.days.reverse();
      for (const group of season.days) {
        group.weekdays.reverse();
        group.periods.reverse();
        for (const period of group.periods) period.price += '0';
      }
    }
    const tariff: Tariff = canonicalTariff(parseTariff(turned));
    expect(tariff).toEqual(canonicalTariff(parseTariff(seasonal)));
    expect(parseTariff(tariff)).toEqual(tariff);
    const ms = Date.parse('2026-06-22T19:15:00Z');
    expect(priceAt(tariff, 'Europe/Lisbon', ms)).toBe(parsePrice('0.3'));
  });
});
