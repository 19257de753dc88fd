import { formatBinding, guardAllows, type Binding, type Selection } from './binding.js';
import type { Net } from './bind.js';
import { fireSelection, type Firing } from './firing.js';
import type { Marking, Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import type { PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';
import { WorkingMarking } from './working-marking.js';

/** What `fire` and `step` may be asked for. */
export interface FireOptions {
  /** Checks the net's laws at each firing and throws `law-broken`. Default false. */
  readonly checkLaws?: boolean;
}

/** A new marking and how it came about. */
export interface FireResult<Places extends PlaceTokens> {
  readonly marking: Marking<Places>;
  readonly firing: Firing;
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
  const wanted = [...new Set(binding.tokens[arc.name] ?? [])].sort((a, b) => a - b);
  if (wanted.length !== arc.weight)
    refuse(
      net,
      binding,
      `the arc from '${arc.name}' needs ${arc.weight} tokens, the binding names ${wanted.length}`,
    );
  return wanted.map((sequence) => {
    const token = marking.list(arc.place).find((candidate) => candidate.sequence === sequence);
    return token ?? refuse(net, binding, `token ${sequence} does not lie in '${arc.name}'`);
  });
}

function selectionOf(
  net: Net,
  transition: PlannedTransition,
  binding: Binding,
  marking: WorkingMarking,
): Selection {
  const selection = transition.chosen.map((arc) => tokensOf(net, binding, arc, marking));
  const blocking = transition.inhibitors.find(
    (arc) => marking.list(arc.place).length >= arc.weight,
  );
  if (blocking !== undefined)
    refuse(
      net,
      binding,
      `'${blocking.name}' holds ${marking.list(blocking.place).length} tokens, expected fewer than ${blocking.weight}`,
    );
  if (!guardAllows(transition, selection)) refuse(net, binding, 'its guard says no');
  return selection;
}

/**
 * Fires one binding: pure, the given marking stays as it is. Any enabled binding may be fired;
 * priorities only say which one `run` takes first.
 *
 * Throws `PetriError` `unknown-transition`, `not-enabled`, `bad-output` or `law-broken`.
 */
export function fire<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
  binding: Binding,
  options: FireOptions = {},
): FireResult<Places> {
  const transition = net.plan.transitionByName.get(binding.transition);
  if (transition === undefined)
    throw new PetriError(
      'unknown-transition',
      `net '${net.structure.name}' has no transition '${binding.transition}'`,
    );
  const working = WorkingMarking.of(net.plan, marking);
  const selection = selectionOf(net, transition, binding, working);
  const firing = fireSelection(net, transition, selection, working, options.checkLaws === true);
  return { marking: working.freeze() as Marking<Places>, firing };
}
