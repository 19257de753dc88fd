import { bindingOf, type Binding } from './binding.js';
import { BindingSearch } from './binding-search.js';
import type { Net } from './bind.js';
import type { Marking } from './marking.js';
import type { PlaceTokens } from './net-structure.js';
import { WorkingMarking } from './working-marking.js';

/**
 * All bindings that may fire at the marking's instant, in the order in which `run` would choose:
 * 1. priority, highest first;
 * 2. transition, in order of declaration;
 * 3. token sequence numbers, compared arc by arc (inputs, then reads, as declared), smallest first;
 *    an arc of weight n takes n tokens in ascending order.
 *
 * Black tokens are alike, so only the oldest are offered. The list grows with the product of the
 * tokens on a transition's arcs; `run` and `step` stop at the first and never build it.
 */
export function enabled<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
): readonly Binding[] {
  const working = WorkingMarking.of(net.plan, marking);
  const bindings: Binding[] = [];
  for (const transition of net.plan.order)
    new BindingSearch(transition, working).each((selection) => {
      bindings.push(bindingOf(transition, selection));
      return false;
    });
  return bindings;
}
