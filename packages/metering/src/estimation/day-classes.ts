import type { EpochMs } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';
import type { ZoneDay } from '../validation/zone-calendar.js';

const MINUTE_MS = 60_000;
/** ISO 8601. */
const SUNDAY = 7;

/** The local days of a span by kind, and where the same wall-clock time lies on another of them. */
export class DayClasses {
  /** Neighbouring instants mostly share their day. */
  private last = 0;

  /**
   * @param days consecutive days of the zone.
   * @param holidays dates `YYYY-MM-DD` that count as Sundays.
   */
  constructor(
    private readonly timeZone: string,
    private readonly days: readonly ZoneDay[],
    private readonly holidays: ReadonlySet<string>,
  ) {}

  /** Kind of the day an instant lies on. */
  kind(ms: EpochMs): number | undefined {
    const day = this.days[this.indexOf(ms)];
    return day && this.kindOf(day);
  }

  /** The instants of the same wall-clock time on earlier days of the same kind, nearest first. */
  earlier(ms: EpochMs, days: number): EpochMs[] {
    const index = this.indexOf(ms);
    const day = this.days[index];
    if (day === undefined) return [];
    const kind = this.kindOf(day);
    const found: EpochMs[] = [];
    for (let back = 1; back <= days && index - back >= 0; back++) {
      const source = this.days[index - back] as ZoneDay;
      if (this.kindOf(source) === kind) found.push(this.sameTime(ms, day, source));
    }
    return found;
  }

  /** The instant of the same wall-clock time so many days before. */
  daysBefore(ms: EpochMs, days: number): EpochMs | undefined {
    const index = this.indexOf(ms);
    const [day, source] = [this.days[index], this.days[index - days]];
    return day && source && this.sameTime(ms, day, source);
  }

  /** Minutes the wall clock shows after midnight. */
  minuteOfDay(ms: EpochMs): number {
    const day = this.days[this.indexOf(ms)];
    if (day === undefined) return 0;
    return this.wallMinutes(ms, day);
  }

  /** 1 = Monday to 7 = Sunday; a holiday counts as a Sunday. */
  private kindOf({ date, weekday }: ZoneDay): number {
    return this.holidays.has(date) ? SUNDAY : weekday;
  }

  private wallMinutes(ms: EpochMs, day: ZoneDay): number {
    const [before, after] = day.offsets;
    const elapsed = (ms - day.startMs) / MINUTE_MS;
    if (before === after) return elapsed;
    // Only the two days a year on which the clock changes ask the calendar itself.
    return elapsed + localTime(this.timeZone, ms).offsetMinutes - before;
  }

  private sameTime(ms: EpochMs, day: ZoneDay, source: ZoneDay): EpochMs {
    const minutes = this.wallMinutes(ms, day);
    const plain = source.startMs + minutes * MINUTE_MS;
    const [before, after] = source.offsets;
    if (before === after) return plain;
    const changed = localTime(this.timeZone, plain).offsetMinutes !== before;
    return changed ? plain - (after - before) * MINUTE_MS : plain;
  }

  private indexOf(ms: EpochMs): number {
    const known = this.days[this.last];
    if (known !== undefined && ms >= known.startMs && ms < known.endMs) return this.last;
    let [low, high] = [0, this.days.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const day = this.days[middle] as ZoneDay;
      if (ms < day.startMs) high = middle - 1;
      else if (ms >= day.endMs) low = middle + 1;
      else return (this.last = middle);
    }
    return -1;
  }
}
