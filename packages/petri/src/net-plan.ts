import type { ArcStructure, NetStructure, TransitionStructure } from './net-structure.js';
import type { ErasedFunction } from './transition-functions.js';

/** An arc with its place as an index, so that firing compares no strings. */
export interface PlannedArc {
  readonly place: number;
  readonly name: string;
  readonly weight: number;
  readonly black: boolean;
}

/** A transition ready to run. */
export interface PlannedTransition {
  readonly index: number;
  readonly structure: TransitionStructure;
  /** Inputs, then reads: the order in which bindings compare. */
  readonly chosen: readonly PlannedArc[];
  /** How many of `chosen` are inputs. */
  readonly inputCount: number;
  readonly inhibitors: readonly PlannedArc[];
  readonly outputs: readonly PlannedArc[];
  readonly dataOutputCount: number;
  readonly functions: ErasedFunction;
}

/** The compiled form of a bound net: an index over the structure, nothing that is not in it. */
export interface NetPlan {
  readonly placeNames: readonly string[];
  readonly placeIndex: ReadonlyMap<string, number>;
  readonly black: readonly boolean[];
  /** In firing order: priority from high to low, then declaration. */
  readonly order: readonly PlannedTransition[];
  readonly transitionByName: ReadonlyMap<string, PlannedTransition>;
  /** By place: positions in `order` of the transitions whose enabling depends on it. */
  readonly watchers: readonly (readonly number[])[];
}

/** Compiles a checked structure with its functions. */
export function planNet(
  structure: NetStructure,
  functions: Readonly<Record<string, ErasedFunction | undefined>>,
): NetPlan {
  const placeNames = structure.places.map((place) => place.name);
  const placeIndex = new Map(placeNames.map((name, index) => [name, index]));
  const black = structure.places.map((place) => place.tokens === 'black');
  const planArc = ({ place: name, weight }: ArcStructure): PlannedArc => {
    const place = placeIndex.get(name) ?? -1;
    return { place, name, weight, black: black[place] === true };
  };
  const planned = structure.transitions.map((transition, index): PlannedTransition => {
    const outputs = transition.outputs.map(planArc);
    return {
      index,
      structure: transition,
      chosen: [...transition.inputs, ...transition.reads].map(planArc),
      inputCount: transition.inputs.length,
      inhibitors: transition.inhibitors.map(planArc),
      outputs,
      dataOutputCount: outputs.filter((arc) => !arc.black).length,
      functions: Object.hasOwn(functions, transition.name)
        ? (functions[transition.name] ?? {})
        : {},
    };
  });
  const order = planned.toSorted(
    (a, b) => b.structure.priority - a.structure.priority || a.index - b.index,
  );
  const watchers = placeNames.map((): number[] => []);
  for (const [position, transition] of order.entries())
    for (const place of new Set(
      [...transition.chosen, ...transition.inhibitors].map((a) => a.place),
    ))
      watchers[place]?.push(position);
  return {
    placeNames,
    placeIndex,
    black,
    order,
    transitionByName: new Map(planned.map((transition) => [transition.structure.name, transition])),
    watchers,
  };
}
