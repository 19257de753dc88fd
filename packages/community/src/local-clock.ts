import type { EpochMs } from '@microgrid/units';
import { localDays, localTime, type LocalDay, type LocalTime } from '@microgrid/units/calendar';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The wall clock of a time zone, for many instants one after the other: the calendar is asked once for a
 * day of 24 hours, and for every instant of a day on which clocks change.
 */
export class LocalClock {
  private day: LocalDay | undefined;
  private midnight: LocalTime | undefined;

  /** @param timeZone IANA name. */
  constructor(private readonly timeZone: string) {}

  /** What the clock shows at an instant. @throws UnitsError `bad-time-zone`. */
  at(ms: EpochMs): LocalTime {
    if (this.day === undefined || ms < this.day.startMs || ms >= this.day.endMs) this.turnTo(ms);
    const { day, midnight } = this;
    if (day === undefined || midnight === undefined) return localTime(this.timeZone, ms);
    return { ...midnight, minuteOfDay: Math.floor((ms - day.startMs) / MINUTE_MS) };
  }

  private turnTo(ms: EpochMs): void {
    const [day] = localDays(this.timeZone, ms, ms + 1);
    this.day = day;
    this.midnight = undefined;
    if (day === undefined || day.endMs - day.startMs !== DAY_MS) return;
    const first = localTime(this.timeZone, day.startMs);
    const last = localTime(this.timeZone, day.endMs - 1);
    const plain = first.minuteOfDay === 0 && first.offsetMinutes === last.offsetMinutes;
    if (plain) this.midnight = first;
  }
}
