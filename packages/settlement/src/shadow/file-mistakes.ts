import { localDays } from '@microgrid/units/calendar';
import type { SettledPeriod } from '../settled-period.js';
import type { AllocationColumns, SharedFlow } from './operator-allocation.js';

/** A mistake of a whole file, or of whole days of it: what its figures would be of ours. */
export interface FileMistake {
  readonly type: 'unit' | 'clock shift';
  readonly description: string;
  /** The operator's figure of a cell if the mistake were made; undefined where ours has none. */
  readonly expected: (flow: SharedFlow, interval: number, point: number) => number | undefined;
  /** 1 for intervals that it is seen in. */
  readonly seen: Uint8Array;
}

const FLOWS = ['sharedIn', 'sharedOut'] as const;

/** Figures in other units: theirs are ours times this. */
const FACTORS: readonly (readonly [factor: number, words: string])[] = [
  [1000, 'its figures are 1,000 times ours: Wh read as kWh'],
  [1 / 1000, 'its figures are a thousandth of ours: kWh read as MWh'],
  [1e6, 'its figures are a million times ours: Wh read as MWh'],
  [1e-6, 'its figures are a millionth of ours: MWh read as Wh'],
];

/** Least figures above a few units that a mistake is recognised by: fewer can be chance. */
const LEAST_FIGURES = 8;
/** Part of a day's or file's figures that have to fit. */
const MOST_MISFITS = 0.05;

const ours = (settled: SettledPeriod, flow: SharedFlow): Float64Array =>
  flow === 'sharedIn' ? settled.sharedInMilliwattHours : settled.sharedOutMilliwattHours;

interface Fit {
  readonly telling: number;
  readonly misfits: number;
  /** Of the telling ones, those that fit as they are. */
  readonly plain: number;
}

/** How well expected figures fit in a stretch of intervals; only figures above a few units tell. */
function fit(
  settled: SettledPeriod,
  theirs: AllocationColumns,
  unit: number,
  [from, to]: readonly [number, number],
  expected: FileMistake['expected'],
): Fit {
  const size = settled.points.length;
  let telling = 0;
  let misfits = 0;
  let plain = 0;
  for (const flow of FLOWS) {
    const own = ours(settled, flow);
    for (let interval = from; interval < to; interval++) {
      for (let point = 0; point < size; point++) {
        const figure = theirs[flow][interval * size + point] as number;
        const value = expected(flow, interval, point);
        if (Number.isNaN(figure) || value === undefined) continue;
        if (figure <= 2 * unit && value <= 2 * unit) continue;
        telling++;
        if (Math.abs(figure - value) > unit) misfits++;
        if (Math.abs(figure - (own[interval * size + point] as number)) <= unit) plain++;
      }
    }
  }
  return { telling, misfits, plain };
}

function isSeen({ telling, misfits, plain }: Fit): boolean {
  return (
    telling >= LEAST_FIGURES &&
    misfits <= telling * MOST_MISFITS &&
    plain < telling * (1 - MOST_MISFITS)
  );
}

function unitMistakes(
  settled: SettledPeriod,
  theirs: AllocationColumns,
  unit: number,
): FileMistake[] {
  const powerFactor = 3_600_000 / settled.resolutionMs;
  const power: readonly (readonly [number, string])[] =
    powerFactor === 1
      ? []
      : [[powerFactor, `its figures are ${powerFactor} times ours: mean power in kW read as kWh`]];
  const size = settled.points.length;
  return [...FACTORS, ...power].flatMap(([factor, description]): FileMistake[] => {
    const expected = (flow: SharedFlow, interval: number, point: number): number =>
      Math.round((ours(settled, flow)[interval * size + point] as number) * factor);
    // A unit of ours becomes as many units of theirs.
    const digit = Math.max(unit, factor);
    const whole = [0, settled.intervals] as const;
    if (!isSeen(fit(settled, theirs, digit, whole, expected))) return [];
    return [
      { type: 'unit', description, expected, seen: new Uint8Array(settled.intervals).fill(1) },
    ];
  });
}

/** Stretches of intervals that make up the local days of a period. */
function dayStretches(settled: SettledPeriod): (readonly [from: number, to: number])[] {
  const { startMs, endMs, resolutionMs, intervals } = settled;
  const { timeZone } = settled.contract.community;
  return localDays(timeZone, startMs, endMs).map((day) => [
    Math.max(0, Math.ceil((day.startMs - startMs) / resolutionMs)),
    Math.min(intervals, Math.ceil((day.endMs - startMs) / resolutionMs)),
  ]);
}

function shiftMistakes(
  settled: SettledPeriod,
  theirs: AllocationColumns,
  unit: number,
): FileMistake[] {
  const size = settled.points.length;
  const { resolutionMs, intervals } = settled;
  const hour = 3_600_000 / resolutionMs;
  const shifts = new Set([hour, -hour, 1, -1].filter(Number.isInteger));
  return [...shifts].flatMap((shift): FileMistake[] => {
    const expected = (flow: SharedFlow, interval: number, point: number): number | undefined =>
      ours(settled, flow)[(interval - shift) * size + point];
    const seen = new Uint8Array(intervals);
    for (const stretch of dayStretches(settled)) {
      if (isSeen(fit(settled, theirs, unit, stretch, expected))) seen.fill(1, ...stretch);
    }
    if (!seen.includes(1)) return [];
    const minutes = Math.abs(shift * resolutionMs) / 60_000;
    const description = `its figures are ours of ${minutes} minutes ${shift > 0 ? 'before' : 'after'}: a clock change or a label of the ${shift > 0 ? 'end' : 'start'} of intervals`;
    return [{ type: 'clock shift', description, expected, seen }];
  });
}

/** Mistakes of a whole file or of whole days: another unit, another time. */
export function fileMistakes(
  settled: SettledPeriod,
  theirs: AllocationColumns,
  unit: number,
): FileMistake[] {
  return [...unitMistakes(settled, theirs, unit), ...shiftMistakes(settled, theirs, unit)];
}
