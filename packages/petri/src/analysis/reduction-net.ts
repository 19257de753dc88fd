import { createPtNet, type PtNet } from './pt-net.js';

/** Place index → weight. */
export type Weights = Map<number, number>;

/** A transition under reduction. Read arcs are written as input and output of the same weight. */
export interface ReducedTransition {
  /** The transitions of the original net it stands for, in firing order. */
  readonly sequence: readonly number[];
  readonly pre: Weights;
  readonly post: Weights;
  readonly inhibitors: Weights;
}

/** A net that reduction rules change in place. */
export class ReductionNet {
  readonly transitions = new Set<ReducedTransition>();
  readonly removedPlaces = new Set<number>();
  readonly initial: number[];
  /** By place: transitions that take, read or are inhibited by it, and those that put into it. */
  readonly consumers: Set<ReducedTransition>[];
  readonly producers: Set<ReducedTransition>[];
  readonly inhibited: Set<ReducedTransition>[];

  constructor(
    readonly net: PtNet,
    /** Places that must stay as they are. */
    readonly observed: ReadonlySet<number>,
  ) {
    this.initial = [...net.initial];
    this.consumers = net.places.map(() => new Set());
    this.producers = net.places.map(() => new Set());
    this.inhibited = net.places.map(() => new Set());
    for (const [index, transition] of net.transitions.entries()) {
      const pre: Weights = new Map();
      const post: Weights = new Map();
      const add = (to: Weights, place: number, weight: number): void => {
        to.set(place, (to.get(place) ?? 0) + weight);
      };
      for (const { place, weight } of transition.inputs) add(pre, place, weight);
      for (const { place, weight } of transition.outputs) add(post, place, weight);
      for (const { place, weight } of transition.reads) {
        const missing = weight - (pre.get(place) ?? 0);
        if (missing <= 0) continue;
        add(pre, place, missing);
        add(post, place, missing);
      }
      const inhibitors = new Map(transition.inhibitors.map((arc) => [arc.place, arc.weight]));
      this.add({ sequence: [index], pre, post, inhibitors });
    }
  }

  add(transition: ReducedTransition): void {
    this.transitions.add(transition);
    for (const place of transition.pre.keys()) this.consumers[place]?.add(transition);
    for (const place of transition.post.keys()) this.producers[place]?.add(transition);
    for (const place of transition.inhibitors.keys()) this.inhibited[place]?.add(transition);
  }

  remove(transition: ReducedTransition): void {
    this.transitions.delete(transition);
    for (const place of transition.pre.keys()) this.consumers[place]?.delete(transition);
    for (const place of transition.post.keys()) this.producers[place]?.delete(transition);
    for (const place of transition.inhibitors.keys()) this.inhibited[place]?.delete(transition);
  }

  /** Takes the place and its arcs away. */
  removePlace(place: number): void {
    for (const transition of this.consumers[place] ?? []) transition.pre.delete(place);
    for (const transition of this.producers[place] ?? []) transition.post.delete(place);
    this.consumers[place]?.clear();
    this.producers[place]?.clear();
    this.removedPlaces.add(place);
  }

  /** The places that are left. */
  places(): number[] {
    return [...this.net.places.keys()].filter((place) => !this.removedPlaces.has(place));
  }

  /** True if the place may go and no inhibitor arc looks at it. */
  isFree(place: number): boolean {
    return !this.observed.has(place) && this.inhibited[place]?.size === 0;
  }

  /** The reduced net, and what each of its transitions stands for. */
  finish(): { net: PtNet; sequences: readonly (readonly number[])[] } {
    const kept = [...this.transitions];
    const name = (place: number): string => this.net.places[place] ?? '';
    const arcs = (weights: Weights): { place: string; weight: number }[] =>
      [...weights].map(([place, weight]) => ({ place: name(place), weight }));
    const net = createPtNet({
      name: this.net.name,
      places: this.places().map((place) => ({
        name: name(place),
        tokens: this.initial[place] ?? 0,
      })),
      transitions: kept.map((transition, index) => ({
        name: `${index}:${transition.sequence.map((t) => this.net.transitions[t]?.name ?? '').join('+')}`,
        inputs: arcs(transition.pre),
        outputs: arcs(transition.post),
        inhibitors: arcs(transition.inhibitors),
      })),
    });
    return { net, sequences: kept.map((transition) => transition.sequence) };
  }
}
