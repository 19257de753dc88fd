import type { EpochMs } from '@microgrid/units';
import type { ZoneDay } from '../validation/zone-calendar.js';

const MINUTE_MS = 60_000;
/** ISO 8601. */
const SUNDAY = 7;

/** The local days of a span by kind, and where the same wall-clock time lies on another of them. */
export class DayClasses {
  /** 1 = Monday to 7 = Sunday of every day; a holiday counts as a Sunday. */
  private readonly kinds: Uint8Array;
  /** Neighbouring instants mostly share their day: it is tried first. */
  private last = 0;
  /** Earlier days like a day, looked for last. */
  private alike = { index: -1, days: 0, found: [] as readonly ZoneDay[] };

  /**
   * @param days consecutive days of the zone.
   * @param holidays dates `YYYY-MM-DD` that count as Sundays.
   */
  constructor(
    private readonly days: readonly ZoneDay[],
    holidays: ReadonlySet<string>,
  ) {
    this.kinds = Uint8Array.from(days, ({ date, weekday }) =>
      holidays.has(date) ? SUNDAY : weekday,
    );
  }

  /** Kind of the day an instant lies on. */
  kind(ms: EpochMs): number | undefined {
    return this.kinds[this.indexOf(ms)];
  }

  /** The instants of the same wall-clock time on earlier days of the same kind, nearest first. */
  earlier(ms: EpochMs, days: number): EpochMs[] {
    const index = this.indexOf(ms);
    const day = this.days[index];
    if (day === undefined) return [];
    return this.daysLike(index, days).map((source) => this.sameTime(ms, day, source));
  }

  private daysLike(index: number, days: number): readonly ZoneDay[] {
    if (this.alike.index === index && this.alike.days === days) return this.alike.found;
    const found: ZoneDay[] = [];
    for (let back = 1; back <= days && index - back >= 0; back++) {
      if (this.kinds[index - back] !== this.kinds[index]) continue;
      found.push(this.days[index - back] as ZoneDay);
    }
    this.alike = { index, days, found };
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

  private wallMinutes(ms: EpochMs, day: ZoneDay): number {
    const [before, after] = day.offsets;
    const minutes = day.startMinute + (ms - day.startMs) / MINUTE_MS;
    return ms < day.changeMs ? minutes : minutes + after - before;
  }

  private sameTime(ms: EpochMs, day: ZoneDay, source: ZoneDay): EpochMs {
    const minutes = this.wallMinutes(ms, day);
    // Where midnight is skipped, times in the hour that is not there lie that hour later.
    const skipped = minutes < source.startMinute ? 0 : source.startMinute;
    const plain = source.startMs + (minutes - skipped) * MINUTE_MS;
    const [before, after] = source.offsets;
    return plain < source.changeMs ? plain : plain - (after - before) * MINUTE_MS;
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
