import { compareIds, formatInstant, type EpochMs, type MilliwattHours } from '@microgrid/units';
import type { RejectedReading } from './counter-intervals.js';
import type { CounterReading } from './counter-reading.js';
import { MeteringError } from './metering-error.js';

/** What both registers of a meter showed as it was installed or taken away. */
export interface RegisterValues {
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
}

/** One meter at a metering point, which outlives it. */
export interface MeterPeriod {
  /** Serial number, as on the nameplate. */
  readonly meter: string;
  /** When it was installed. */
  readonly fromMs: EpochMs;
  /** When it was taken away, exclusive; absent: it is there still. */
  readonly toMs?: EpochMs;
  /** Registers at `fromMs`, from the installer's record. */
  readonly initial?: RegisterValues;
  /** Registers at `toMs`. */
  readonly final?: RegisterValues;
  /** Accuracy class as on the nameplate: `A`, `B`, `C` (EN 50470) or `1`, `0.5S` (IEC 62053). */
  readonly accuracyClass?: string;
}

/** The meters of one metering point. */
export interface MeterHistory {
  readonly meteringPoint: string;
  readonly meters: readonly MeterPeriod[];
}

function refuse(history: MeterHistory, meter: string, value: string, expected: string): never {
  throw new MeteringError('bad-option', {
    column: `${history.meteringPoint} meter ${meter}`,
    value,
    expected,
  });
}

/**
 * The meters in time order, checked: no two at once, none empty.
 * @throws MeteringError `bad-option`.
 */
export function meterHistory(history: MeterHistory): MeterHistory {
  const meters = [...history.meters].sort(
    (a, b) => a.fromMs - b.fromMs || compareIds(a.meter, b.meter),
  );
  for (const [index, { meter, fromMs, toMs, final }] of meters.entries()) {
    if (meter === '') refuse(history, '', 'no serial number', 'the serial number of each meter');
    if (!Number.isSafeInteger(fromMs) || (toMs !== undefined && !(toMs > fromMs))) {
      refuse(history, meter, `from ${fromMs} to ${String(toMs)}`, 'an end after the start, in ms');
    }
    if (toMs === undefined && final !== undefined) {
      refuse(history, meter, 'final registers without an end', 'toMs, when they were read');
    }
    const next = meters[index + 1];
    if (next !== undefined && (toMs === undefined || next.fromMs < toMs)) {
      const until = toMs === undefined ? 'no end' : `the end ${formatInstant(toMs)}`;
      refuse(
        history,
        meter,
        until,
        `an end no later than ${formatInstant(next.fromMs)}, when ${next.meter} came`,
      );
    }
  }
  return { ...history, meters };
}

/** The meter that hung at the point at an instant. */
export function meterAt({ meters }: MeterHistory, atMs: EpochMs): MeterPeriod | undefined {
  return meters.find(({ fromMs, toMs }) => atMs >= fromMs && (toMs === undefined || atMs < toMs));
}

/**
 * Readings with the serial number of the meter that hung there, and the final and initial registers of
 * the history as readings of their own. Readings of a meter that was not there then are rejected.
 */
export function readingsOfMeters(
  given: readonly CounterReading[],
  history: MeterHistory,
): { readonly readings: readonly CounterReading[]; readonly rejected: readonly RejectedReading[] } {
  const rejected: RejectedReading[] = [];
  const readings: CounterReading[] = [];
  for (const reading of given) {
    const period = periodOf(reading, history);
    if (period === undefined) rejected.push({ reading, reason: 'other-meter' });
    else readings.push({ ...reading, meter: period.meter });
  }
  const add = (meter: string, atMs: EpochMs, values: RegisterValues | undefined): void => {
    const { meteringPoint } = history;
    const known = readings.some((each) => each.meter === meter && each.atMs === atMs);
    if (values !== undefined && !known)
      readings.push({ meteringPoint, atMs, ...values, quality: 'good', meter });
  };
  for (const { meter, fromMs, toMs, initial, final } of history.meters) {
    add(meter, fromMs, initial);
    if (toMs !== undefined) add(meter, toMs, final);
  }
  return { readings, rejected };
}

function periodOf(reading: CounterReading, history: MeterHistory): MeterPeriod | undefined {
  const there = history.meters.filter(
    ({ fromMs, toMs }) => reading.atMs >= fromMs && (toMs === undefined || reading.atMs <= toMs),
  );
  if (reading.meter !== undefined) return there.find(({ meter }) => meter === reading.meter);
  // At the very instant of a replacement a reading without a number is the new meter's.
  return there.at(-1);
}
