import { marketSeries, type MarketSeries } from '../market/market-series.js';
import { TIP_CLASSES, tipPremium } from '../market/tip.js';
import type { DayAheadTariff } from '../market-tariff.js';
import { parseFraction } from '../number/fraction.js';
import { formatFraction } from '../number/rounding.js';
import { parseTariff, safeParseTariff } from '../parse-tariff.js';
import type { Tariff } from '../tariff.js';
import { priceAt, priceSeries } from './price-series.js';
import { tariffTable } from './tariff-table.js';

const HOUR = 3_600_000;
const QUARTER = HOUR / 4;
const START = Date.UTC(2026, 5, 1);

const hourly = marketSeries('omie', START, HOUR, ['100', '-20', '0', '33.333333']);
const quarterly = marketSeries('omie', START, QUARTER, [
  '10',
  '20',
  '30',
  '41',
  '0',
  '0',
  '0',
  '1',
]);

function dayAhead(more: Partial<DayAheadTariff> = {}): DayAheadTariff {
  return {
    type: 'dayAhead',
    series: 'omie',
    factor: '1',
    adder: '0',
    resolution: 'PT60M',
    ...more,
  };
}

function prices(
  tariff: Tariff,
  series: MarketSeries,
  hours: number,
  resolutionMs: number,
): number[] {
  const market = new Map([[series.name, series]]);
  return [
    ...priceSeries(tariff, 'Europe/Lisbon', START, START + hours * HOUR, resolutionMs, { market }),
  ];
}

describe('day-ahead tariffs', () => {
  test('are market price x factor + adder, also below zero', () => {
    expect(prices(dayAhead({ factor: '0.85', adder: '0.004' }), hourly, 3, HOUR)).toEqual([
      89_000, -13_000, 4_000,
    ]);
  });

  test('are bounded by floor and cap after factor and adder', () => {
    const bounded = dayAhead({ adder: '0.01', floor: '0', cap: '0.09' });
    expect(prices(bounded, hourly, 3, HOUR)).toEqual([90_000, 0, 10_000]);
  });

  test('at 60 minutes take the exact mean of quarter-hours, rounded once to 6 decimals', () => {
    // (10 + 20 + 30 + 41) / 4 = 25.25 EUR/MWh; (0 + 0 + 0 + 1) / 4 = 0.25 EUR/MWh
    expect(prices(dayAhead(), quarterly, 2, QUARTER)).toEqual([
      25_250, 25_250, 25_250, 25_250, 250, 250, 250, 250,
    ]);
    expect(prices(dayAhead({ factor: '0.001' }), quarterly, 2, HOUR)).toEqual([25, 0]);
    const { entries } = tariffTable(
      dayAhead({ factor: '0.001' }),
      { startMs: START, endMs: START + HOUR, resolutionMs: HOUR, timeZone: 'UTC' },
      { market: new Map([['omie', quarterly]]) },
    );
    expect(entries[0]?.price).toEqual({ numerator: 101n, denominator: 4_000_000n });
  });

  test('at 15 minutes take each quarter-hour, and of an hourly market its hour', () => {
    const quarters = dayAhead({ resolution: 'PT15M' });
    expect(prices(quarters, quarterly, 1, QUARTER)).toEqual([10_000, 20_000, 30_000, 41_000]);
    expect(prices(quarters, hourly, 1, QUARTER)).toEqual([100_000, 100_000, 100_000, 100_000]);
  });

  test('at 15 minutes refuse to price an hour whose quarters differ', () => {
    const quarters = dayAhead({ resolution: 'PT15M' });
    expect(() => prices(quarters, quarterly, 1, HOUR)).toThrow(
      /interval 2026-06-01T00:00:00Z of PT60M: the price of series omie changes 15 minutes into it/,
    );
    expect(prices(quarters, hourly, 4, HOUR)).toEqual([100_000, -20_000, 0, 33_333]);
  });

  test('fail where a price is missing: no series, before, after, one quarter of an hour', () => {
    const at = (tariff: Tariff, ms: number, series: MarketSeries[]): number =>
      priceAt(tariff, 'UTC', ms, { market: new Map(series.map((one) => [one.name, one])) });
    expect(() => at(dayAhead(), START, [])).toThrow(/series omie: got none, expected this/);
    expect(() => at(dayAhead(), START - 1, [hourly])).toThrow(/no price at 2026-05-31T23:00:00Z/);
    expect(() => at(dayAhead(), START + 4 * HOUR, [hourly])).toThrow(/no price at/);
    const gap = marketSeries('omie', START, QUARTER, ['10', '20', null, '40']);
    expect(() => at(dayAhead(), START, [gap])).toThrow(/no price at 2026-06-01T00:30:00Z/);
    expect(() => priceAt(dayAhead(), 'UTC', START)).toThrow(/series omie: got none/);
  });

  test('are refused with a cap below the floor, or a factor that is no decimal', () => {
    expect(safeParseTariff(dayAhead({ floor: '0.1', cap: '0' })).success).toBe(false);
    expect(() => parseTariff(dayAhead({ floor: '0,1', cap: '0' }))).toThrow(/floor: got "0,1"/);
    expect(() => parseTariff(dayAhead({ factor: '85%' }))).toThrow(/factor: got "85%"/);
  });
});

describe('the Italian premium', () => {
  const premium = (
    powerKilowatts: string,
    zonal: string,
    more: { region?: 'south' | 'centre' | 'north'; reductionPercent?: string } = {},
  ): string =>
    formatFraction(
      tipPremium(
        { powerKilowatts, region: 'south', photovoltaic: true, ...more },
        parseFraction(zonal),
      ),
      3,
    );

  test('is base + max(0; 180 - zonal price) up to the cap, by power class', () => {
    expect(TIP_CLASSES.map(({ base, cap }) => [base, cap])).toEqual([
      [80, 120],
      [70, 110],
      [60, 100],
    ]);
    expect(premium('200', '200')).toBe('80.000');
    expect(premium('200', '180')).toBe('80.000');
    expect(premium('200', '150.5')).toBe('109.500');
    expect(premium('200', '140')).toBe('120.000');
    expect(premium('200', '-5')).toBe('120.000');
    expect(premium('200.01', '160')).toBe('90.000');
    expect(premium('600', '100')).toBe('110.000');
    expect(premium('601', '170')).toBe('70.000');
    expect(premium('1000', '0')).toBe('100.000');
  });

  test('has the correction of the region for photovoltaics on top of the cap', () => {
    expect(premium('20', '100', { region: 'north' })).toBe('130.000');
    expect(premium('20', '100', { region: 'centre' })).toBe('124.000');
    const hydro = { powerKilowatts: '20', region: 'north', photovoltaic: false } as const;
    expect(tipPremium(hydro, parseFraction('100'))).toEqual(parseFraction('120'));
  });

  test('takes the zonal price as text too, and refuses by name what is no decimal or region', () => {
    const plant = { powerKilowatts: '450', region: 'centre', photovoltaic: true } as const;
    expect(tipPremium(plant, '150')).toEqual(parseFraction('104'));
    expect(() => tipPremium(plant, 150 as never)).toThrow(/got 150 \(number\), .*decimal as text/);
    expect(() => tipPremium({ ...plant, powerKilowatts: 450 as never }, '150')).toThrow(
      /got 450 \(number\)/,
    );
    expect(() => tipPremium({ ...plant, region: 'nord' as never }, '150')).toThrow(
      /region: got nord, expected one of south, centre, north/,
    );
  });

  test('is reduced for a grant', () => {
    expect(premium('20', '150', { reductionPercent: '50' })).toBe('55.000');
    expect(() =>
      parseTariff({
        type: 'tip',
        series: 'x',
        powerKilowatts: '20',
        region: 'north',
        photovoltaic: true,
        reductionPercent: '51',
      }),
    ).toThrow(/at most 50 percent/);
  });

  test('as a tariff is a price per kWh that follows the zone hour by hour', () => {
    const tariff = parseTariff({
      type: 'tip',
      series: 'omie',
      powerKilowatts: '100',
      region: 'centre',
      photovoltaic: true,
    });
    expect(prices(tariff, hourly, 3, HOUR)).toEqual([124_000, 124_000, 124_000]);
    const high = marketSeries('omie', START, HOUR, ['170.01', '250']);
    expect(prices(tariff, high, 2, QUARTER).filter((_, quarter) => quarter % 4 === 0)).toEqual([
      93_990, 84_000,
    ]);
  });
});
