import {
  formatInstant,
  formatResolution,
  parsePrice,
  type EpochMs,
  type MicroPerKilowattHour,
} from '@microgrid/units';
import { localDays, localTime, type LocalDay, type LocalTime } from '@microgrid/units/calendar';
import { dayOfLeapYear, minuteOf, yearDayOf } from './coverage.js';
import { DAY_TYPES } from './day-type.js';
import type { Tariff, TariffSeason, TimeOfUseTariff } from './tariff.js';
import { TariffError } from './tariff-error.js';

/** A day's prices: `price` holds from minute `from` until the next step. */
interface PriceStep {
  readonly from: number;
  readonly price: MicroPerKilowattHour;
}

type DayClock = Pick<LocalTime, 'date' | 'month' | 'day' | 'weekday'>;

/** The price in force at an instant. */
export function priceAt(tariff: Tariff, timeZone: string, ms: EpochMs): MicroPerKilowattHour {
  if (tariff.type === 'flat') return parsePrice(tariff.price);
  const clock = localTime(timeZone, ms);
  return stepAt(daySteps(tariff, clock), clock.minuteOfDay).price;
}

/**
 * The price of every interval of [startMs, endMs), in micro-currency per kWh.
 * On a day the clock changes, the wall clock still decides: a skipped hour's price is not used and a
 * repeated hour has its price twice.
 * @throws TariffError `bad-span`, or `unaligned-period` when the price changes inside an interval.
 */
export function priceSeries(
  tariff: Tariff,
  timeZone: string,
  startMs: EpochMs,
  endMs: EpochMs,
  resolutionMs: number,
): Float64Array {
  const count = (endMs - startMs) / resolutionMs;
  if (!Number.isInteger(count) || count < 1) {
    throw new TariffError(
      'bad-span',
      `prices from ${formatInstant(startMs)} to ${formatInstant(endMs)}: expected a whole number of intervals of ${formatResolution(resolutionMs)}`,
    );
  }
  const series = new Float64Array(count);
  if (tariff.type === 'flat') return series.fill(parsePrice(tariff.price));
  for (const day of localDays(timeZone, startMs, endMs)) {
    fillDay(tariff, timeZone, day, { startMs, endMs, resolutionMs }, series);
  }
  return series;
}

interface Span {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
}

function fillDay(
  tariff: TimeOfUseTariff,
  timeZone: string,
  day: LocalDay,
  span: Span,
  series: Float64Array,
): void {
  const first = localTime(timeZone, day.startMs);
  const steps = daySteps(tariff, first);
  // Without a clock change the wall clock is arithmetic; asking the calendar is a thousand times slower.
  const regular =
    first.minuteOfDay === 0 &&
    localTime(timeZone, day.endMs - 1).offsetMinutes === first.offsetMinutes;
  const { startMs, resolutionMs } = span;
  let index = Math.max(0, Math.ceil((day.startMs - startMs) / resolutionMs));
  for (; index < series.length; index++) {
    const at = startMs + index * resolutionMs;
    if (at >= day.endMs) return;
    const minute = regular
      ? Math.floor((at - day.startMs) / 60_000)
      : localTime(timeZone, at).minuteOfDay;
    const step = stepAt(steps, minute);
    const change = steps.find(
      ({ from, price }) =>
        from > minute && from < minute + resolutionMs / 60_000 && price !== step.price,
    );
    if (change !== undefined) refuseChange(at, resolutionMs, change.from - minute);
    // An interval over midnight, where the local offset is no whole number of intervals.
    if (at + resolutionMs > day.endMs && priceAt(tariff, timeZone, day.endMs) !== step.price) {
      refuseChange(at, resolutionMs, (day.endMs - at) / 60_000);
    }
    series[index] = step.price;
  }
}

function refuseChange(at: EpochMs, resolutionMs: number, minutes: number): never {
  throw new TariffError(
    'unaligned-period',
    `interval ${formatInstant(at)} of ${formatResolution(resolutionMs)}: the price changes ${minutes} minutes into it; let periods begin where intervals begin`,
  );
}

function stepAt(steps: readonly PriceStep[], minute: number): PriceStep {
  const step = steps.findLast(({ from }) => from <= minute);
  if (step === undefined) throw new TariffError('invalid-tariff', `no price at minute ${minute}`);
  return step;
}

function daySteps(tariff: TimeOfUseTariff, clock: DayClock): PriceStep[] {
  const season = seasonOn(tariff, dayOfLeapYear(clock.month, clock.day));
  const type = tariff.holidays?.includes(clock.date)
    ? 'holiday'
    : (DAY_TYPES[clock.weekday - 1] ?? 'holiday');
  const group = season.days.find(({ weekdays }) => weekdays.includes(type));
  if (group === undefined) {
    throw new TariffError('invalid-tariff', `season ${season.id}: no prices for ${type}`);
  }
  return group.periods
    .map(({ from, price }) => ({ from: minuteOf(from), price: parsePrice(price) }))
    .sort((a, b) => a.from - b.from);
}

function seasonOn(tariff: TimeOfUseTariff, yearDay: number): TariffSeason {
  const season = tariff.seasons.find(({ from, to }) => {
    const first = yearDayOf(from);
    const last = yearDayOf(to);
    return first <= last
      ? yearDay >= first && yearDay <= last
      : yearDay >= first || yearDay <= last;
  });
  if (season === undefined) throw new TariffError('invalid-tariff', `no season on day ${yearDay}`);
  return season;
}
