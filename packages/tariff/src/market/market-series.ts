import type { EpochMs } from '@microgrid/units';

/**
 * A day-ahead price series of one bidding zone, one price per market time unit.
 * Build it with `marketSeries` or `parseMarketPrices`, which check gaps and market days.
 */
export interface MarketSeries {
  /** The name tariffs refer to. */
  readonly name: string;
  readonly startMs: EpochMs;
  /** Length of one price: 900,000 or 3,600,000 ms (1,800,000 where a market has half-hours). */
  readonly resolutionMs: number;
  /** Whole 10^-9 currency units per kWh (EUR/MWh x 10^6), may be negative; NaN where there is no price. */
  readonly nanoPerKilowattHour: Float64Array;
}

/** Market series by the name tariffs refer to. */
export type MarketSeriesByName = ReadonlyMap<string, MarketSeries>;
