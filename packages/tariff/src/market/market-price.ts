import { formatInstant, type EpochMs } from '@microgrid/units';
import { TariffError } from '../tariff-error.js';
import { seriesEnd, type MarketSeries, type MarketSeriesByName } from './market-series.js';

/** A series by name. @throws TariffError `missing-price` where the caller did not give it. */
export function seriesNamed(name: string, market: MarketSeriesByName | undefined): MarketSeries {
  const series = market?.get(name);
  if (series !== undefined) return series;
  const given = [...(market?.keys() ?? [])].join(', ') || 'none';
  throw new TariffError(
    'missing-price',
    `series ${name}: got ${given}, expected this day-ahead series; give its prices`,
  );
}

/**
 * The sum of the `count` prices that make the market time unit of an instant: an hour of
 * quarter-hours has four, a quarter-hour of an hour one. Their exact mean is the unit's price.
 * @throws TariffError `missing-price` where one of them is not known: a gap is never a price of 0.
 */
export function marketUnitPrice(
  series: MarketSeries,
  ms: EpochMs,
  unitMs: number,
): { readonly nanoSum: number; readonly count: number } {
  const { startMs, resolutionMs, nanoPerKilowattHour } = series;
  if (unitMs % resolutionMs !== 0 && resolutionMs % unitMs !== 0) {
    throw new TariffError(
      'missing-price',
      `series ${series.name}: prices of ${resolutionMs / 60_000} minutes give none of ${unitMs / 60_000} minutes`,
    );
  }
  const count = Math.max(1, unitMs / resolutionMs);
  const unitStart = Math.floor(ms / unitMs) * unitMs;
  const first = Math.floor((unitStart - startMs) / resolutionMs);
  let nanoSum = 0;
  for (let position = first; position < first + count; position++) {
    const price = nanoPerKilowattHour[position] ?? Number.NaN;
    if (Number.isNaN(price)) refuseGap(series, startMs + position * resolutionMs);
    nanoSum += price;
  }
  return { nanoSum, count };
}

function refuseGap(series: MarketSeries, ms: EpochMs): never {
  throw new TariffError(
    'missing-price',
    `series ${series.name}: no price at ${formatInstant(ms)} (the series runs from ${formatInstant(series.startMs)} to ${formatInstant(seriesEnd(series))}); load the missing market day, or wait for it`,
  );
}
