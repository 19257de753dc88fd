import type { EpochMs } from '@microgrid/units';
import { localDays, type LocalDay } from '@microgrid/units/calendar';
import { clockChange, type ClockChange } from '../clock-change.js';

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
    const changes = days.flatMap((day) => clockChange(timeZone, day.startMs, day.endMs) ?? []);
    const found = { days, changes };
    this.known.set(key, found);
    return found;
  }
}
