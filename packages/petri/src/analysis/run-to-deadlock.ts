import type { PtNet, PtTransition } from './pt-net.js';

/** How many firings an expanded run may lack before a search without reductions is cheaper. */
const MOST_MISSING = 10_000;

/**
 * A run with what an agglomeration left out of it: firings that a fused transition would have done
 * later are still enabled where the expanded run ends. The first enabled transition is fired until
 * none is.
 * @returns the whole run, or undefined where it is no run of the net or does not end in time.
 */
export function runToDeadlock(net: PtNet, firings: readonly string[]): string[] | undefined {
  const tokens = [...net.initial];
  const byName = new Map(net.transitions.map((transition) => [transition.name, transition]));
  const run: string[] = [];
  for (const name of firings) {
    const transition = byName.get(name);
    if (transition === undefined || !isEnabled(transition, tokens)) return undefined;
    fire(transition, tokens);
    run.push(name);
  }
  for (let missing = 0; missing < MOST_MISSING; missing++) {
    const next = net.transitions.find((transition) => isEnabled(transition, tokens));
    if (next === undefined) return run;
    fire(next, tokens);
    run.push(next.name);
  }
  return undefined;
}

function isEnabled(
  { inputs, reads, inhibitors }: PtTransition,
  tokens: readonly number[],
): boolean {
  const has = ({ place, weight }: { place: number; weight: number }): boolean =>
    (tokens[place] ?? 0) >= weight;
  return inputs.every(has) && reads.every(has) && !inhibitors.some(has);
}

function fire({ inputs, outputs, resets }: PtTransition, tokens: number[]): void {
  for (const { place, weight } of inputs) tokens[place] = (tokens[place] ?? 0) - weight;
  for (const place of resets) tokens[place] = 0;
  for (const { place, weight } of outputs) tokens[place] = (tokens[place] ?? 0) + weight;
}
