import type { Coverability } from './coverability.js';
import type { StateSpace } from './state-space.js';

/** What is known of the most tokens a place can hold. */
export interface PlaceBound {
  readonly place: string;
  /** Seen in a reachable marking, or 0; `Infinity` where the place is known to be unbounded. */
  readonly atLeast: number;
  /** Proved; `Infinity` where no bound is known. */
  readonly atMost: number;
}

/** The bounds that follow from the states seen, the semiflows and the coverability graph. */
export function placeBounds(
  space: StateSpace,
  structural: readonly number[],
  graph: Coverability | undefined,
): readonly PlaceBound[] {
  return space.net.places.map((place, index) => {
    const covered = graph?.maxima[index] ?? 0;
    const seen = Math.max(space.maxima[index] ?? 0, covered);
    const proved = [
      structural[index] ?? Infinity,
      space.complete ? seen : Infinity,
      graph?.complete === true ? covered : Infinity,
    ];
    return { place, atLeast: seen, atMost: Math.min(...proved) };
  });
}
