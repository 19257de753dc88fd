import type { PtNet } from './pt-net.js';
import type { Semiflow } from './semiflows.js';

/** The value of a weighted sum over a marking. */
export function weighMarking(semiflow: Semiflow, marking: ArrayLike<number>): number {
  return semiflow.reduce((sum, { index, weight }) => sum + weight * (marking[index] ?? 0), 0);
}

/**
 * An upper bound of every place that follows from P-semiflows alone: a semiflow keeps its sum, so
 * place `p` never exceeds `floor(sum / weight of p)`. `Infinity` where no semiflow covers the place,
 * which does not mean that it is unbounded.
 */
export function structuralBounds(net: PtNet, semiflows: readonly Semiflow[]): readonly number[] {
  const bounds = net.places.map(() => Infinity);
  for (const semiflow of semiflows) {
    const sum = weighMarking(semiflow, net.initial);
    for (const { index, weight } of semiflow)
      bounds[index] = Math.min(bounds[index] ?? Infinity, Math.floor(sum / weight));
  }
  return bounds;
}
