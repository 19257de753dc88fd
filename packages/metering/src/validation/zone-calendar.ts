import type { EpochMs } from '@microgrid/units';
import { localDays, localTime, type LocalDay } from '@microgrid/units/calendar';
import { clockChange, type ClockChange } from '../clock-change.js';
import { NightTable, type Dusk } from './night-table.js';

/** One local day with what the clock on the wall does in it. */
export interface ZoneDay extends LocalDay {
  /** 1 = Monday to 7 = Sunday (ISO 8601). */
  readonly weekday: number;
  /** Minutes the wall clock shows as the day begins: 0 unless midnight is skipped. */
  readonly startMinute: number;
  /** Minutes the wall clock is ahead of UTC as the day begins and as it ends. */
  readonly offsets: readonly [number, number];
  /** First instant of the offset the day ends with; Infinity where it begins with that. */
  readonly changeMs: EpochMs;
}

/** Days are looked up in pieces of this length, so that series of about the same span share them. */
const PIECE_MS = 32 * 86_400_000;

/** The days of one zone, as far as they were asked for; one after the other without a hole. */
class ZoneDays {
  private days: ZoneDay[] = [];
  private changes: ClockChange[] = [];

  constructor(private readonly timeZone: string) {}

  daysTouching(startMs: EpochMs, endMs: EpochMs): readonly ZoneDay[] {
    this.cover(startMs, endMs);
    const from = this.firstEndingAfter(startMs);
    const to = this.firstEndingAfter(endMs);
    const last = this.days[to];
    return this.days.slice(from, last !== undefined && last.startMs < endMs ? to + 1 : to);
  }

  changesTouching(startMs: EpochMs, endMs: EpochMs): readonly ClockChange[] {
    const days = this.daysTouching(startMs, endMs);
    const [first, last] = [days[0], days.at(-1)];
    if (first === undefined || last === undefined) return [];
    return this.changes.filter(({ atMs }) => atMs > first.startMs && atMs < last.endMs);
  }

  private cover(startMs: EpochMs, endMs: EpochMs): void {
    const [first, last] = [this.days[0], this.days.at(-1)];
    const fromMs = Math.floor(startMs / PIECE_MS) * PIECE_MS;
    const toMs = Math.floor(endMs / PIECE_MS) * PIECE_MS + PIECE_MS;
    if (first === undefined || last === undefined) {
      this.days = this.lookUp(fromMs, toMs);
      return;
    }
    if (startMs < first.startMs) this.days = [...this.lookUp(fromMs, first.startMs), ...this.days];
    if (endMs > last.endMs) this.days = [...this.days, ...this.lookUp(last.endMs, toMs)];
  }

  private lookUp(startMs: EpochMs, endMs: EpochMs): ZoneDay[] {
    const { timeZone } = this;
    const changes: ClockChange[] = [];
    const days = localDays(timeZone, startMs, endMs).map((day): ZoneDay => {
      const first = localTime(timeZone, day.startMs);
      const last = localTime(timeZone, day.endMs - 1);
      const offsets = [first.offsetMinutes, last.offsetMinutes] as const;
      const change =
        offsets[0] === offsets[1] ? undefined : clockChange(timeZone, day.startMs, day.endMs);
      if (change !== undefined) changes.push(change);
      const { weekday, minuteOfDay: startMinute } = first;
      return { ...day, weekday, startMinute, offsets, changeMs: change?.atMs ?? Infinity };
    });
    this.changes = [...this.changes, ...changes].sort((a, b) => a.atMs - b.atMs);
    return days;
  }

  /** Index of the first known day that ends after an instant. */
  private firstEndingAfter(ms: EpochMs): number {
    let [low, high] = [0, this.days.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.days[middle] as ZoneDay).endMs > ms) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * Days and clock changes of zones, and nights of places: what is the same for many points. Each is looked
 * up once, so hand one calendar to all calls over the same time.
 */
export class ZoneCalendar {
  private readonly zones = new Map<string, ZoneDays>();
  private readonly places = new Map<string, NightTable>();

  /** The local days that touch a span. @throws UnitsError `bad-time-zone`. */
  days(timeZone: string, startMs: EpochMs, endMs: EpochMs): readonly ZoneDay[] {
    return this.zone(timeZone).daysTouching(startMs, endMs);
  }

  /** The changes of the clock on the local days that touch a span. @throws UnitsError `bad-time-zone`. */
  changes(timeZone: string, startMs: EpochMs, endMs: EpochMs): readonly ClockChange[] {
    return this.zone(timeZone).changesTouching(startMs, endMs);
  }

  /** The nights of a place in intervals of one length. */
  nights(dusk: Dusk, resolutionMs: number): NightTable {
    const { latitudeDegrees, longitudeDegrees, elevationDegrees } = dusk;
    const key = `${latitudeDegrees}/${longitudeDegrees}/${elevationDegrees}/${resolutionMs}`;
    const known = this.places.get(key) ?? new NightTable(dusk, resolutionMs);
    this.places.set(key, known);
    return known;
  }

  private zone(timeZone: string): ZoneDays {
    const known = this.zones.get(timeZone) ?? new ZoneDays(timeZone);
    this.zones.set(timeZone, known);
    return known;
  }
}
