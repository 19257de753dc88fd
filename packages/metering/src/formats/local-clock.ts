import { clockChange } from '../clock-change.js';
import { localTime, startOfLocalDay } from '@microgrid/units/calendar';
import { isUnitsError, parseInstant, type EpochMs } from '@microgrid/units';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** One local day: where its clock changes, if it does. */
interface Day {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Minute the wall clock shows as the day begins; above 0 where midnight does not exist. */
  readonly firstMinute: number;
  /** First instant with the day's second offset; the end of the day where there is one only. */
  readonly changeMs: EpochMs;
  /** Minutes the wall clock jumps forward there; negative where it is set back. */
  readonly jumpMinutes: number;
}

/** The date after `YYYY-MM-DD`. */
export function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MINUTES * MINUTE_MS)
    .toISOString()
    .slice(0, 10);
}

/** The date itself where it exists, else undefined. @param date `YYYY-MM-DD`. */
export function existingDate(date: string): string | undefined {
  try {
    parseInstant(`${date}T00:00:00Z`);
    return date;
  } catch (error) {
    if (isUnitsError(error)) return undefined;
    throw error;
  }
}

/** Wall-clock times of one time zone as instants; days are looked up once. */
export class LocalClock {
  private readonly days = new Map<string, Day>();

  /** @throws UnitsError `bad-time-zone` at the first use of a name that is none. */
  constructor(readonly timeZone: string) {}

  /**
   * The instants at which the wall clock shows a minute of a date: none where the clock skips it, two
   * where it repeats it, else one; in time order.
   * @param date `YYYY-MM-DD`. @param minute 0 to 1440; 1440 is midnight at the date's end.
   * @throws UnitsError `bad-instant` for a date that does not exist.
   */
  instants(date: string, minute: number): EpochMs[] {
    if (minute === DAY_MINUTES) return this.instants(nextDate(date), 0);
    const day = this.day(date);
    const before = day.startMs + (minute - day.firstMinute) * MINUTE_MS;
    const after = before - day.jumpMinutes * MINUTE_MS;
    const found: EpochMs[] = [];
    if (before >= day.startMs && before < day.changeMs) found.push(before);
    if (day.jumpMinutes !== 0 && after >= day.changeMs && after < day.endMs) found.push(after);
    return found;
  }

  /**
   * As {@link instants} for labels that mark the END of an interval: at a change of the clock a file
   * may still write what the old time would have shown.
   */
  endInstants(date: string, minute: number): EpochMs[] {
    if (minute === DAY_MINUTES) return this.endInstants(nextDate(date), 0);
    const day = this.day(date);
    const found = this.instants(date, minute);
    const oldTime = day.startMs + (minute - day.firstMinute) * MINUTE_MS;
    const extra = day.jumpMinutes !== 0 && oldTime === day.changeMs && !found.includes(oldTime);
    return extra ? [oldTime, ...found].sort((a, b) => a - b) : found;
  }

  /** Length of a local day, minutes. */
  lengthMinutes(date: string): number {
    const { startMs, endMs } = this.day(date);
    return (endMs - startMs) / MINUTE_MS;
  }

  /** First instant of a local day. */
  startOf(date: string): EpochMs {
    return this.day(date).startMs;
  }

  private day(date: string): Day {
    const known = this.days.get(date);
    if (known !== undefined) return known;
    const day = this.look(date);
    this.days.set(date, day);
    return day;
  }

  private look(date: string): Day {
    const { timeZone } = this;
    const startMs = startOfLocalDay(timeZone, date);
    const endMs = startOfLocalDay(timeZone, nextDate(date));
    const firstMinute = localTime(timeZone, startMs).minuteOfDay;
    const change = clockChange(timeZone, startMs, endMs);
    return {
      startMs,
      endMs,
      firstMinute,
      changeMs: change?.atMs ?? endMs,
      jumpMinutes: change?.minutes ?? 0,
    };
  }
}

/**
 * Tells the two passes of a repeated hour apart by the order of the rows: a label continues the row
 * before it where it can.
 */
export class RowOrder {
  private lastMs: EpochMs | undefined;
  private lastLabel: string | undefined;

  constructor(private readonly stepMs: number) {}

  /**
   * The instant meant by a label whose candidates are given; undefined when there are none, or when
   * another label just meant it: where the clock skips an hour, its end is not that of the hour before.
   */
  choose(candidates: readonly EpochMs[], label: string): EpochMs | undefined {
    const last = this.lastMs;
    const [first] = candidates;
    const chosen =
      last === undefined
        ? first
        : (candidates.find((ms) => ms === last + this.stepMs) ??
          candidates.find((ms) => ms === last - this.stepMs) ??
          candidates.find((ms) => ms > last) ??
          first);
    if (chosen === undefined || (chosen === last && label !== this.lastLabel)) return undefined;
    this.lastMs = chosen;
    this.lastLabel = label;
    return chosen;
  }
}
