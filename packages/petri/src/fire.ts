import { formatBinding, type Binding } from './binding.js';
import { BindingSearch, isKeyReady } from './binding-search.js';
import type { Net } from './bind.js';
import { fireSelection, type Emission, type EmissionOf, type Firing } from './firing.js';
import type { Marking, Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import type { NetTransitions, PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';
import { keyOf, type TokenKey } from './token-key.js';
import { WorkingMarking } from './working-marking.js';

/** What `fire` and `step` may be asked for. */
export interface FireOptions {
  /** Checks the net's laws at each firing and throws `law-broken`. Default false. */
  readonly checkLaws?: boolean;
  /** Also checks tokens made by `out` against their places' schemas (`bad-token`). Default false. */
  readonly checkTokens?: boolean;
}

/** A new marking, how it came about, and what the outside is told. */
export interface FireResult<
  Places extends PlaceTokens,
  Transitions extends NetTransitions = NetTransitions,
> {
  readonly marking: Marking<Places>;
  readonly firing: Firing;
  readonly effects: readonly EmissionOf<Transitions>[];
}

function refuse(net: Net, binding: Binding, reason: string): never {
  throw new PetriError(
    'not-enabled',
    `net '${net.structure.name}': ${formatBinding(binding)} is not enabled: ${reason}`,
  );
}

function tokensOf(
  net: Net,
  binding: Binding,
  arc: PlannedArc,
  marking: WorkingMarking,
): readonly Token[] {
  const named = Object.hasOwn(binding.tokens, arc.name) ? binding.tokens[arc.name] : undefined;
  const wanted = [...new Set(named ?? [])].sort((a, b) => a - b);
  if (wanted.length !== arc.weight)
    refuse(
      net,
      binding,
      `the arc from '${arc.name}' needs ${arc.weight} tokens, the binding names ${wanted.length}`,
    );
  return wanted.map((sequence) => {
    const token = marking.queue(arc.place).find(sequence);
    if (token === undefined)
      return refuse(net, binding, `token ${sequence} does not lie in '${arc.name}'`);
    const age = marking.nowMs - token.atMs;
    if (age < arc.afterMs || age > arc.withinMs)
      refuse(
        net,
        binding,
        `token ${sequence} lies in '${arc.name}' since ${age} ms, expected ${arc.afterMs} to ${arc.withinMs} ms`,
      );
    return token;
  });
}

/** The one key of all keyed arcs. */
function keyOfSelection(
  net: Net,
  { chosen }: PlannedTransition,
  binding: Binding,
  marking: WorkingMarking,
  selection: readonly Token[],
): TokenKey | undefined {
  let key: TokenKey | undefined;
  for (const arc of chosen)
    if (arc.index >= 0)
      for (const token of selection.slice(arc.first, arc.first + arc.weight)) {
        const own = keyOf(token.value, marking.fieldsOf(arc.index), arc.name);
        key ??= own;
        if (own !== key)
          refuse(net, binding, `token ${token.sequence} has key ${own}, expected ${key}`);
      }
  return key;
}

function select(
  net: Net,
  transition: PlannedTransition,
  binding: Binding,
  marking: WorkingMarking,
): BindingSearch {
  const search = new BindingSearch(transition, marking);
  const selection = transition.chosen.flatMap((arc) => tokensOf(net, binding, arc, marking));
  search.selection.push(...selection);
  const key = keyOfSelection(net, transition, binding, marking, selection);
  if (key !== undefined && !isKeyReady(transition, marking, key))
    refuse(net, binding, `tokens with key ${key} are missing`);
  for (const { index, place, name, weight } of transition.inhibitors) {
    const count =
      index < 0 || key === undefined
        ? marking.count(place)
        : (marking.bucket(index, key)?.size ?? 0);
    if (count >= weight)
      refuse(net, binding, `'${name}' holds ${count} tokens, expected fewer than ${weight}`);
  }
  const { functions } = transition;
  if (functions.guard !== undefined && !functions.guard(search.show()))
    refuse(net, binding, 'its guard says no');
  return search;
}

/**
 * Fires one binding at the marking's instant: pure, the given marking stays as it is. Any enabled
 * binding may be fired; priorities only say which one `run` takes first.
 *
 * Throws `PetriError` `unknown-transition`, `not-enabled`, `bad-output`, `bad-token` or `law-broken`.
 */
export function fire<Places extends PlaceTokens, Transitions extends NetTransitions>(
  net: Net<Places, Transitions>,
  marking: Marking<NoInfer<Places>>,
  binding: Binding,
  options: FireOptions = {},
): FireResult<Places, Transitions> {
  const transition = net.plan.transitionByName.get(binding.transition);
  if (transition === undefined)
    throw new PetriError(
      'unknown-transition',
      `net '${net.structure.name}' has no transition '${binding.transition}'`,
    );
  const working = WorkingMarking.of(net.plan, marking);
  const search = select(net, transition, binding, working);
  const effects: Emission[] = [];
  const firing = fireSelection(net, search, {
    marking: working,
    checkLaws: options.checkLaws === true,
    checkTokens: options.checkTokens === true,
    putAt: working.put.bind(working),
    take: working.take.bind(working),
    empty: working.empty.bind(working),
    emit: (name, effect) => effects.push({ transition: name, firing: 0, effect }),
  });
  return {
    marking: working.freeze() as Marking<Places>,
    firing,
    effects: effects as readonly Emission[] as readonly EmissionOf<Transitions>[],
  };
}
