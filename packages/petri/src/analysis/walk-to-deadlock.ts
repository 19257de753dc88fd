import { compileNet, fireInPlace, isEnabled } from './compiled-net.js';
import { LimitWatch, type ExplorationLimits } from './limits.js';
import type { PtNet } from './pt-net.js';
import type { Steps } from './steps.js';

/** Walks from the initial marking, and firings of each. */
const WALKS = 64;
const LENGTH = 5000;

/**
 * Fires at random, again and again from the start, until nothing is enabled: often quick where a
 * search of all states is hopeless, and no proof where it finds nothing. The choice is a fixed
 * xorshift sequence, so the same net gives the same walk.
 * @returns transition names to a deadlock, or undefined.
 */
export function* walkToDeadlock(
  net: PtNet,
  limits: ExplorationLimits,
): Steps<readonly string[] | undefined> {
  const compiled = compileNet(net);
  const watch = new LimitWatch(limits);
  const marking = new Int32Array(compiled.placeCount);
  const enabled = new Int32Array(compiled.transitionCount);
  let random = 0x2545f491;
  for (let walk = 0; walk < WALKS; walk += 1) {
    const path: number[] = [];
    marking.set(compiled.initial);
    while (path.length < LENGTH) {
      let count = 0;
      for (let t = 0; t < compiled.transitionCount; t += 1)
        if (isEnabled(compiled, marking, t)) {
          enabled[count] = t;
          count += 1;
        }
      if (count === 0) return path.map((t) => net.transitions[t]?.name ?? '');
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
      const t = enabled[(random >>> 0) % count] as number;
      fireInPlace(compiled, marking, t);
      path.push(t);
      if (path.length % 64 !== 0) continue;
      if (watch.check(0, path.length, path.length) !== undefined) return undefined;
      yield;
    }
  }
  return undefined;
}
