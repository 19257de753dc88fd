import type {
  ChoiceArcStructure,
  NetStructure,
  TestArcStructure,
  TransitionStructure,
} from './net-structure.js';
import type { PlaceSchemas, StandardSchema } from './standard-schema.js';
import type { ErasedFunction } from './transition-functions.js';

/** An arc with its place as an index, so that firing compares no strings. */
export interface PlannedArc {
  readonly place: number;
  readonly name: string;
  readonly weight: number;
  readonly black: boolean;
  /** Which key index its tokens are matched by; -1 without a key. */
  readonly index: number;
  /** 0 without a delay. */
  readonly afterMs: number;
  /** Infinity without a deadline. */
  readonly withinMs: number;
  /** Where its tokens begin in a selection, or in the values put. */
  readonly first: number;
}

/** Tokens of one place by key. */
export interface PlannedIndex {
  readonly place: number;
  readonly name: string;
  readonly fields: readonly string[];
}

/** A transition ready to run. */
export interface PlannedTransition {
  readonly index: number;
  /** Place in the firing order. */
  readonly position: number;
  readonly structure: TransitionStructure;
  /** Inputs, then reads: the order in which bindings compare. */
  readonly chosen: readonly PlannedArc[];
  /** How many of `chosen` are inputs. */
  readonly inputCount: number;
  readonly inhibitors: readonly PlannedArc[];
  readonly outputs: readonly PlannedArc[];
  readonly resets: readonly { readonly place: number; readonly name: string }[];
  readonly dataOutputCount: number;
  readonly functions: ErasedFunction;
  /** The oldest tokens are the first binding: no guard, key or time to ask. */
  readonly greedy: boolean;
  /** Position in `chosen` of the arc whose tokens are kept in a queue of candidates; -1: none is. */
  readonly driver: number;
}

/** The compiled form of a bound net: an index over the structure, nothing that is not in it. */
export interface NetPlan {
  readonly placeNames: readonly string[];
  readonly placeIndex: ReadonlyMap<string, number>;
  readonly black: readonly boolean[];
  readonly schemas: readonly (StandardSchema | undefined)[];
  /** Some arc has a delay or a deadline. */
  readonly timed: boolean;
  /** In firing order: priority from high to low, then declaration. */
  readonly order: readonly PlannedTransition[];
  readonly transitionByName: ReadonlyMap<string, PlannedTransition>;
  /** By place: positions in `order` of the transitions that a token more there may enable. */
  readonly wokenByPut: readonly (readonly number[])[];
  /** The same for a token less: inhibitor arcs. */
  readonly wokenByTake: readonly (readonly number[])[];
  /** Positions of the transitions that the clock may enable. */
  readonly wokenByClock: readonly number[];
  readonly indexes: readonly PlannedIndex[];
  /** By place: its key indexes. */
  readonly indexesOf: readonly (readonly number[])[];
}

/** Assigns each distinct (place, key) pair one index. */
class IndexPlan {
  readonly indexes: PlannedIndex[] = [];
  private readonly known = new Map<string, number>();

  of(place: number, { place: name, key: fields }: TestArcStructure): number {
    if (fields === undefined) return -1;
    const text = JSON.stringify([place, ...fields]);
    const index = this.known.get(text) ?? this.indexes.length;
    if (index === this.indexes.length) {
      this.known.set(text, index);
      this.indexes.push({ place, name, fields });
    }
    return index;
  }
}

type PlanArc = (arc: ChoiceArcStructure, first?: number) => PlannedArc;

function planArcs(arcs: readonly ChoiceArcStructure[], planArc: PlanArc): PlannedArc[] {
  let first = 0;
  return arcs.map((arc) => {
    const planned = planArc(arc, first);
    first += arc.weight;
    return planned;
  });
}

/**
 * Candidates can be queued when the binding order starts with a keyed arc: every arc before it is
 * black, so only its oldest token is ever offered.
 */
function driverOf(chosen: readonly PlannedArc[]): number {
  const driver = chosen.findIndex((arc) => arc.index >= 0);
  const plain = (arc: PlannedArc): boolean => arc.black && arc.afterMs === 0;
  return chosen.slice(0, Math.max(driver, 0)).every(plain) ? driver : -1;
}

type PlacesOf = (transition: PlannedTransition) => readonly { readonly place: number }[];

/** A guard also sees what lies in the places to be emptied. */
const guarded: PlacesOf = ({ functions, resets }) => (functions.guard === undefined ? [] : resets);

function positionsBy(
  places: number,
  order: readonly PlannedTransition[],
  of: PlacesOf,
): number[][] {
  const positions = Array.from({ length: places }, (): number[] => []);
  for (const transition of order)
    for (const place of new Set(
      [...of(transition), ...guarded(transition)].map((arc) => arc.place),
    ))
      positions[place]?.push(transition.position);
  return positions;
}

/** Compiles a checked structure with its functions. */
export function planNet(
  structure: NetStructure,
  functions: Readonly<Record<string, ErasedFunction | undefined>>,
  schemas: PlaceSchemas,
): NetPlan {
  const placeNames = structure.places.map((place) => place.name);
  const placeIndex = new Map(placeNames.map((name, index) => [name, index]));
  const black = structure.places.map((place) => place.tokens === 'black');
  const indexPlan = new IndexPlan();
  const planArc: PlanArc = (arc, first = 0) => {
    const place = placeIndex.get(arc.place) ?? -1;
    const { place: name, weight, afterMs = 0, withinMs = Infinity } = arc;
    const index = indexPlan.of(place, arc);
    return { place, name, weight, black: black[place] === true, index, afterMs, withinMs, first };
  };
  const planned = structure.transitions.map((transition, index) => {
    const outputs = planArcs(transition.outputs, planArc);
    const chosen = planArcs([...transition.inputs, ...transition.reads], planArc);
    const inhibitors = transition.inhibitors.map((arc) => planArc(arc));
    const own: ErasedFunction = Object.hasOwn(functions, transition.name)
      ? (functions[transition.name] ?? {})
      : {};
    return {
      index,
      structure: transition,
      chosen,
      inputCount: transition.inputs.length,
      inhibitors,
      outputs,
      resets: (transition.resets ?? []).map((name) => ({
        place: placeIndex.get(name) ?? -1,
        name,
      })),
      dataOutputCount: outputs.filter((arc) => !arc.black).length,
      functions: own,
      greedy:
        own.guard === undefined &&
        [...chosen, ...inhibitors].every(
          (arc) => arc.index < 0 && arc.afterMs === 0 && arc.withinMs === Infinity,
        ),
      driver: driverOf(chosen),
    };
  });
  const order = planned
    .toSorted((a, b) => b.structure.priority - a.structure.priority || a.index - b.index)
    .map((transition, position): PlannedTransition => ({ ...transition, position }));
  const delayed = order.filter(({ chosen }) => chosen.some((arc) => arc.afterMs > 0));
  return {
    placeNames,
    placeIndex,
    black,
    schemas: placeNames.map((name) => (Object.hasOwn(schemas, name) ? schemas[name] : undefined)),
    timed: order.some(({ chosen }) =>
      chosen.some((arc) => arc.afterMs > 0 || arc.withinMs < Infinity),
    ),
    order,
    transitionByName: new Map(order.map((transition) => [transition.structure.name, transition])),
    wokenByPut: positionsBy(placeNames.length, order, ({ chosen }) => chosen),
    wokenByTake: positionsBy(placeNames.length, order, ({ inhibitors }) => inhibitors),
    wokenByClock: delayed.map(({ position }) => position),
    indexes: indexPlan.indexes,
    indexesOf: placeNames.map((_, place) =>
      indexPlan.indexes.flatMap((index, at) => (index.place === place ? [at] : [])),
    ),
  };
}
