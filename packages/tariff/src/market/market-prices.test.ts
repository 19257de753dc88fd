import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { DayAheadTariff } from '../market-tariff.js';
import type { Tariff } from '../tariff.js';
import { flatTariff } from '../time-of-use.js';
import { priceSeries } from '../price/price-series.js';
import { marketDay, marketInstant, marketPeriod } from './market-day.js';
import { joinMarketSeries, marketSeries } from './market-series.js';
import { marketFromFiles, seriesNames } from './market-files.js';
import { parseMarketPrices } from './parse-market-prices.js';

const HOUR = 3_600_000;
const FILE = join(
  __dirname,
  '../../../../../shared/data/prices/omie_day_ahead_pt_es_hourly.csv.gz',
);

function dayRows(
  date: string,
  count: number,
  price = (hour: number): string => `${hour}.5`,
): string {
  return Array.from({ length: count }, (_, hour) => `${date},${hour + 1},${price(hour + 1)}`).join(
    '\n',
  );
}

describe('market days', () => {
  test('have 23, 24 or 25 hours, and begin an hour before the Portuguese day', () => {
    expect(marketDay('2026-03-29').hours).toBe(23);
    expect(marketDay('2026-06-01').hours).toBe(24);
    expect(marketDay('2026-10-25').hours).toBe(25);
    expect(new Date(marketInstant({ date: '2026-06-01', period: 1 }, HOUR)).toISOString()).toBe(
      '2026-05-31T22:00:00.000Z',
    );
  });

  test('count their units: the repeated hour is 3 and then 4, the skipped one is not counted', () => {
    const at = (date: string, period: number, unit = HOUR): string =>
      new Date(marketInstant({ date, period }, unit)).toISOString();
    expect(at('2026-10-25', 3)).toBe('2026-10-25T00:00:00.000Z');
    expect(at('2026-10-25', 4)).toBe('2026-10-25T01:00:00.000Z');
    expect(at('2026-10-25', 25)).toBe('2026-10-25T22:00:00.000Z');
    expect(at('2026-03-29', 3)).toBe('2026-03-29T01:00:00.000Z');
    expect(at('2026-03-29', 92, 900_000)).toBe('2026-03-29T21:45:00.000Z');
    expect(() => at('2026-03-29', 24)).toThrow(/got 24, expected 1 to 23: the day has 23 hours/);
    expect(() => at('2026-10-25', 101, 900_000)).toThrow(/got 101, expected 1 to 100/);
  });

  test('and instants map onto each other, hour by hour and quarter by quarter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40_000 }),
        fc.constantFrom(HOUR, HOUR / 2, HOUR / 4),
        fc.constantFrom('Europe/Brussels', 'Europe/London', 'Europe/Athens'),
        (hours, unit, zone) => {
          const ms = Date.UTC(2023, 0, 1) + hours * HOUR;
          expect(marketInstant(marketPeriod(ms, unit, zone), unit, zone)).toBe(ms);
        },
      ),
    );
  });
});

describe('parseMarketPrices', () => {
  test('reads starts in any order, areas apart', () => {
    const series = parseMarketPrices(
      'area,start,price_per_mwh\nPT,2026-01-01T01:00:00Z,-3.07\nES,2026-01-01T00:00Z,50\nPT,2026-01-01T00:00:00Z,114.72\n',
    );
    expect([...series.keys()]).toEqual(['PT', 'ES']);
    expect([...(series.get('PT')?.nanoPerKilowattHour ?? [])]).toEqual([114_720_000, -3_070_000]);
    expect(series.get('PT')).toMatchObject({ resolutionMs: HOUR, startMs: Date.UTC(2026, 0, 1) });
  });

  test('places units of market days of 23 and 25 hours', () => {
    const text = `market_date,period,price_per_mwh\n${dayRows('2026-10-24', 24)}\n${dayRows('2026-10-25', 25)}\n${dayRows('2026-10-26', 24)}`;
    const series = parseMarketPrices(text, { name: 'omie' }).get('omie');
    expect(series?.nanoPerKilowattHour).toHaveLength(73);
    expect(series?.startMs).toBe(Date.parse('2026-10-23T22:00:00Z'));
    const short = parseMarketPrices(
      `market_date,period,price_per_mwh\n${dayRows('2026-03-29', 23)}\n${dayRows('2026-03-30', 24)}`,
    ).get('day-ahead');
    expect(short?.nanoPerKilowattHour).toHaveLength(47);
  });

  test('takes days of up to 100 units as quarter-hours', () => {
    const series = parseMarketPrices(
      `market_date,period,price_per_mwh\n${dayRows('2026-10-25', 100)}`,
    ).get('day-ahead');
    expect(series).toMatchObject({ resolutionMs: 900_000 });
    expect(series?.nanoPerKilowattHour).toHaveLength(100);
  });

  test.each([
    [
      'a day of 24 hours that has 25',
      `market_date,period,price_per_mwh\n${dayRows('2026-10-25', 24)}\n${dayRows('2026-10-26', 24)}`,
      /market day 2026-10-25: got 24 prices, expected 25: the day has 25 hours/,
    ],
    [
      'a day of 24 hours that has 23',
      `market_date,period,price_per_mwh\n${dayRows('2026-03-29', 24)}`,
      /prices.csv:25: market day 2026-03-29, period: got 24, expected 1 to 23/,
    ],
    [
      'a gap',
      'start,price_per_mwh\n2026-01-01T00:00Z,1\n2026-01-01T01:00Z,1\n2026-01-01T03:00Z,1',
      /got 1 units without a price before line 4, expected a price from 2026-01-01T02:00:00Z on; a gap is no price of 0/,
    ],
    [
      'an hour twice',
      'start,price_per_mwh\n2026-01-01T00:00Z,1\n2026-01-01T00:00Z,1',
      /lines 2 and 3: got 2026-01-01T00:00:00Z twice/,
    ],
    [
      'an empty price',
      'start,price_per_mwh\n2026-01-01T00:00Z,',
      /prices.csv:2: ratio: got "", expected a plain decimal/,
    ],
    [
      'a decimal comma',
      'start,price_per_mwh\n2026-01-01T00:00Z,"1,5"',
      /prices.csv:2: got 3 fields, expected 2/,
    ],
    [
      'a price too fine',
      'start,price_per_mwh\n2026-01-01T00:00Z,1.0000001',
      /prices.csv:2: price per MWh: got 1.0000001, expected at most 6 decimals/,
    ],
    [
      'a local time',
      'start,price_per_mwh\n2026-01-01 00:00,1',
      /prices.csv:2: instant: got "2026-01-01 00:00", expected YYYY-MM-DDTHH:MM/,
    ],
    [
      'columns it does not know',
      'date,hour,value\n1,2,3',
      /prices.csv:1: got columns date, hour, value, expected also start, price_per_mwh/,
    ],
    [
      'a period that is no number',
      'market_date,period,price_per_mwh\n2026-01-01,x,3',
      /prices.csv:2: period: got x, expected a whole number from 1/,
    ],
    [
      'a start off the clock',
      'start,price_per_mwh\n2026-01-01T00:10Z,1\n2026-01-01T00:25Z,1',
      /line 2: got 2026-01-01T00:10:00Z, expected the start of a unit of 15 minutes/,
    ],
    ['no rows', 'start,price_per_mwh\n', /got no rows, expected prices/],
  ])('refuses %s and says where', (_, text, message) => {
    expect(() => parseMarketPrices(text, { source: 'prices.csv' })).toThrow(message);
  });

  test('keeps gaps when asked, and pricing in one then fails instead of costing nothing', () => {
    const market = parseMarketPrices(
      'start,price_per_mwh\n2026-01-01T00:00Z,1\n2026-01-01T01:00Z,1\n2026-01-01T03:00Z,1',
      { gaps: 'keep' },
    );
    const tariff = {
      type: 'dayAhead',
      series: 'day-ahead',
      factor: '1',
      adder: '0',
      resolution: 'PT60M',
    } as const;
    const start = Date.UTC(2026, 0, 1);
    const price = (from: number, to: number): Float64Array =>
      priceSeries(tariff, 'UTC', start + from * HOUR, start + to * HOUR, HOUR, { market });
    expect([...price(0, 2), ...price(3, 4)]).toEqual([1000, 1000, 1000]);
    expect(() => price(0, 4)).toThrow(
      /series day-ahead: no price at 2026-01-01T02:00:00Z \(the series runs from 2026-01-01T00:00:00Z to 2026-01-01T04:00:00Z\)/,
    );
    expect(() => price(3, 5)).toThrow(/no price at 2026-01-01T04:00:00Z/);
  });

  test('every file printed from a series is read back, whatever the days', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1500 }),
        fc.array(fc.integer({ min: -500_000_000, max: 4_000_000_000 }), {
          minLength: 2,
          maxLength: 60,
        }),
        (day, nano) => {
          const start = Date.UTC(2023, 0, 1 + day);
          const rows = nano.map(
            (price, hour) =>
              `${new Date(start + hour * HOUR).toISOString().slice(0, 16)}Z,${decimal(price)}`,
          );
          const text = `start,price_per_mwh\n${rows.reverse().join('\n')}`;
          const series = parseMarketPrices(text).get('day-ahead');
          expect([...(series?.nanoPerKilowattHour ?? [])]).toEqual(nano);
        },
      ),
    );
  });

  if (existsSync(FILE)) {
    test('reads two years of Iberian prices without a gap', () => {
      const market = parseMarketPrices(gunzipSync(readFileSync(FILE)).toString(), {
        columns: {
          start: 'time_utc',
          prices: { 'omie-pt': 'price_pt_EUR_per_MWh', 'omie-es': 'price_es_EUR_per_MWh' },
        },
      });
      const series = market.get('omie-pt');
      expect(series?.nanoPerKilowattHour).toHaveLength(18_961);
      const startMs = Date.parse('2024-10-26T22:00:00Z');
      const tariff = {
        type: 'dayAhead',
        series: 'omie-pt',
        factor: '0.9',
        adder: '0',
        resolution: 'PT60M',
      } as const;
      // The market day the clock went back: 25 hours, 100 quarter-hours of them four alike.
      const prices = priceSeries(tariff, 'Europe/Lisbon', startMs, startMs + 25 * HOUR, 900_000, {
        market,
      });
      expect(prices).toHaveLength(100);
      expect(prices.every((price, quarter) => price === prices[quarter - (quarter % 4)])).toBe(
        true,
      );
    });
  } else console.warn(`skipped: no ${FILE}`);
});

function decimal(nano: number): string {
  const digits = String(Math.abs(nano)).padStart(7, '0');
  return `${nano < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

describe('marketFromFiles', () => {
  const files = new Map([
    ['one.csv', 'start,price_per_mwh\n2026-01-01T00:00Z,1\n'],
    ['two.csv', 'start,price_per_mwh,area\n2026-01-01T00:00Z,1,PT\n2026-01-01T00:00Z,2,ES\n'],
  ]);

  test('gives the series that tariffs name by file and area, and leaves others to the caller', () => {
    const dayAhead = (series: string): Tariff => ({
      type: 'dayAhead',
      series,
      factor: '1',
      adder: '0',
      resolution: 'PT60M',
    });
    const names = seriesNames([
      '0.1',
      { type: 'sum', parts: [flatTariff('1'), { ...dayAhead('one.csv') } as DayAheadTariff] },
      { type: 'dated', versions: [{ tariff: dayAhead('two.csv#ES') as DayAheadTariff }] },
      dayAhead('elsewhere'),
      dayAhead('one.csv'),
    ]);
    expect(names).toEqual(['one.csv', 'two.csv#ES', 'elsewhere']);
    const market = marketFromFiles(names, files);
    expect([...market.keys()]).toEqual(['one.csv', 'two.csv#ES']);
    expect(market.get('two.csv#ES')).toMatchObject({
      name: 'two.csv#ES',
      nanoPerKilowattHour: Float64Array.of(2_000_000),
    });
  });

  test('refuses an area the file has not, and a file of several without an area', () => {
    expect(() => marketFromFiles(['two.csv'], files)).toThrow(
      /two.csv: series two.csv: got the areas PT, ES, expected one, or a name such as two.csv#PT/,
    );
    expect(() => marketFromFiles(['two.csv#FR'], files)).toThrow(
      /got the areas PT, ES, expected FR/,
    );
  });
});

describe('joinMarketSeries', () => {
  test('joins hours and quarter-hours at the finer unit, and leaves what is between without price', () => {
    const start = Date.UTC(2025, 8, 30, 20);
    const joined = joinMarketSeries([
      marketSeries('m', start, HOUR, ['10', null, '30']),
      marketSeries('m', start + 4 * HOUR, HOUR / 4, ['1', '2']),
    ]);
    expect([...joined.nanoPerKilowattHour].map((nano) => nano / 1e6)).toEqual([
      10,
      10,
      10,
      10,
      NaN,
      NaN,
      NaN,
      NaN,
      30,
      30,
      30,
      30,
      NaN,
      NaN,
      NaN,
      NaN,
      1,
      2,
    ]);
    expect(joined.resolutionMs).toBe(HOUR / 4);
  });

  test('refuses two prices of one time and series of two names', () => {
    const one = marketSeries('m', 0, HOUR, ['10']);
    expect(() => joinMarketSeries([one, marketSeries('m', 0, HOUR, ['11'])])).toThrow(
      /two prices at 1970-01-01T00:00:00Z/,
    );
    expect(() => joinMarketSeries([one, marketSeries('n', 0, HOUR, ['10'])])).toThrow(/got m, n/);
  });
});
