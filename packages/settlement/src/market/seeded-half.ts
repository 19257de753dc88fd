/**
 * In which of two halves of a market a participant is, 0 or 1: a bit of the 32-bit FNV-1a hash of the
 * seed and the participant, mixed. The same seed gives the same halves on every machine; whoever
 * chooses the seed must not know the orders.
 */
export function seededHalf(seed: string, participant: number): 0 | 1 {
  let hash = 0x811c9dc5;
  const text = `${seed}/${participant}`;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // FNV's low bits are weak: fold the high ones in.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash & 1) as 0 | 1;
}
