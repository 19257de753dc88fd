import type { MilliwattHours } from '@microgrid/units';
import type { CounterReading } from './counter-reading.js';
import type { IntervalOptions } from './interval-options.js';

/** Watt milliseconds of one milliwatt-hour. */
const WATT_MS_PER_MILLIWATT_HOUR = 3600;

/** Names of the two registers of a reading. */
export const REGISTERS = ['importMilliwattHours', 'exportMilliwattHours'] as const;
export type Register = (typeof REGISTERS)[number];

/** The most either register can rise in a time, the last digit included. */
export function mostEnergy(
  elapsedMs: number,
  { maximumWatts, counterUnitMilliwattHours }: IntervalOptions,
): MilliwattHours {
  return (
    Math.ceil((maximumWatts * elapsedMs) / WATT_MS_PER_MILLIWATT_HOUR) + counterUnitMilliwattHours
  );
}

/** Whether both registers may have gone from one reading to a later one without any fault. */
export function follows(
  before: CounterReading,
  after: CounterReading,
  options: IntervalOptions,
): boolean {
  const most = mostEnergy(after.atMs - before.atMs, options);
  return REGISTERS.every((register) => {
    const rise = after[register] - before[register];
    return rise >= 0 && rise <= most;
  });
}

/** Whether any register fell. */
export function fell(before: CounterReading, after: CounterReading): boolean {
  return REGISTERS.some((register) => after[register] < before[register]);
}

/** Whether the serial numbers say that two readings are of different meters. */
export function otherMeter(before: CounterReading, after: CounterReading): boolean {
  return before.meter !== undefined && after.meter !== undefined && before.meter !== after.meter;
}

/**
 * A fault often reads 0 again and again: such a register proves nothing until it moves, for a meter
 * that was reset counts on and one that was misread comes back.
 */
export function restsAtZero(
  last: CounterReading,
  held: CounterReading,
  reading: CounterReading,
): boolean {
  return REGISTERS.every(
    (register) =>
      reading[register] === held[register] &&
      (held[register] === 0 || held[register] === last[register]),
  );
}

/** Times a range must exceed what can flow in between, so that a rollover is no guess. */
const CERTAINTY = { declared: 20, usual: 1000 };

const USUAL_RANGES_UNITS: readonly number[] = [
  2 ** 16,
  2 ** 32,
  2 ** 48,
  ...Array.from({ length: 8 }, (_, index) => 10 ** (index + 5)),
];

/** The energy of a register that went once round; undefined where that does not explain its fall. */
export function rolloverEnergy(
  before: MilliwattHours,
  after: MilliwattHours,
  most: MilliwattHours,
  options: IntervalOptions,
): MilliwattHours | undefined {
  const declared = options.registerRangeMilliwattHours;
  const unit = options.counterUnitMilliwattHours;
  const ranges = declared > 0 ? [declared] : USUAL_RANGES_UNITS.map((units) => units * unit);
  const factor = declared > 0 ? CERTAINTY.declared : CERTAINTY.usual;
  for (const range of ranges) {
    const energy = range - before + after;
    if (before < range && energy <= most && range >= factor * most) return energy;
  }
  return undefined;
}
