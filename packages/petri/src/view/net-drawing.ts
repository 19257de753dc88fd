import type { Marking } from '../marking.js';
import type { ArcStructure, ChoiceArcStructure, NetStructure } from '../net-structure.js';

/** Tokens to draw: a marking of the executor, or counts by place name. */
export type DrawnTokens = Marking | Readonly<Record<string, number>>;

/** What an edge of the picture stands for. */
export type EdgeKind = 'input' | 'output' | 'read' | 'inhibitor' | 'reset';

/** A place or a transition in a picture. */
export interface DrawnNode {
  readonly kind: 'place' | 'transition';
  readonly name: string;
  /** Tokens of a place; 0 for a transition. */
  readonly tokens: number;
  /** Index in its own list: places or transitions. */
  readonly index: number;
}

/** An arc in a picture; nodes by index into `nodes`. */
export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  /** What is written at the arc; empty for weight 1 without more. */
  readonly label: string;
}

/** A net as nodes and edges: places first, then transitions. */
export interface NetDrawing {
  readonly name: string;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

/** `90 min`, `1,500 ms`: the largest unit that is exact. */
function duration(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

function labelOf(arc: ChoiceArcStructure, weightFrom: number): string {
  const { weight, key, afterMs, withinMs } = arc;
  return [
    weight >= weightFrom ? String(weight) : '',
    key === undefined ? '' : `by ${key.join(', ')}`,
    afterMs === undefined ? '' : `after ${duration(afterMs)}`,
    withinMs === undefined ? '' : `within ${duration(withinMs)}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function tokensOf(tokens: DrawnTokens, place: string): number {
  const places: unknown = tokens['places'];
  if (typeof places === 'object' && places !== null)
    return (places as Marking['places'])[place]?.length ?? 0;
  const counts = tokens as Readonly<Record<string, number>>;
  return Object.hasOwn(counts, place) ? (counts[place] ?? 0) : 0;
}

/** The nodes and edges that every kind of picture draws. An input that is put back whole is a read. */
export function drawingOf(structure: NetStructure, tokens: DrawnTokens = {}): NetDrawing {
  const { places, transitions } = structure;
  const nodes: DrawnNode[] = places.map(({ name }, index) => ({
    kind: 'place',
    name,
    tokens: tokensOf(tokens, name),
    index,
  }));
  const position = new Map(places.map(({ name }, index) => [name, index]));
  const edges: DrawnEdge[] = [];
  for (const [index, transition] of transitions.entries()) {
    const at = nodes.length;
    nodes.push({ kind: 'transition', name: transition.name, tokens: 0, index });
    const into = (kind: EdgeKind, arc: ChoiceArcStructure, weightFrom: number): void => {
      const from = position.get(arc.place) ?? -1;
      edges.push({ from, to: at, kind, label: labelOf(arc, weightFrom) });
    };
    const { inputs, reads, inhibitors, outputs, resets = [] } = transition;
    for (const arc of inputs) into('input', arc, 2);
    for (const arc of reads) into('read', arc, 2);
    for (const arc of inhibitors) into('inhibitor', arc, 2);
    for (const place of resets) into('reset', { place, weight: 1 }, 2);
    for (const arc of outputs satisfies readonly ArcStructure[])
      edges.push({
        from: at,
        to: position.get(arc.place) ?? -1,
        kind: 'output',
        label: labelOf(arc, 2),
      });
  }
  return { name: structure.name, nodes, edges };
}
