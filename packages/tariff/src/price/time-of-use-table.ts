import { formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import { localDays, localTime, type LocalDay, type LocalTime } from '@microgrid/units/calendar';
import { seasonKind } from '../calendar/coverage.js';
import { clockIsSummer } from '../calendar/clock-state.js';
import { dayOfLeapYear, minuteOf, yearDayOf } from '../calendar/day-number.js';
import { DAY_TYPES, type DayType } from '../calendar/day-type.js';
import { holidayTest } from '../calendar/holidays.js';
import { parseFraction } from '../number/fraction.js';
import { TariffError } from '../tariff-error.js';
import type { TariffSeason, TimeOfUseTariff } from '../time-of-use.js';
import { PriceEntries, type PriceSpan, type PriceTable } from './price-table.js';

/** A day's prices: the entry holds from minute `from` until the next step. */
interface PriceStep {
  readonly from: number;
  readonly entry: number;
}

/** Fills the table of a time-of-use tariff; steps of a season and day type are made once. */
class TimeOfUseTable {
  readonly entries = new PriceEntries();
  readonly index: Uint32Array;
  private readonly isHoliday: (date: string) => boolean;
  private readonly steps = new Map<string, readonly PriceStep[]>();
  private readonly byClock: boolean;

  constructor(
    private readonly tariff: TimeOfUseTariff,
    private readonly span: PriceSpan,
  ) {
    this.index = new Uint32Array((span.endMs - span.startMs) / span.resolutionMs);
    this.isHoliday = holidayTest(tariff.holidays);
    this.byClock = tariff.seasons.some((season) => seasonKind(season) === 'clock');
  }

  fill(): PriceTable {
    const { timeZone, startMs, endMs } = this.span;
    for (const day of localDays(timeZone, startMs, endMs)) this.fillDay(day);
    return { entries: this.entries.entries, index: this.index };
  }

  private fillDay(day: LocalDay): void {
    const { startMs, resolutionMs, timeZone } = this.span;
    const first = localTime(timeZone, day.startMs);
    // Without a clock change the wall clock is arithmetic; asking the calendar is a thousand times slower.
    const regular =
      first.minuteOfDay === 0 &&
      localTime(timeZone, day.endMs - 1).offsetMinutes === first.offsetMinutes;
    const daySteps = this.stepsOn(first, day.startMs);
    let interval = Math.max(0, Math.ceil((day.startMs - startMs) / resolutionMs));
    for (; interval < this.index.length; interval++) {
      const at = startMs + interval * resolutionMs;
      if (at >= day.endMs) return;
      if (regular) {
        const minute = Math.floor((at - day.startMs) / 60_000);
        this.index[interval] = this.entryOf(daySteps, minute, at);
      } else {
        const clock = localTime(timeZone, at);
        const steps = this.byClock ? this.stepsOn(clock, at) : daySteps;
        this.index[interval] = this.entryOf(steps, clock.minuteOfDay, at);
      }
      if (at + resolutionMs > day.endMs) this.checkMidnight(interval, at, day.endMs);
    }
  }

  private entryOf(steps: readonly PriceStep[], minute: number, at: EpochMs): number {
    const minutes = this.span.resolutionMs / 60_000;
    const step = stepAt(steps, minute);
    for (const { from, entry } of steps) {
      if (from <= minute || from >= minute + minutes || this.samePrice(entry, step.entry)) continue;
      this.refuseChange(at, from - minute);
    }
    return step.entry;
  }

  /** An interval over midnight, where the local offset is no whole number of intervals. */
  private checkMidnight(interval: number, at: EpochMs, midnight: EpochMs): void {
    const clock = localTime(this.span.timeZone, midnight);
    const after = stepAt(this.stepsOn(clock, midnight), clock.minuteOfDay).entry;
    if (this.samePrice(after, this.index[interval] ?? 0)) return;
    this.refuseChange(at, (midnight - at) / 60_000);
  }

  private samePrice(a: number, b: number): boolean {
    const [x, y] = [this.entries.entries[a]?.price, this.entries.entries[b]?.price];
    return x?.numerator === y?.numerator && x?.denominator === y?.denominator;
  }

  private refuseChange(at: EpochMs, minutes: number): never {
    throw new TariffError(
      'unaligned-period',
      `interval ${formatInstant(at)} of ${formatResolution(this.span.resolutionMs)}: the price changes ${minutes} minutes into it; let periods begin where intervals begin`,
    );
  }

  private stepsOn(clock: LocalTime, ms: EpochMs): readonly PriceStep[] {
    const season = this.seasonAt(clock, ms);
    const type = this.isHoliday(clock.date)
      ? 'holiday'
      : (DAY_TYPES[clock.weekday - 1] ?? 'holiday');
    const key = `${season.id}|${type}`;
    let steps = this.steps.get(key);
    if (steps === undefined) {
      steps = this.makeSteps(season, type);
      this.steps.set(key, steps);
    }
    return steps;
  }

  private makeSteps(season: TariffSeason, type: DayType): PriceStep[] {
    const group = season.days.find(({ weekdays }) => weekdays.includes(type));
    if (group === undefined) {
      throw new TariffError('invalid-tariff', `season ${season.id}: no prices for ${type}`);
    }
    return group.periods
      .map(({ from, price, name }) => ({
        from: minuteOf(from),
        entry: this.entries.add({
          price: parseFraction(price),
          listed: true,
          ...(name !== undefined && { name }),
        }),
      }))
      .sort((a, b) => a.from - b.from);
  }

  private seasonAt(clock: LocalTime, ms: EpochMs): TariffSeason {
    const season = this.tariff.seasons.find((candidate) => {
      const { from, to, quarters } = candidate;
      if (quarters !== undefined) return quarters.includes(Math.ceil(clock.month / 3));
      if (from === undefined || to === undefined) {
        return (candidate.clock === 'summer') === clockIsSummer(this.span.timeZone, ms);
      }
      const day = dayOfLeapYear(clock.month, clock.day);
      const [first, last] = [yearDayOf(from), yearDayOf(to)];
      return first <= last ? day >= first && day <= last : day >= first || day <= last;
    });
    if (season === undefined) {
      throw new TariffError('invalid-tariff', `no season on ${clock.date}`);
    }
    return season;
  }
}

function stepAt(steps: readonly PriceStep[], minute: number): PriceStep {
  const step = steps.findLast(({ from }) => from <= minute);
  if (step === undefined) throw new TariffError('invalid-tariff', `no price at minute ${minute}`);
  return step;
}

/**
 * The prices of a time-of-use tariff.
 * @throws TariffError `unaligned-period` when the price changes inside an interval.
 */
export function timeOfUseTable(tariff: TimeOfUseTariff, span: PriceSpan): PriceTable {
  return new TimeOfUseTable(tariff, span).fill();
}
