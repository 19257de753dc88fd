import { canonicalTariff } from '../canonical-tariff.js';
import { parseTariff, safeParseTariff } from '../parse-tariff.js';
import type { Tariff } from '../tariff.js';
import { flatTariff, type TariffSeason } from '../time-of-use.js';
import { priceAt, priceSeries } from './price-series.js';

const HOUR = 3_600_000;
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

function season(id: string, price: string, part: Partial<TariffSeason>): TariffSeason {
  return {
    id,
    ...part,
    days: [{ weekdays: [...WEEK], periods: [{ from: '00:00', to: '24:00', price }] }],
  };
}

function at(tariff: Tariff, instant: string, timeZone = 'Europe/Lisbon', level?: string): number {
  const context = level === undefined ? {} : { voltageLevel: level };
  return priceAt(tariff, timeZone, Date.parse(instant), context);
}

describe('seasons', () => {
  test('by quarter change at the local midnight of the quarter', () => {
    const tariff = parseTariff({
      type: 'timeOfUse',
      seasons: [
        season('cold', '0.2', { quarters: [4, 1] }),
        season('warm', '0.1', { quarters: [2, 3] }),
      ],
    });
    expect(at(tariff, '2026-03-31T22:59:00Z')).toBe(200_000);
    expect(at(tariff, '2026-03-31T23:00:00Z')).toBe(100_000); // summer time: midnight in Lisbon
    expect(at(tariff, '2026-09-30T22:59:00Z')).toBe(100_000);
    expect(at(tariff, '2026-09-30T23:00:00Z')).toBe(200_000);
  });

  test('by state of the clock change at the instant of the clock change', () => {
    const tariff = parseTariff({
      type: 'timeOfUse',
      seasons: [season('s', '0.1', { clock: 'summer' }), season('w', '0.2', { clock: 'winter' })],
    });
    const start = Date.parse('2026-03-29T00:00:00Z');
    expect([...priceSeries(tariff, 'Europe/Lisbon', start, start + 3 * HOUR, HOUR)]).toEqual([
      200_000, 100_000, 100_000,
    ]);
    const autumn = Date.parse('2026-10-24T23:00:00Z');
    expect([...priceSeries(tariff, 'Europe/Lisbon', autumn, autumn + 4 * HOUR, HOUR)]).toEqual([
      100_000, 100_000, 200_000, 200_000,
    ]);
    // Dublin's law calls winter the exception, Sydney's summer is ours' winter, Reykjavik has none.
    expect(at(tariff, '2026-07-01T00:00:00Z', 'Europe/Dublin')).toBe(100_000);
    expect(at(tariff, '2026-01-01T00:00:00Z', 'Australia/Sydney')).toBe(100_000);
    expect(at(tariff, '2026-07-01T00:00:00Z', 'Atlantic/Reykjavik')).toBe(200_000);
  });

  test.each([
    [
      'kinds mixed',
      [season('a', '1', { quarters: [1, 2, 3, 4] }), season('b', '1', { clock: 'winter' })],
      /seasons\[1\].*a season by quarters, as the first one is/,
    ],
    [
      'a quarter twice',
      [season('a', '1', { quarters: [1, 2, 3] }), season('b', '1', { quarters: [3, 4] })],
      /seasons\[1\].quarters.*no overlap: quarters 3/,
    ],
    [
      'a quarter without season',
      [season('a', '1', { quarters: [1, 2, 3] })],
      /none holds in quarters 4/,
    ],
    ['one clock state', [season('a', '1', { clock: 'summer' })], /none holds in clock winter/],
    [
      'from without to',
      [season('a', '1', { from: '01-01' })],
      /seasons\[0\].*either from and to, or quarters, or clock/,
    ],
    [
      'dates and clock',
      [season('a', '1', { from: '01-01', to: '12-31', clock: 'winter' })],
      /either from and to/,
    ],
  ])('refuse %s', (_, seasons, message) => {
    expect(() => parseTariff({ type: 'timeOfUse', seasons })).toThrow(message);
  });
});

describe('access tariffs', () => {
  const prices = (network: string, cieg: string): object => ({
    network: flatTariff(network),
    cieg: {
      type: 'cycle',
      cycle: 'PT-daily-2',
      prices: { vazio: '0', 'fora de vazio': cieg },
    },
  });
  const tariff = {
    type: 'access',
    levels: { BTN: prices('0.05', '0.02'), MT: prices('0.03', '0.01') },
  } as const;

  test('add network and CIEG by voltage level and period, and exempt from CIEG alone', () => {
    const day = '2026-01-14T12:00:00Z';
    const night = '2026-01-14T02:00:00Z';
    const full = parseTariff(tariff);
    expect([
      at(full, day, 'Europe/Lisbon', 'BTN'),
      at(full, night, 'Europe/Lisbon', 'BTN'),
    ]).toEqual([70_000, 50_000]);
    expect(at(full, day, 'Europe/Lisbon', 'MT')).toBe(40_000);
    const half = parseTariff({ ...tariff, voltageLevel: 'BTN', exemptionPercent: '50' });
    expect(at(half, day)).toBe(60_000);
    expect(at(parseTariff({ ...tariff, voltageLevel: 'MT', exemptionPercent: '100' }), day)).toBe(
      30_000,
    );
  });

  test('need a level they have', () => {
    expect(() => at(parseTariff(tariff), '2026-01-14T12:00:00Z')).toThrow(
      /voltage level: got none, expected one of BTN, MT/,
    );
    expect(() => parseTariff({ ...tariff, voltageLevel: 'AT' })).toThrow(
      /voltageLevel: got "AT", expected one of the levels: BTN, MT/,
    );
    expect(() => parseTariff({ ...tariff, exemptionPercent: '101' })).toThrow(/at most 100/);
    expect(safeParseTariff({ type: 'access', levels: {} }).success).toBe(false);
  });
});

describe('dated and summed tariffs', () => {
  const dated = parseTariff({
    type: 'dated',
    versions: [
      { validFrom: '2026-07-01', tariff: flatTariff('0.3') },
      { tariff: flatTariff('0.2') },
      {
        validFrom: '2026-01-01',
        tariff: { type: 'sum', parts: [flatTariff('0.2'), flatTariff('0.05')] },
      },
    ],
  });

  test('price energy by the version of its own time, whenever it is priced', () => {
    expect(at(dated, '2025-12-31T23:59:00Z')).toBe(200_000);
    expect(at(dated, '2026-01-01T00:00:00Z')).toBe(250_000);
    expect(at(dated, '2026-06-30T22:59:00Z')).toBe(250_000);
    expect(at(dated, '2026-06-30T23:00:00Z')).toBe(300_000);
    const start = Date.parse('2026-06-30T22:00:00Z');
    expect([...priceSeries(dated, 'Europe/Lisbon', start, start + 2 * HOUR, HOUR)]).toEqual([
      250_000, 300_000,
    ]);
  });

  test('fail before the first version and inside an interval', () => {
    const late = parseTariff({
      type: 'dated',
      versions: [{ validFrom: '2026-01-01', tariff: flatTariff('1') }],
    });
    expect(() => at(late, '2025-12-31T23:00:00Z')).toThrow(/got a first version from 2026-01-01/);
    const start = Date.parse('2025-12-31T18:00:00Z');
    expect(() => priceSeries(dated, 'Asia/Kolkata', start, start + HOUR, HOUR)).toThrow(
      /a version begins at 2025-12-31T18:30:00Z, inside an interval/,
    );
    expect(() =>
      parseTariff({
        type: 'dated',
        versions: [{ tariff: flatTariff('1') }, { tariff: flatTariff('2') }],
      }),
    ).toThrow(/versions\[1\].validFrom.*one version without a date/);
  });

  test('have one canonical form, which prices alike', () => {
    const canonical = canonicalTariff(dated);
    expect(canonicalTariff(canonical)).toEqual(canonical);
    expect(parseTariff(canonical)).toEqual(canonical);
    expect(canonical).toMatchObject({
      versions: [{ tariff: { price: '0.200000' } }, { validFrom: '2026-01-01' }, {}],
    });
    const start = Date.parse('2025-12-31T00:00:00Z');
    const series = (tariff: Tariff): Float64Array =>
      priceSeries(tariff, 'Europe/Lisbon', start, start + 48 * HOUR, HOUR);
    expect(series(canonical)).toEqual(series(dated));
  });

  test.each<Tariff>([
    {
      type: 'dayAhead',
      series: 's',
      factor: '0.850',
      adder: '-0.0100',
      resolution: 'PT15M',
      floor: '0.0',
      cap: '1.0',
    },
    {
      type: 'tip',
      series: 's',
      powerKilowatts: '20.0',
      region: 'north',
      photovoltaic: true,
      reductionPercent: '10.0',
    },
    {
      type: 'access',
      levels: {
        MT: { network: flatTariff('0.1') },
        BT: { network: flatTariff('0.2'), cieg: flatTariff('0.02') },
      },
      exemptionPercent: '50.0',
    },
    {
      type: 'cycle',
      cycle: 'PT-daily-2',
      prices: { vazio: '0.1', 'fora de vazio': '0.2' },
      holidays: { calendar: 'PT', add: ['06-24', '06-13', '06-13'] },
    },
    {
      type: 'timeOfUse',
      seasons: [season('s', '0.1', { clock: 'summer' }), season('w', '0.2', { clock: 'winter' })],
    },
    {
      type: 'timeOfUse',
      seasons: [season('a', '0.1', { quarters: [3, 2] }), season('b', '0.2', { quarters: [4, 1] })],
    },
  ])('canonical form of $type is a fixed point that parses', (tariff) => {
    const canonical = canonicalTariff(parseTariff(tariff));
    expect(canonicalTariff(canonical)).toEqual(canonical);
    expect(parseTariff(canonical)).toEqual(canonical);
    expect(JSON.stringify(canonical)).not.toBe(JSON.stringify(tariff));
  });
});
