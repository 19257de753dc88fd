import type { PtNet } from './pt-net.js';
import { nonIncreasingSumsInSteps, type Semiflow, type SemiflowOptions } from './semiflows.js';
import { finish, type Steps } from './steps.js';

/** The value of a weighted sum over a marking. */
export function weighMarking(semiflow: Semiflow, marking: ArrayLike<number>): number {
  return semiflow.reduce((sum, { index, weight }) => sum + weight * (marking[index] ?? 0), 0);
}

/**
 * An upper bound of every place that follows from sums that no firing raises: the sum stays, so
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

/**
 * Bounds from the semiflows and, where they leave a place open, from sums that no firing raises.
 * Every place has a finite bound if and only if the net is bounded for every initial marking, as far
 * as the search was complete.
 */
export function provenBounds(
  net: PtNet,
  semiflows: readonly Semiflow[],
  options: SemiflowOptions = {},
): readonly number[] {
  return finish(provenBoundsInSteps(net, semiflows, options));
}

/** `provenBounds` in pieces: see `Steps`. */
export function* provenBoundsInSteps(
  net: PtNet,
  semiflows: readonly Semiflow[],
  options: SemiflowOptions = {},
): Steps<readonly number[]> {
  const bounds = structuralBounds(net, semiflows);
  if (bounds.every(Number.isFinite)) return bounds;
  const { semiflows: sums } = yield* nonIncreasingSumsInSteps(net, options);
  const more = structuralBounds(net, sums);
  return bounds.map((bound, place) => Math.min(bound, more[place] ?? Infinity));
}
