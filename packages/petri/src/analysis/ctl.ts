import { PetriError } from '../petri-error.js';
import type { EdgeList } from './edge-list.js';
import { holds, predicateOf, type Formula, type NetNames } from './formula.js';
import { edgeEnd, predecessorsOf, type Predecessors } from './state-graph.js';
import type { StateSpace } from './state-space.js';

/** A set of states: 1 for members. */
export type StateSet = Uint8Array;

function complement(set: StateSet): StateSet {
  return set.map((member) => 1 - member);
}

/** Evaluates CTL formulas on a complete reachability graph, each subformula over all states. */
export class CtlChecker {
  private predecessors: Predecessors | undefined;

  constructor(
    private readonly space: StateSpace,
    private readonly edges: EdgeList,
    private readonly names: NetNames,
  ) {}

  /** The states in which the formula holds. */
  states(formula: Formula): StateSet {
    const predicate = predicateOf(this.names, formula);
    if (predicate !== undefined) {
      const marking = new Int32Array(this.space.run.net.placeCount);
      return Uint8Array.from({ length: this.space.states }, (_, state) => {
        this.space.run.store.read(state, marking);
        return Number(holds(predicate, marking));
      });
    }
    switch (formula.op) {
      case 'not':
        return complement(this.states(formula.operand));
      case 'and':
      case 'or': {
        const sets = formula.operands.map((operand) => this.states(operand));
        const wanted = formula.op === 'and' ? 0 : 1;
        return Uint8Array.from({ length: this.space.states }, (_, state) =>
          sets.some((set) => set[state] === wanted) ? wanted : 1 - wanted,
        );
      }
      case 'EX':
        return this.someNext(this.states(formula.operand));
      case 'AX':
        return complement(this.someNext(complement(this.states(formula.operand))));
      case 'EF':
        return this.existsUntil(undefined, this.states(formula.operand));
      case 'AG':
        return complement(this.existsUntil(undefined, complement(this.states(formula.operand))));
      case 'AF':
        return this.alwaysUntil(undefined, this.states(formula.operand));
      case 'EG':
        return complement(this.alwaysUntil(undefined, complement(this.states(formula.operand))));
      case 'EU':
        return this.existsUntil(this.states(formula.left), this.states(formula.right));
      case 'AU':
        return this.alwaysUntil(this.states(formula.left), this.states(formula.right));
      default:
        throw new PetriError('bad-formula', `no operator '${formula.op}' in CTL`);
    }
  }

  private get before(): Predecessors {
    return (this.predecessors ??= predecessorsOf(this.space, this.edges));
  }

  private someNext(set: StateSet): StateSet {
    const { space, edges } = this;
    return Uint8Array.from({ length: space.states }, (_, state) => {
      const end = edgeEnd(space, edges, state);
      for (let at = edges.start(state); at < end; at += 1)
        if (set[edges.target(at)] === 1) return 1;
      return 0;
    });
  }

  /** Backwards from `goal` through `path` (everywhere unless given). */
  private existsUntil(path: StateSet | undefined, goal: StateSet): StateSet {
    return this.backward(goal, (source) => path === undefined || path[source] === 1);
  }

  /** As above, but a state joins only when its last successor has. A deadlock never does. */
  private alwaysUntil(path: StateSet | undefined, goal: StateSet): StateSet {
    const { space, edges } = this;
    const missing = Int32Array.from(
      { length: space.states },
      (_, state) => edgeEnd(space, edges, state) - edges.start(state),
    );
    return this.backward(goal, (source) => {
      missing[source] = (missing[source] as number) - 1;
      return missing[source] === 0 && (path === undefined || path[source] === 1);
    });
  }

  /** `joins` is asked once for every edge into the growing set. */
  private backward(goal: StateSet, joins: (source: number) => boolean): StateSet {
    const { starts, sources } = this.before;
    const set = Uint8Array.from(goal);
    const queue = new Int32Array(this.space.states);
    let size = 0;
    for (let state = 0; state < set.length; state += 1)
      if (set[state] === 1) {
        queue[size] = state;
        size += 1;
      }
    for (let next = 0; next < size; next += 1) {
      const state = queue[next] as number;
      for (let at = starts[state] as number; at < (starts[state + 1] as number); at += 1) {
        const source = sources[at] as number;
        if (set[source] === 1 || !joins(source)) continue;
        set[source] = 1;
        queue[size] = source;
        size += 1;
      }
    }
    return set;
  }
}
