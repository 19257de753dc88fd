import { allocateInto, formatInstant } from '@microgrid/units';
import type { KnownSum } from '../validation/check-sums.js';
import type { Direction } from '../validation/check-values.js';
import { isMissing, type PointSeries } from '../validation/point-series.js';
import { likeDay, previousWeek, type Estimate, type Surroundings } from './estimate.js';
import type { MethodOf } from './fill-methods.js';

/** Neighbouring slots nothing is known of: `from` to before `to`. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Whether one of the gaps, which lie in order, touches the slots `from` to before `to`. */
function touched(gaps: readonly Gap[], from: number, to: number): boolean {
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((gaps[middle] as Gap).to > from) high = middle;
    else low = middle + 1;
  }
  const next = gaps[low];
  return next !== undefined && next.from < to;
}

/** The slots of a sum that nothing is known of. */
interface Hole {
  readonly slots: readonly number[];
  /** What the sum leaves for them. */
  readonly rest: Readonly<Record<Direction, number>>;
}

function holeOf(target: PointSeries, sum: KnownSum, gaps: readonly Gap[]): Hole | undefined {
  const from = (sum.startMs - target.startMs) / target.resolutionMs;
  const to = (sum.endMs - target.startMs) / target.resolutionMs;
  const onGrid = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to <= target.slots;
  const { importMilliwattHours, exportMilliwattHours } = sum;
  if (!onGrid || importMilliwattHours === undefined || exportMilliwattHours === undefined)
    return undefined;
  // Most periods lack nothing.
  if (!touched(gaps, from, to)) return undefined;
  const slots: number[] = [];
  for (let slot = from; slot < to; slot++) if (isMissing(target, slot)) slots.push(slot);
  if (slots.length === 0) return undefined;
  const rest = {
    import: importMilliwattHours - knownSum(target, target.importMilliwattHours, from, to),
    export: exportMilliwattHours - knownSum(target, target.exportMilliwattHours, from, to),
  };
  // Registers that went less far than the intervals fill nothing: that is a finding of `sumCheck`.
  return rest.import < 0 || rest.export < 0 ? undefined : { slots, rest };
}

function knownSum(target: PointSeries, values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let slot = from; slot < to; slot++) {
    if (!isMissing(target, slot)) sum += values[slot] as number;
  }
  return sum;
}

const FLAT: Estimate = { importMilliwattHours: 1, exportMilliwattHours: 1, sources: [] };
const LIKE_DAY_WEEKS = 4;

/** The first shape that knows every slot; flat always does. */
function shapeOf(
  around: Surroundings,
  slots: readonly number[],
  { shape }: MethodOf<'registers'>,
): readonly Estimate[] | undefined {
  const at = (name: (typeof shape)[number], slot: number): Estimate | undefined => {
    if (name === 'flat') return FLAT;
    return name === 'likeDay'
      ? likeDay(around, slot, LIKE_DAY_WEEKS)
      : previousWeek(around, slot, 1);
  };
  for (const name of shape) {
    const made: Estimate[] = [];
    for (const slot of slots) {
      const found = at(name, slot);
      if (found === undefined) break;
      made.push(found);
    }
    if (made.length === slots.length) return made;
  }
  return undefined;
}

/** Shares a whole rest out by a shape; a shape of zeros cannot carry energy and becomes flat. */
function share(
  rest: number,
  shape: readonly Estimate[],
  name: 'importMilliwattHours' | 'exportMilliwattHours',
): Float64Array {
  const out = new Float64Array(shape.length);
  if (rest === 0) return out;
  if (out.length === 1) return out.fill(rest);
  let flat = true;
  for (let at = 0; at < out.length; at++) {
    // An energy below 0 is a fault of its source, and no shape.
    const weight = Math.max(0, (shape[at] as Estimate)[name]);
    out[at] = weight;
    if (weight > 0) flat = false;
  }
  if (flat) out.fill(1);
  allocateInto(rest, out, out);
  return out;
}

/**
 * Fills from what the registers say of a period: what they leave for the missing slots is shared out
 * by a shape, exactly. Shorter periods first: they say more.
 * @param sums those of the target's own metering point.
 * @param gaps what the target lacks, in order.
 */
export function fillFromRegisters(
  target: PointSeries,
  around: Surroundings,
  method: MethodOf<'registers'>,
  sums: readonly KnownSum[],
  gaps: readonly Gap[],
  put: (slot: number, made: Estimate) => void,
): void {
  const own = [...sums].sort(
    (a, b) => a.endMs - a.startMs - (b.endMs - b.startMs) || a.startMs - b.startMs,
  );
  for (const sum of own) {
    const hole = holeOf(target, sum, gaps);
    const shape = hole && shapeOf(around, hole.slots, method);
    if (hole === undefined || shape === undefined) continue;
    const imports = share(hole.rest.import, shape, 'importMilliwattHours');
    const exports = share(hole.rest.export, shape, 'exportMilliwattHours');
    const [start, end] = [sum.startMs, sum.endMs].map(formatInstant);
    const registers = `${target.meteringPoint}/${start ?? ''}/${end ?? ''}`;
    for (const [at, slot] of hole.slots.entries()) {
      put(slot, {
        importMilliwattHours: imports[at] as number,
        exportMilliwattHours: exports[at] as number,
        sources: [registers, ...(shape[at]?.sources ?? [])],
      });
    }
  }
}
