import type { EpochMs } from '@microgrid/units';
import { localDays, localTime, type LocalDay } from '@microgrid/units/calendar';

const MINUTE_MS = 60_000;
/** ISO 8601. */
const SUNDAY = 7;

interface ClassedDay extends LocalDay {
  /** 1 = Monday to 7 = Sunday; a holiday counts as a Sunday. */
  readonly kind: number;
  /** Minutes the wall clock is ahead of UTC as the day begins and as it ends. */
  readonly offsets: readonly [number, number];
}

/** The local days of a span by kind, and where the same wall-clock time lies on another of them. */
export class DayClasses {
  private readonly days: readonly ClassedDay[];

  /**
   * @param holidays dates `YYYY-MM-DD` that count as Sundays.
   * @throws UnitsError `bad-time-zone`.
   */
  constructor(
    readonly timeZone: string,
    startMs: EpochMs,
    endMs: EpochMs,
    holidays: ReadonlySet<string>,
  ) {
    this.days = localDays(timeZone, startMs, endMs).map((day) => {
      const first = localTime(timeZone, day.startMs);
      const last = localTime(timeZone, day.endMs - 1);
      return {
        ...day,
        kind: holidays.has(day.date) ? SUNDAY : first.weekday,
        offsets: [first.offsetMinutes, last.offsetMinutes],
      };
    });
  }

  /** Kind of the day an instant lies on. */
  kind(ms: EpochMs): number | undefined {
    return this.days[this.indexOf(ms)]?.kind;
  }

  /** The instants of the same wall-clock time on earlier days of the same kind, nearest first. */
  earlier(ms: EpochMs, days: number): EpochMs[] {
    const index = this.indexOf(ms);
    const day = this.days[index];
    if (day === undefined) return [];
    const found: EpochMs[] = [];
    for (let back = 1; back <= days && index - back >= 0; back++) {
      const source = this.days[index - back] as ClassedDay;
      if (source.kind === day.kind) found.push(this.sameTime(ms, day, source));
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

  private wallMinutes(ms: EpochMs, day: ClassedDay): number {
    const [before, after] = day.offsets;
    const elapsed = (ms - day.startMs) / MINUTE_MS;
    if (before === after) return elapsed;
    // Only the two days a year on which the clock changes ask the calendar itself.
    return elapsed + localTime(this.timeZone, ms).offsetMinutes - before;
  }

  private sameTime(ms: EpochMs, day: ClassedDay, source: ClassedDay): EpochMs {
    const minutes = this.wallMinutes(ms, day);
    const plain = source.startMs + minutes * MINUTE_MS;
    const [before, after] = source.offsets;
    if (before === after) return plain;
    const changed = localTime(this.timeZone, plain).offsetMinutes !== before;
    return changed ? plain - (after - before) * MINUTE_MS : plain;
  }

  private indexOf(ms: EpochMs): number {
    let [low, high] = [0, this.days.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const day = this.days[middle] as ClassedDay;
      if (ms < day.startMs) high = middle - 1;
      else if (ms >= day.endMs) low = middle + 1;
      else return middle;
    }
    return -1;
  }
}
