import { allocateInto } from '@microgrid/units';
import type { KnownSum } from '../validation/check-sums.js';
import { DIRECTIONS, energies, type Direction } from '../validation/check-values.js';
import { isMissing, type PointSeries } from '../validation/point-series.js';
import { estimate, type Estimate, type Surroundings } from './estimate.js';
import type { MethodOf } from './fill-methods.js';

/** The slots of a sum that nothing is known of. */
interface Hole {
  readonly slots: readonly number[];
  /** What the sum leaves for them. */
  readonly rest: Readonly<Record<Direction, number>>;
}

function holeOf(target: PointSeries, sum: KnownSum): Hole | undefined {
  const from = (sum.startMs - target.startMs) / target.resolutionMs;
  const to = (sum.endMs - target.startMs) / target.resolutionMs;
  const onGrid = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to <= target.slots;
  const known = { import: sum.importMilliwattHours, export: sum.exportMilliwattHours };
  if (!onGrid || known.import === undefined || known.export === undefined) return undefined;
  const slots: number[] = [];
  const rest = { import: known.import, export: known.export };
  for (let slot = from; slot < to; slot++) {
    if (isMissing(target, slot)) slots.push(slot);
    else
      for (const direction of DIRECTIONS)
        rest[direction] -= energies(target, direction)[slot] as number;
  }
  // Registers that went less far than the intervals fill nothing: that is a finding of `sumCheck`.
  return slots.length === 0 || rest.import < 0 || rest.export < 0 ? undefined : { slots, rest };
}

/** The first shape that knows every slot; flat always does. */
function shapeOf(
  around: Surroundings,
  slots: readonly number[],
  { shape }: MethodOf<'registers'>,
): readonly Estimate[] | undefined {
  for (const name of shape) {
    if (name === 'flat') {
      return slots.map(() => ({ importMilliwattHours: 1, exportMilliwattHours: 1, sources: [] }));
    }
    const method =
      name === 'likeDay'
        ? ({ method: 'likeDay', weeks: 4 } as const)
        : ({ method: 'previousWeek', weeks: 1 } as const);
    const made = slots.map((slot) => estimate(method, around, slot, slot + 1)?.[0]);
    if (made.every((each) => each !== undefined)) return made;
  }
  return undefined;
}

/** Shares a whole rest out by a shape; a shape of zeros cannot carry energy and becomes flat. */
function share(rest: number, weights: readonly number[]): Float64Array {
  const out = new Float64Array(weights.length);
  const flat = weights.every((weight) => weight === 0);
  allocateInto(rest, flat ? weights.map(() => 1) : weights, out);
  return out;
}

/**
 * Fills from what the registers say of a period: what they leave for the missing slots is shared out
 * by a shape, exactly. Shorter periods first: they say more.
 * @param sums those of the target's own metering point.
 */
export function fillFromRegisters(
  target: PointSeries,
  around: Surroundings,
  method: MethodOf<'registers'>,
  sums: readonly KnownSum[],
  put: (slot: number, made: Estimate) => void,
): void {
  const own = [...sums].sort(
    (a, b) => a.endMs - a.startMs - (b.endMs - b.startMs) || a.startMs - b.startMs,
  );
  for (const sum of own) {
    const hole = holeOf(target, sum);
    const shape = hole && shapeOf(around, hole.slots, method);
    if (hole === undefined || shape === undefined) continue;
    const imports = share(
      hole.rest.import,
      shape.map((each) => each.importMilliwattHours),
    );
    const exports = share(
      hole.rest.export,
      shape.map((each) => each.exportMilliwattHours),
    );
    for (const [at, slot] of hole.slots.entries()) {
      put(slot, {
        importMilliwattHours: imports[at] as number,
        exportMilliwattHours: exports[at] as number,
        sources: shape[at]?.sources ?? [],
      });
    }
  }
}
