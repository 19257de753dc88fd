import type { Flows } from '@microgrid/control';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { localDays, localTime, startOfLocalDay, type LocalDay } from '@microgrid/units/calendar';

/** Spacing of the samples the chart shows. */
export const SAMPLE_MS = 60_000;

const SERIES = [
  'gridWatts',
  'pvWatts',
  'batteryWatts',
  'houseWatts',
  'chargerWatts',
  'loadWatts',
  'stateOfChargePercent',
] as const;
type Series = (typeof SERIES)[number];

/** The days kept in memory: today and yesterday. */
const DAYS_KEPT = 2;

/** One point of the chart; a value that was not known is absent. */
export type Sample = { readonly at: string } & { readonly [K in Series]?: number };

interface Slot {
  readonly startMs: EpochMs;
  readonly sums: Partial<Record<Series, { sum: number; count: number }>>;
}

/** Mean flows per minute of today and yesterday, for the console's chart. */
export class DayHistory {
  private readonly days = new Map<string, Slot[]>();
  private today: LocalDay | undefined;

  constructor(private readonly timeZone: string) {}

  /** Adds what one decision measured. */
  add(nowMs: EpochMs, flows: Flows): void {
    const slots = this.slots(nowMs);
    const startMs = nowMs - (nowMs % SAMPLE_MS);
    let slot = slots.at(-1);
    // A clock that steps back within the day goes on in the last slot: samples stay ascending.
    if (slot === undefined || slot.startMs < startMs) {
      slot = { startMs, sums: {} };
      slots.push(slot);
    }
    for (const name of SERIES) {
      const value = flows[name];
      if (value === undefined) continue;
      const sum = (slot.sums[name] ??= { sum: 0, count: 0 });
      sum.sum += value;
      sum.count++;
    }
  }

  private slots(nowMs: EpochMs): Slot[] {
    if (this.today === undefined || nowMs >= this.today.endMs || nowMs < this.today.startMs) {
      this.today = localDays(this.timeZone, nowMs, nowMs + 1)[0];
    }
    const date = this.today?.date ?? localTime(this.timeZone, nowMs).date;
    const known = this.days.get(date);
    if (known !== undefined) return known;
    const slots: Slot[] = [];
    this.days.set(date, slots);
    for (const old of [...this.days.keys()].sort().slice(0, -DAYS_KEPT)) this.days.delete(old);
    return slots;
  }

  /** One local day as the console reads it. @throws UnitsError for a day that is none. */
  day(date: string): object {
    const startMs = startOfLocalDay(this.timeZone, date);
    const [day] = localDays(this.timeZone, startMs, startMs + 1);
    return {
      kind: 'consoleHistory',
      version: 1,
      day: date,
      timeZone: this.timeZone,
      start: formatInstant(startMs),
      end: formatInstant(day?.endMs ?? startMs),
      sampleMs: SAMPLE_MS,
      samples: (this.days.get(date) ?? []).map(sampleOf),
    };
  }
}

function sampleOf({ startMs, sums }: Slot): Sample {
  const means = SERIES.flatMap((name) => {
    const sum = sums[name];
    return sum === undefined ? [] : [[name, Math.round((sum.sum / sum.count) * 10) / 10] as const];
  });
  return { at: formatInstant(startMs), ...Object.fromEntries(means) };
}
