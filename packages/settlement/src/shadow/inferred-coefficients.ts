import { formatRatio } from '@microgrid/units';
import type { SettledPeriod } from '../settled-period.js';
import type { AllocationColumns } from './operator-allocation.js';

/** The most decimals that an implied coefficient is looked for with. */
const MAX_DECIMALS = 6;

/** Bounds of a coefficient as fractions over pools. */
interface Bounds {
  readonly low: { readonly part: bigint; readonly pool: bigint };
  readonly high: { readonly part: bigint; readonly pool: bigint };
}

const isBelow = (a: Bounds['low'], b: Bounds['low']): boolean => a.part * b.pool < b.part * a.pool;

/** What one figure says of its point's coefficient; nothing where the point could not take more. */
function boundsOf(figure: number, claim: number, pool: number, unit: number): Bounds | undefined {
  if (pool <= 0 || figure + unit >= claim) return undefined;
  const least = Math.max(0, figure - unit);
  return {
    low: { part: BigInt(least), pool: BigInt(pool) },
    high: { part: BigInt(figure + unit), pool: BigInt(pool) },
  };
}

function narrower(a: Bounds | undefined, b: Bounds): Bounds {
  if (a === undefined) return b;
  return {
    low: isBelow(a.low, b.low) ? b.low : a.low,
    high: isBelow(b.high, a.high) ? b.high : a.high,
  };
}

/** The decimal with the fewest digits between bounds; undefined where there is none. */
function simplest({ low, high }: Bounds): string | undefined {
  for (let scale = 0; scale <= MAX_DECIMALS; scale++) {
    const ten = 10n ** BigInt(scale);
    const least = (low.part * ten + low.pool - 1n) / low.pool;
    if (least * high.pool <= high.part * ten && least <= ten) {
      return formatRatio({ numerator: least, scale });
    }
  }
  return undefined;
}

function poolOf(settled: SettledPeriod, interval: number): number {
  const size = settled.points.length;
  let pool = 0;
  for (let cell = interval * size; cell < (interval + 1) * size; cell++) {
    pool += settled.injectedMilliwattHours[cell] as number;
  }
  return pool;
}

/**
 * The constant coefficients that an operator's figures imply: of each point the simplest decimal that
 * fits all its figures which its consumption did not limit. Undefined where some point's figures fit no
 * coefficient, where nothing is implied of a point that takes part of a pool, or where they sum to more
 * than 1.
 */
export function inferredCoefficients(
  settled: SettledPeriod,
  { sharedIn, named }: AllocationColumns,
  unit: number,
): Readonly<Record<string, string>> | undefined {
  const { points, intervals } = settled;
  const size = points.length;
  const bounds = new Map<number, Bounds>();
  for (let interval = 0; interval < intervals; interval++) {
    const pool = poolOf(settled, interval);
    for (let point = 0; point < size; point++) {
      const cell = interval * size + point;
      const figure = sharedIn[cell] as number;
      if (Number.isNaN(figure)) continue;
      const claim = settled.consumedMilliwattHours[cell] as number;
      const own = boundsOf(figure, claim, pool, unit);
      if (own !== undefined) bounds.set(point, narrower(bounds.get(point), own));
    }
  }
  const found: [string, string][] = [];
  for (const [point, own] of bounds) {
    const coefficient = isBelow(own.high, own.low) ? undefined : simplest(own);
    if (coefficient === undefined || named[point] !== 1) return undefined;
    found.push([points[point] ?? '', coefficient]);
  }
  const sum = found.reduce((total, [, text]) => total + Number(text), 0);
  if (found.length === 0 || sum > 1 + 1e-9) return undefined;
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
