import type { PlaceTransitionNet } from '../pnml.js';

/** What an exhaustive enumeration finds. */
export interface StateCount {
  readonly states: number;
  /** Every enabled transition of every state. */
  readonly edges: number;
  readonly maxTokenInPlace: number;
  readonly maxTokenPerMarking: number;
}

/** Enumerates all markings in the plainest way, to check the nets that were read. */
export function countStates({ structure, initial }: PlaceTransitionNet): StateCount {
  const at = new Map(structure.places.map(({ name }, index) => [name, index]));
  const transitions = structure.transitions.map(({ inputs, outputs }) => {
    const change = new Map<number, number>();
    const needs = inputs.map(({ place, weight }) => [at.get(place) ?? -1, weight] as const);
    for (const [place, weight] of needs) change.set(place, (change.get(place) ?? 0) - weight);
    for (const { place, weight } of outputs) {
      const index = at.get(place) ?? -1;
      change.set(index, (change.get(index) ?? 0) + weight);
    }
    return { needs, change: [...change].filter(([, by]) => by !== 0) };
  });
  const first = Uint8Array.from(structure.places, ({ name }) => initial[name] ?? 0);
  const seen = new Set([String.fromCharCode(...first)]);
  const queue = [first];
  let edges = 0;
  let maxTokenInPlace = 0;
  let maxTokenPerMarking = 0;
  for (const marking of queue) {
    maxTokenInPlace = Math.max(maxTokenInPlace, ...marking);
    maxTokenPerMarking = Math.max(
      maxTokenPerMarking,
      marking.reduce((sum, count) => sum + count, 0),
    );
    for (const { needs, change } of transitions) {
      if (!needs.every(([place, weight]) => (marking[place] ?? 0) >= weight)) continue;
      edges += 1;
      const next = marking.slice();
      for (const [place, by] of change) next[place] = (next[place] ?? 0) + by;
      const text = String.fromCharCode(...next);
      if (seen.has(text)) continue;
      seen.add(text);
      queue.push(next);
    }
  }
  return { states: seen.size, edges, maxTokenInPlace, maxTokenPerMarking };
}
