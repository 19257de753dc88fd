import type { EpochMs } from '@microgrid/units';
import type { RejectedReading } from './counter-intervals.js';
import { uselessReading } from './counter-intervals.js';
import { REGISTERS } from './counter-plausibility.js';
import type { CounterReading, ReadingClock } from './counter-reading.js';

/** A wall clock this far from the monotonic one has stepped. */
const STEP_MS = 2000;
/** Rate at which a synchronised clock may be slewed against the monotonic one (adjtime: 500 ppm). */
const SLEW_SHARE = 0.0005;

/** Readings in one order, whatever order they came in. */
export interface PlacedReadings {
  /** By instant; at one instant an earlier meter before its successor. */
  readonly readings: readonly CounterReading[];
  readonly rejected: readonly RejectedReading[];
}

type Clocked = CounterReading & { readonly clock: ReadingClock };

const hasClock = (reading: CounterReading): reading is Clocked => reading.clock !== undefined;

/**
 * Tells the time of readings whose clock was not set yet or had stepped, from the monotonic clock of the
 * same run: the last synchronised reading of a run is right, and so are those before it that agree with
 * it. A reading told anew is marked `retimed`; one of a run that never was synchronised stays as it is.
 */
function retime(readings: readonly CounterReading[]): CounterReading[] {
  const boots = new Map<string, Clocked[]>();
  for (const reading of readings.filter(hasClock)) {
    const key = `${reading.meteringPoint} ${reading.clock.boot}`;
    const boot = boots.get(key);
    if (boot) boot.push(reading);
    else boots.set(key, [reading]);
  }
  const placed = readings.filter((reading) => !hasClock(reading));
  for (const boot of boots.values()) placed.push(...retimeBoot(boot));
  return placed;
}

function retimeBoot(boot: readonly Clocked[]): CounterReading[] {
  const offset = ({ atMs, clock }: Clocked): number => atMs - clock.monotonicMs;
  const newestFirst = [...boot].sort(
    (a, b) => b.clock.monotonicMs - a.clock.monotonicMs || compareReadings(b, a),
  );
  const anchor = newestFirst.find(({ clock }) => clock.synchronised);
  if (anchor === undefined) return [...boot];
  let right = { offsetMs: offset(anchor), monotonicMs: anchor.clock.monotonicMs };
  return newestFirst.map((reading) => {
    const { synchronised, monotonicMs } = reading.clock;
    const allowed = STEP_MS + SLEW_SHARE * Math.abs(right.monotonicMs - monotonicMs);
    if (Math.abs(offset(reading) - right.offsetMs) <= allowed && synchronised) {
      if (monotonicMs < right.monotonicMs) right = { offsetMs: offset(reading), monotonicMs };
      return reading;
    }
    return { ...reading, atMs: Math.round(monotonicMs + right.offsetMs), retimed: true };
  });
}

/** Any fixed order of readings that differ: the result must not depend on how they arrived. */
function compareReadings(a: CounterReading, b: CounterReading): number {
  const text = (x = '', y = ''): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    a.atMs - b.atMs ||
    a.importMilliwattHours - b.importMilliwattHours ||
    a.exportMilliwattHours - b.exportMilliwattHours ||
    Number(a.retimed ?? false) - Number(b.retimed ?? false) ||
    text(a.quality, b.quality) ||
    text(a.meter, b.meter) ||
    text(a.clock?.boot, b.clock?.boot) ||
    (a.clock?.monotonicMs ?? 0) - (b.clock?.monotonicMs ?? 0)
  );
}

/**
 * Brings the readings of one metering point into one order: the clock's faults mended, equal ones taken
 * once. Of one instant with different registers nobody knows which is right: none is used.
 *
 * @param meterOrder serial numbers in the order the meters hung at the point; two readings of one
 *   instant are kept where a meter was replaced at it.
 */
export function placeInTime(
  given: readonly CounterReading[],
  meterOrder: readonly string[] = [],
): PlacedReadings {
  const rejected: RejectedReading[] = [];
  const useful = retime(given.filter(({ atMs }) => Number.isSafeInteger(atMs))).filter(
    (reading) => {
      const reason = uselessReading(reading);
      if (reason !== undefined) rejected.push({ reading, reason });
      return reason === undefined;
    },
  );
  for (const reading of given) {
    if (!Number.isSafeInteger(reading.atMs)) rejected.push({ reading, reason: 'not-a-count' });
  }
  const groups = new Map<string, CounterReading[]>();
  for (const reading of useful.sort(compareReadings)) {
    const key = `${reading.atMs} ${meterOrder.length > 0 ? (reading.meter ?? '') : ''}`;
    const group = groups.get(key);
    if (group) group.push(reading);
    else groups.set(key, [reading]);
  }
  const readings: CounterReading[] = [];
  for (const group of groups.values()) readings.push(...single(group, rejected));
  const rank = ({ meter }: CounterReading): number => meterOrder.indexOf(meter ?? '');
  readings.sort((a, b) => a.atMs - b.atMs || rank(a) - rank(b));
  return { readings, rejected };
}

function single(
  group: readonly CounterReading[],
  rejected: RejectedReading[],
): readonly CounterReading[] {
  const [first, ...others] = group as [CounterReading, ...CounterReading[]];
  if (others.length === 0) return [first];
  const equal = others.every((other) => REGISTERS.every((name) => other[name] === first[name]));
  if (equal) {
    for (const reading of others) rejected.push({ reading, reason: 'duplicate' });
    return [first];
  }
  for (const reading of group) rejected.push({ reading, reason: 'contradictory' });
  return [];
}

/** Whether a reading may simply follow: its clock was set and runs on with the one before it. */
export function clockRunsOn(before: CounterReading | undefined, after: CounterReading): boolean {
  if (after.clock === undefined) return before?.clock === undefined;
  if (!after.clock.synchronised) return false;
  if (before === undefined || before.clock?.boot !== after.clock.boot) return before === undefined;
  const elapsed = after.clock.monotonicMs - before.clock.monotonicMs;
  const stepped: EpochMs = after.atMs - before.atMs - elapsed;
  // Tighter than the retiming's own tolerance: what may be retimed must not simply follow.
  return elapsed > 0 && before.clock.synchronised && Math.abs(stepped) <= STEP_MS;
}
