import type { Net } from './bind.js';
import { checkStructure, freezeStructure } from './check-structure.js';
import type { Marking } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import {
  NET_SCHEMA,
  type ArcStructure,
  type NetStructure,
  type PlaceTokens,
} from './net-structure.js';
import { PetriError } from './petri-error.js';
import { keyOf, type TokenKey } from './token-key.js';
import { tokenText } from './token-encoding.js';
import type { Black } from './token-type.js';

/** All values that tokens of a data place may have, by place. */
export type Colours<Places> = {
  readonly [
    Place in keyof Places as [Places[Place]] extends [Black] ? never : Place
  ]: readonly Places[Place][];
};

/** A net with data tokens as one of black tokens: a place for every value. */
export interface UnfoldedNet {
  readonly structure: NetStructure;
  /** Where the tokens of a marking lie in the unfolded net. Throws `bad-token` for other values. */
  readonly countsOf: (marking: Marking) => Readonly<Record<string, number>>;
}

/** A choice of values for the arcs of a transition. */
interface Choice {
  readonly shown: Readonly<Record<string, unknown>>;
  readonly labels: readonly string[];
  readonly key: TokenKey | undefined;
  readonly taken: readonly string[];
  readonly read: readonly string[];
}

function refuse(net: Net, message: string): never {
  throw new PetriError('bad-net', `net '${net.structure.name}' cannot be unfolded: ${message}`);
}

function counted(places: readonly string[]): ArcStructure[] {
  const weights = new Map<string, number>();
  for (const place of places) weights.set(place, (weights.get(place) ?? 0) + 1);
  return Array.from(weights, ([place, weight]) => ({ place, weight }));
}

/** All lists of `weight` values: tokens of one arc may have come in any order. */
function tuples(values: readonly unknown[], weight: number): unknown[][] {
  let all: unknown[][] = [[]];
  for (let at = 0; at < weight; at += 1)
    all = all.flatMap((head) => values.map((value) => [...head, value]));
  return all;
}

class Unfolding {
  private readonly names: readonly ReadonlyMap<string, string>[];
  private readonly values: readonly (readonly unknown[])[];

  constructor(
    private readonly net: Net,
    colours: Readonly<Record<string, readonly unknown[] | undefined>>,
    private readonly limit: number,
  ) {
    const { placeNames, black } = net.plan;
    this.values = placeNames.map((name, place) => {
      if (black[place] === true) return [null];
      const values = Object.hasOwn(colours, name) ? colours[name] : undefined;
      return (
        values ?? refuse(net, `place '${name}' holds data tokens, but no values are given for it`)
      );
    });
    this.names = placeNames.map(
      (name, place) =>
        new Map(
          (this.values[place] ?? []).map((value) => {
            const text = tokenText(value);
            return [text, black[place] === true ? name : `${name}(${text})`];
          }),
        ),
    );
  }

  structure(): NetStructure {
    const transitions = this.net.plan.order.flatMap((transition) => this.transition(transition));
    return freezeStructure(
      checkStructure({
        schema: NET_SCHEMA,
        name: this.net.structure.name,
        places: this.names.flatMap((names) =>
          Array.from(names.values(), (name) => ({ name, tokens: 'black' as const })),
        ),
        transitions,
      }),
    );
  }

  placeOf(place: number, value: unknown): string {
    const name = this.names[place]?.get(tokenText(value));
    if (name !== undefined) return name;
    throw new PetriError(
      'bad-token',
      `place '${this.net.plan.placeNames[place] ?? ''}' gets ${tokenText(value)}, which is none of the values given for it; add it, or keep it out by a guard`,
    );
  }

  private transition(transition: PlannedTransition): NetStructure['transitions'][number][] {
    const { name, priority } = transition.structure;
    const seen = new Set<string>();
    const resets = this.resets(transition);
    return this.choices(transition).flatMap((choice) => {
      if (transition.functions.guard?.(choice.shown) === false) return [];
      const inputs = counted(choice.taken);
      const reads = counted(choice.read);
      const inhibitors = this.inhibitors(transition, choice);
      const outputs = counted(this.outputs(transition, choice));
      // Orders of arrival that make no difference are one transition.
      const same = JSON.stringify([inputs, reads, inhibitors, outputs]);
      if (seen.has(same)) return [];
      seen.add(same);
      const label = choice.labels.length === 0 ? name : `${name}(${choice.labels.join(',')})`;
      return [
        {
          name: label,
          priority,
          inputs,
          reads,
          inhibitors,
          outputs,
          ...(resets.length > 0 && { resets }),
        },
      ];
    });
  }

  private choices({ chosen, inputCount, structure }: PlannedTransition): Choice[] {
    let all: Choice[] = [{ shown: {}, labels: [], key: undefined, taken: [], read: [] }];
    for (const [at, arc] of chosen.entries()) {
      const options = tuples(this.values[arc.place] ?? [], arc.weight);
      all = all.flatMap((choice) =>
        options.flatMap((values) => this.chosen(choice, arc, values, at < inputCount)),
      );
      if (all.length > this.limit)
        throw new PetriError(
          'too-large',
          `net '${this.net.structure.name}': transition '${structure.name}' unfolds to more than ${this.limit}`,
        );
    }
    return all;
  }

  private chosen(choice: Choice, arc: PlannedArc, values: unknown[], taken: boolean): Choice[] {
    let { key } = choice;
    if (arc.index >= 0)
      for (const value of values) {
        const fields = this.net.plan.indexes[arc.index]?.fields ?? [];
        const own = keyOf(value, fields, arc.name);
        if (key !== undefined && own !== key) return [];
        key = own;
      }
    const places = values.map((value) => this.placeOf(arc.place, value));
    const labels = arc.black ? [] : [`${arc.name}=${values.map(tokenText).join('+')}`];
    return [
      {
        shown: { ...choice.shown, [arc.name]: arc.weight === 1 ? values[0] : values },
        labels: [...choice.labels, ...labels],
        key,
        taken: taken ? [...choice.taken, ...places] : choice.taken,
        read: taken ? choice.read : [...choice.read, ...places],
      },
    ];
  }

  private inhibitors({ inhibitors, structure }: PlannedTransition, choice: Choice): ArcStructure[] {
    return inhibitors.flatMap((arc) => {
      const fields = this.net.plan.indexes[arc.index]?.fields;
      const watched = (this.values[arc.place] ?? []).filter(
        (value) => fields === undefined || keyOf(value, fields, arc.name) === choice.key,
      );
      if (watched.length > 1 && arc.weight > 1)
        refuse(
          this.net,
          `transition '${structure.name}' is inhibited by ${arc.weight} tokens of any value in '${arc.name}', expected 1`,
        );
      const { weight } = arc;
      return watched.map((value) => ({ place: this.placeOf(arc.place, value), weight }));
    });
  }

  private outputs(
    { functions, outputs, dataOutputCount }: PlannedTransition,
    choice: Choice,
  ): string[] {
    const made = dataOutputCount === 0 ? {} : (functions.out?.(choice.shown) ?? {});
    return outputs.flatMap(({ black, weight, name, place }) => {
      const value = made[name];
      const values = black
        ? Array.from({ length: weight }, () => null)
        : weight === 1
          ? [value]
          : (value as readonly unknown[]);
      return values.map((one) => this.placeOf(place, one));
    });
  }

  private resets({ resets, functions, dataOutputCount, structure }: PlannedTransition): string[] {
    const data = resets.find(({ place }) => this.net.plan.black[place] !== true);
    const looks = dataOutputCount > 0 || structure.emits === true;
    if (resets.length > 0 && functions.guard !== undefined)
      refuse(this.net, `transition '${structure.name}' has a guard that sees what it empties`);
    if (data !== undefined && looks)
      refuse(
        this.net,
        `transition '${structure.name}' makes tokens of what it empties '${data.name}'`,
      );
    return resets.flatMap(({ place }) => [...(this.names[place]?.values() ?? [])]);
  }
}

/**
 * The net with a place for every value a token may have and a transition for every choice of values
 * that guards and keys admit: what the analysis of P/T nets can prove of nets with data. Delays and
 * deadlines are left out (every order that time allows is among those proved), emissions too.
 *
 * Throws `bad-token` where a transition makes a value that is not given, `bad-net` for an inhibitor
 * of weight above 1 over several values and for guards or outputs that look at emptied places, and
 * `too-large` above `maxTransitions` (default 1,000,000) choices of one transition.
 */
export function unfold<Places extends PlaceTokens>(
  net: Net<Places>,
  colours: NoInfer<Colours<Places>>,
  { maxTransitions = 1_000_000 }: { readonly maxTransitions?: number } = {},
): UnfoldedNet {
  const unfolding = new Unfolding(net, colours, maxTransitions);
  return Object.freeze({
    structure: unfolding.structure(),
    countsOf: (marking: Marking) => {
      const counts: Record<string, number> = {};
      for (const [place, name] of net.plan.placeNames.entries())
        for (const { value } of marking.places[name] ?? []) {
          const unfolded = unfolding.placeOf(place, value);
          counts[unfolded] = (counts[unfolded] ?? 0) + 1;
        }
      return Object.freeze(counts);
    },
  });
}
