import type { Fault, FaultPlan, FaultRequest } from '../fault.js';

/**
 * A plan that goes through faults, one a request, and then lets everything go right;
 * undefined in the list: this request goes right.
 */
export function faultSequence(faults: readonly (Fault | undefined)[]): FaultPlan {
  let at = 0;
  return () => faults[at++];
}

/** A plan that puts one fault on every request that `matches`. */
export function faultWhere(matches: (request: FaultRequest) => boolean, fault: Fault): FaultPlan {
  return (request) => (matches(request) ? fault : undefined);
}

/**
 * A plan that distorts a share of the requests, one of the faults each, drawn by `random`.
 *
 * @param share - 0..1
 * @param random - uniform in [0, 1); the same sequence gives the same plan
 */
export function randomFaults(
  faults: readonly Fault[],
  share: number,
  random: () => number,
): FaultPlan {
  return () => (random() < share ? faults[Math.floor(random() * faults.length)] : undefined);
}

/** A repeatable source of numbers in [0, 1) for {@link randomFaults} (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
