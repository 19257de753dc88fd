import { clockAt, encodeClock, type EmiClock } from '../emi-clock.js';
import type { EmiMeterOptions, EmiPower } from './emi-options.js';

/** Bits of the status byte that faults set. */
const POWER_UP = 0x01;
const POWER_DOWN = 0x02;
const PROFILE_RESET = 0x04;
const SYNCHRONISED = 0x10;
const CLOCK_CHANGED = 0x40;
/** A correction below this is a synchronisation. */
const SMALL_MS = 30_000;
const HOUR_MS = 3_600_000;

const DEFAULT_COLUMNS = [1, 2, 9, 10];

/** What was really in the registers at an instant, Wh. */
export interface Truth {
  readonly importWattHours: number;
  readonly exportWattHours: number;
}

/**
 * A simulated meter: integrates power into registers and captures entries by its own clock, as long
 * as it has supply. It has no timer; its owner moves it on.
 */
export class EmiMeter {
  /** Real time, epoch ms. */
  nowMs: number;
  /** How far its clock is ahead of real time, ms. */
  aheadMs = 0;
  power: EmiPower = { importWatts: 0, exportWatts: 0 };
  /** Whether registers follow `power`; a pinned one only changes when it is set. */
  readonly pinned = new Set<'import' | 'export'>();
  /** Captured entries, oldest first. */
  entries: Uint8Array[] = [];
  /** Entries ever captured, and how often the profile was reset. */
  captured = 0;
  resets = 0;
  columns: readonly number[];
  /** Registers at each real boundary of a period, by its instant: what intervals should add up to. */
  readonly truth = new Map<number, Truth>();
  private readonly counters = { import: 0, export: 0, reactive: [0, 0, 0, 0] };
  private atCapture = { import: 0, export: 0, reactive: [0, 0, 0, 0] };
  private flags = 0;
  private supplied = true;

  constructor(readonly options: EmiMeterOptions) {
    this.nowMs = options.startMs;
    this.columns = options.columns ?? DEFAULT_COLUMNS;
    // In mWs, so that any whole power over any time in ms adds up exactly.
    this.counters.import = (options.importWattHours ?? 0) * HOUR_MS;
    this.counters.export = (options.exportWattHours ?? 0) * HOUR_MS;
    this.atCapture = this.whole();
    this.note();
  }

  get periodMs(): number {
    return (this.options.periodSeconds ?? 900) * 1000;
  }

  /** Its own time as an instant. */
  get meterMs(): number {
    return this.nowMs + this.aheadMs;
  }

  /** Registers now, whole Wh and varh. */
  whole(): { import: number; export: number; reactive: number[] } {
    const floor = (value: number): number => Math.floor(value / HOUR_MS);
    return {
      import: floor(this.counters.import),
      export: floor(this.counters.export),
      reactive: this.counters.reactive.map(floor),
    };
  }

  /** Sets a register and keeps it where it is. @param wattHours 0 or more */
  pin(direction: 'import' | 'export', wattHours: number): void {
    this.pinned.add(direction);
    this.counters[direction] = wattHours * HOUR_MS;
  }

  private note(): void {
    const { import: importWattHours, export: exportWattHours } = this.whole();
    if (this.nowMs % this.periodMs === 0) {
      this.truth.set(this.nowMs, { importWattHours, exportWattHours });
    }
  }

  /** Lets time pass at the present power. */
  advanceTo(realMs: number): void {
    while (this.nowMs < realMs) {
      const { periodMs } = this;
      const toReal = periodMs - (((this.nowMs % periodMs) + periodMs) % periodMs);
      const toMeter = periodMs - (((this.meterMs % periodMs) + periodMs) % periodMs);
      const step = Math.min(toReal, toMeter, realMs - this.nowMs);
      if (this.supplied) this.integrate(step);
      this.nowMs += step;
      this.note();
      if (this.supplied && this.meterMs % periodMs === 0) this.capture();
    }
  }

  /** Lets time pass at a power. */
  advance(ms: number, power: EmiPower = this.power): void {
    this.power = power;
    this.advanceTo(this.nowMs + ms);
  }

  private integrate(ms: number): void {
    const { importWatts, exportWatts, reactive = [0, 0, 0, 0] } = this.power;
    if (!this.pinned.has('import')) this.counters.import += importWatts * ms;
    if (!this.pinned.has('export')) this.counters.export += exportWatts * ms;
    this.counters.reactive = this.counters.reactive.map(
      (value, at) => value + (reactive[at] ?? 0) * ms,
    );
  }

  /** The clock as it shows an instant of its own time. */
  clockOf(meterMs: number): EmiClock {
    const { timeZone = 'Europe/Lisbon', deviationMinutes, winterTimeOnly = false } = this.options;
    const clock = clockAt(meterMs, timeZone, winterTimeOnly);
    return deviationMinutes === undefined ? clock : { ...clock, deviationMinutes };
  }

  private capture(extraFlags = 0): void {
    const now = this.whole();
    const status = this.flags | extraFlags;
    this.flags = 0;
    const { labelsStart = false, capacity = 8928 } = this.options;
    const label = this.meterMs - (labelsStart ? this.periodMs : 0);
    this.entries.push(this.entry(label, status, now));
    if (this.entries.length > capacity) this.entries.shift();
    this.captured += 1;
    this.atCapture = now;
  }

  private entry(
    labelMs: number,
    status: number,
    now: { import: number; export: number; reactive: number[] },
  ): Uint8Array {
    const before = this.atCapture;
    const values = [now.import, now.export, ...now.reactive];
    const increments = values.map(
      (value, at) => value - ([before.import, before.export, ...before.reactive][at] ?? 0),
    );
    const unlisted = this.options.unlistedClock === true ? [1, 2] : [];
    const parts = [...unlisted, ...this.columns].flatMap((id, at): number[] => {
      const prefix = at < unlisted.length || unlisted.length === 0;
      if (id === 1 && prefix) return [...encodeClock(this.clockOf(labelMs))];
      if (id === 2 && prefix) return [status];
      if (id === 0xff) return [];
      return u32([...values, ...increments][id - 3] ?? 0xabcdef);
    });
    return Uint8Array.from(parts);
  }

  /** Sets its clock. @param deltaMs forward (positive) or back */
  setClock(deltaMs: number): void {
    const flag = Math.abs(deltaMs) < SMALL_MS ? SYNCHRONISED : CLOCK_CHANGED;
    const partial = this.options.partialEntries !== false && flag === CLOCK_CHANGED;
    if (partial && this.meterMs % this.periodMs !== 0) this.capture(flag);
    this.aheadMs += deltaMs;
    this.flags |= flag;
  }

  /** Supply fails for a time; energy does not flow and nothing is captured. */
  powerFailure(ms: number): void {
    if (this.options.partialEntries !== false && this.meterMs % this.periodMs !== 0) {
      this.capture(POWER_DOWN);
    }
    this.supplied = false;
    this.advanceTo(this.nowMs + ms);
    this.supplied = true;
    this.flags |= POWER_UP | POWER_DOWN;
  }

  /** The operator clears the profile, or gives it other columns. */
  resetProfile(columns: readonly number[] = this.columns): void {
    this.columns = columns;
    this.entries = [];
    this.resets += 1;
    this.atCapture = this.whole();
    this.flags |= PROFILE_RESET;
  }
}

/** Four bytes, most significant first. */
export function u32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
