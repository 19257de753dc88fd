import type { EpochMs } from '@microgrid/units';
import { localDays, localTime, type LocalDay } from '@microgrid/units/calendar';

/** Where a zone's clock changes, and by how many minutes. */
export interface ClockChange {
  /** First instant of the new time. */
  readonly atMs: EpochMs;
  /** Positive forward, negative back. */
  readonly minutes: number;
}

/** Days and clock changes of zones, and what else is the same for many points; each looked up once. */
export class ZoneCalendar {
  private readonly nights = new Map<string, Uint8Array>();
  private readonly known = new Map<
    string,
    { readonly days: readonly LocalDay[]; readonly changes: readonly ClockChange[] }
  >();

  /** The local days that touch a span. @throws UnitsError `bad-time-zone`. */
  days(timeZone: string, startMs: EpochMs, endMs: EpochMs): readonly LocalDay[] {
    return this.look(timeZone, startMs, endMs).days;
  }

  /** The changes of the clock on the local days that touch a span. @throws UnitsError `bad-time-zone`. */
  changes(timeZone: string, startMs: EpochMs, endMs: EpochMs): readonly ClockChange[] {
    return this.look(timeZone, startMs, endMs).changes;
  }

  /** What was made for a key before, or is made now. */
  remember(key: string, make: () => Uint8Array): Uint8Array {
    const known = this.nights.get(key) ?? make();
    this.nights.set(key, known);
    return known;
  }

  private look(timeZone: string, startMs: EpochMs, endMs: EpochMs) {
    const key = `${timeZone}/${startMs}/${endMs}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const days = localDays(timeZone, startMs, endMs);
    const offset = (ms: EpochMs): number => localTime(timeZone, ms).offsetMinutes;
    const changes = days.flatMap((day): ClockChange[] => {
      if (day.endMs - day.startMs === DAY_MS) return [];
      const before = offset(day.startMs);
      let [low, high] = [day.startMs, day.endMs - 1];
      while (high - low > 1) {
        const middle = low + Math.floor((high - low) / 2);
        if (offset(middle) === before) low = middle;
        else high = middle;
      }
      return [{ atMs: high, minutes: offset(high) - before }];
    });
    const found = { days, changes };
    this.known.set(key, found);
    return found;
  }
}

const DAY_MS = 86_400_000;
