/*
 * Randomness without state: a value is a hash of the seed and of where it is needed, so the world at
 * an instant is the same however the time before it was stepped through.
 */

/** Mixes one 32-bit integer into a hash (the finalizer of MurmurHash3). */
function mix(hash: number, value: number): number {
  let h = (hash ^ Math.imul(value | 0, 0xcc9e2d51)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** A seed for one part of the world, from the seed of the whole and the part's name. */
export function deriveSeed(seed: number, name: string): number {
  let hash = mix(0x9e3779b9, seed);
  for (let index = 0; index < name.length; index += 1) hash = mix(hash, name.charCodeAt(index));
  return hash;
}

/** A number in [0, 1) that depends on the seed and two whole numbers only. */
export function uniform(seed: number, a: number, b = 0): number {
  return (mix(mix(seed, a), b) >>> 0) / 0x1_0000_0000;
}

/** A number in [low, high). */
export function between(low: number, high: number, at: number): number {
  return low + (high - low) * at;
}

/** Eases 0…1 so that noise has no corner at the lattice. */
function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Smooth noise along a line, 0 to 1, one independent value per whole number. */
export function noise1(seed: number, x: number): number {
  const cell = Math.floor(x);
  const t = ease(x - cell);
  return uniform(seed, cell) * (1 - t) + uniform(seed, cell + 1) * t;
}

/** Smooth noise on a plane, 0 to 1, one independent value per lattice point. */
export function noise2(seed: number, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const tx = ease(x - column);
  const ty = ease(y - row);
  const low = uniform(seed, column, row) * (1 - tx) + uniform(seed, column + 1, row) * tx;
  const high = uniform(seed, column, row + 1) * (1 - tx) + uniform(seed, column + 1, row + 1) * tx;
  return low * (1 - ty) + high * ty;
}
