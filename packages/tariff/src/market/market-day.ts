import type { EpochMs } from '@microgrid/units';
import { localDays, localTime, startOfLocalDay } from '@microgrid/units/calendar';
import { TariffError } from '../tariff-error.js';

/**
 * The time zone whose days are market days of the coupled European day-ahead market: CET and CEST,
 * also in Portugal and Ireland, whose own clocks show an hour less.
 */
export const MARKET_TIME_ZONE = 'Europe/Brussels';

/** A market day: 23, 24 or 25 hours of the market's time zone. */
export interface MarketDay {
  /** `YYYY-MM-DD` in the market's time zone. */
  readonly date: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** 23, 24 or 25. */
  readonly hours: number;
}

/** A market time unit by its number in the day. */
export interface MarketPeriod {
  readonly date: string;
  /** 1 to 23, 24 or 25 for hours; 1 to 92, 96 or 100 for quarter-hours. */
  readonly period: number;
}

/** The market day of a date. @throws UnitsError for a date or time zone that does not exist. */
export function marketDay(date: string, timeZone: string = MARKET_TIME_ZONE): MarketDay {
  const startMs = startOfLocalDay(timeZone, date);
  const [day] = localDays(timeZone, startMs, startMs + 1);
  const endMs = day?.endMs ?? startMs;
  return { date, startMs, endMs, hours: (endMs - startMs) / 3_600_000 };
}

/**
 * The instant a numbered unit of a market day begins. Units are counted, not read off a clock: on the
 * day the clock goes back hours 3 and 4 both begin at 02:00 local, on the day it goes forward hour 3
 * begins at 03:00.
 * @param period from 1.
 * @throws TariffError `invalid-market-prices` for a unit the day does not have.
 */
export function marketInstant(
  { date, period }: MarketPeriod,
  resolutionMs: number,
  timeZone: string = MARKET_TIME_ZONE,
): EpochMs {
  return unitOfDay(marketDay(date, timeZone), period, resolutionMs);
}

/** {@link marketInstant} in a day that is known. */
export function unitOfDay(day: MarketDay, period: number, resolutionMs: number): EpochMs {
  const { date, startMs, endMs, hours } = day;
  const count = (endMs - startMs) / resolutionMs;
  if (Number.isInteger(period) && period >= 1 && period <= count) {
    return startMs + (period - 1) * resolutionMs;
  }
  throw new TariffError(
    'invalid-market-prices',
    `market day ${date}, period: got ${period}, expected 1 to ${count}: the day has ${hours} hours`,
  );
}

/** The market day and unit of an instant: the other direction of {@link marketInstant}. */
export function marketPeriod(
  ms: EpochMs,
  resolutionMs: number,
  timeZone: string = MARKET_TIME_ZONE,
): MarketPeriod {
  const { date } = localTime(timeZone, ms);
  const { startMs } = marketDay(date, timeZone);
  return { date, period: Math.floor((ms - startMs) / resolutionMs) + 1 };
}
