import {
  formatInstant,
  formatResolution,
  numeratorAt,
  parseRatio,
  type EpochMs,
} from '@microgrid/units';
import { TariffError } from '../tariff-error.js';

/**
 * A day-ahead price series of one bidding zone, one price per market time unit.
 * {@link marketSeries}, {@link joinMarketSeries} and `parseMarketPrices` make them.
 */
export interface MarketSeries {
  /** The name tariffs refer to. */
  readonly name: string;
  readonly startMs: EpochMs;
  /** Length of one price: 900,000, 1,800,000 or 3,600,000 ms. */
  readonly resolutionMs: number;
  /** Whole 10^-9 currency units per kWh (EUR/MWh x 10^6), may be negative; NaN where there is no price. */
  readonly nanoPerKilowattHour: Float64Array;
}

/** Market series by the name tariffs refer to. */
export type MarketSeriesByName = ReadonlyMap<string, MarketSeries>;

/** Market time units that are known. */
const RESOLUTIONS_MS: readonly number[] = [900_000, 1_800_000, 3_600_000];

/** Currency per MWh with at most 6 decimals as whole 10^-9 currency per kWh. */
export function nanoOf(perMegawattHour: string): number {
  const ratio = parseRatio(perMegawattHour);
  const scaled = numeratorAt(ratio, 12);
  const nano = Number(scaled / 1_000_000n);
  if (scaled % 1_000_000n === 0n && Number.isSafeInteger(nano * 4)) return nano;
  throw new TariffError(
    'invalid-market-prices',
    `price per MWh: got ${perMegawattHour}, expected at most 6 decimals and a size of at most 2 * 10^9`,
  );
}

/**
 * A series from prices in order of time.
 * @param perMegawattHour currency per MWh, decimal text; null where there is no price.
 * @throws TariffError `invalid-market-prices`, UnitsError `not-a-number`.
 */
export function marketSeries(
  name: string,
  startMs: EpochMs,
  resolutionMs: number,
  perMegawattHour: readonly (string | null)[],
): MarketSeries {
  if (!RESOLUTIONS_MS.includes(resolutionMs) || startMs % resolutionMs !== 0) {
    throw new TariffError(
      'invalid-market-prices',
      `series ${name} from ${formatInstant(startMs)}: expected units of 15, 30 or 60 minutes that begin on the clock's quarters, halves or hours`,
    );
  }
  const nanoPerKilowattHour = Float64Array.from(perMegawattHour, (price) =>
    price === null ? Number.NaN : nanoOf(price),
  );
  return { name, startMs, resolutionMs, nanoPerKilowattHour };
}

/**
 * Several series of one name as one, at the finest of their units: a market that went from hours to
 * quarter-hours. A coarser price holds for each finer unit in it. Time between them has no price.
 * @throws TariffError `invalid-market-prices` for other names, or two prices of one time that differ.
 */
export function joinMarketSeries(parts: readonly MarketSeries[]): MarketSeries {
  const [first] = parts;
  if (first === undefined || parts.some(({ name }) => name !== first.name)) {
    const names = parts.map(({ name }) => name).join(', ') || 'none';
    throw new TariffError(
      'invalid-market-prices',
      `series to join: got ${names}, expected at least one, all of one name`,
    );
  }
  const resolutionMs = Math.min(...parts.map((part) => part.resolutionMs));
  const startMs = Math.min(...parts.map((part) => part.startMs));
  const endMs = Math.max(...parts.map(seriesEnd));
  const joined = new Float64Array((endMs - startMs) / resolutionMs).fill(Number.NaN);
  for (const part of parts) {
    const times = part.resolutionMs / resolutionMs;
    const offset = (part.startMs - startMs) / resolutionMs;
    for (const [unit, price] of part.nanoPerKilowattHour.entries()) {
      if (Number.isNaN(price)) continue;
      for (let step = 0; step < times; step++) {
        const at = offset + unit * times + step;
        const known = joined[at] as number;
        if (!Number.isNaN(known) && known !== price) {
          throw new TariffError(
            'invalid-market-prices',
            `series ${first.name}: two prices at ${formatInstant(startMs + at * resolutionMs)} of ${formatResolution(resolutionMs)}, expected one`,
          );
        }
        joined[at] = price;
      }
    }
  }
  return { name: first.name, startMs, resolutionMs, nanoPerKilowattHour: joined };
}

/** The instant after a series' last unit. */
export function seriesEnd({ startMs, resolutionMs, nanoPerKilowattHour }: MarketSeries): EpochMs {
  return startMs + nanoPerKilowattHour.length * resolutionMs;
}
