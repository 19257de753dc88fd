import { localTime, type LocalTime } from '@microgrid/units/calendar';
import type { EpochMs } from '@microgrid/units';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** The wall clock of a period's intervals. */
export class PeriodClock {
  private hour = NaN;
  private atHour: LocalTime | undefined;

  constructor(
    private readonly timeZone: string,
    readonly startMs: EpochMs,
    readonly resolutionMs: number,
    readonly intervals: number,
  ) {}

  /**
   * The wall clock at an interval's start. The calendar is asked once per UTC hour: clocks change on
   * whole UTC hours since time zones are kept by the minute, or on half ones, which are asked anew.
   */
  local(interval: number): LocalTime {
    const ms = this.startMs + interval * this.resolutionMs;
    const half = Math.floor(ms / (HOUR_MS / 2));
    if (half !== this.hour || this.atHour === undefined) {
      this.hour = half;
      this.atHour = localTime(this.timeZone, half * (HOUR_MS / 2));
    }
    const minuteOfDay = this.atHour.minuteOfDay + (ms - half * (HOUR_MS / 2)) / MINUTE_MS;
    // A half hour that midnight lies in (zones a quarter of an hour off) is rare enough to ask again.
    if (minuteOfDay >= DAY_MINUTES) return localTime(this.timeZone, ms);
    return { ...this.atHour, minuteOfDay };
  }
}
