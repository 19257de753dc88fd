import { LimitWatch, type ExplorationLimits } from './limits.js';
import { ReductionNet } from './reduction-net.js';
import { reductionRules, type ReducedProperty, type ReductionRule } from './reduction-rules.js';
import type { PtNet } from './pt-net.js';
import { finish, type Steps } from './steps.js';

/** How to reduce. Where time or signal end it, the net is as far reduced as it got. */
export interface ReductionOptions extends Pick<
  ExplorationLimits,
  'clock' | 'maxMilliseconds' | 'signal'
> {
  /** What must stay decidable on the reduced net. */
  readonly property: ReducedProperty;
  /** For `reachability`: indices of the places the predicate looks at. They keep their name. */
  readonly observed?: Iterable<number>;
  /** Only these rules; all that keep the property unless given. */
  readonly rules?: readonly string[];
}

/** A smaller net with the same answer. */
export interface Reduction {
  readonly net: PtNet;
  /** How often each rule was used, by name. */
  readonly used: Readonly<Record<string, number>>;
  /** A run of the reduced net as a run of the original one: transition indices to names. */
  readonly expand: (path: readonly number[]) => readonly string[];
}

/**
 * Reduces a net for one property. A deadlock (or a marking of the observed places) is reachable in
 * the reduced net if and only if one is in the original; what a run of the reduced net shows, the
 * expanded run shows in the original.
 *
 * A net with reset arcs is left as it is; around inhibitor arcs only rules that cannot be seen by
 * them apply.
 */
export function reduceNet(net: PtNet, options: ReductionOptions): Reduction {
  return finish(reduceNetInSteps(net, options));
}

/** `reduceNet` in pieces: see `Steps`. */
export function* reduceNetInSteps(net: PtNet, options: ReductionOptions): Steps<Reduction> {
  const { property } = options;
  const used: Record<string, number> = {};
  const work = new ReductionNet(net, new Set(options.observed));
  const resets = net.transitions.some((transition) => transition.resets.length > 0);
  const rules = reductionRules.filter(
    ({ name, keeps }) =>
      !resets && keeps.includes(property) && (options.rules?.includes(name) ?? true),
  );
  if (resets)
    return { net, used, expand: (path) => path.map((t) => net.transitions[t]?.name ?? '') };
  yield* applyAll(work, rules, used, options);
  const { net: reduced, sequences } = work.finish();
  return {
    net: reduced,
    used,
    expand: (path) =>
      path.flatMap((t) =>
        (sequences[t] ?? []).map((original) => net.transitions[original]?.name ?? ''),
      ),
  };
}

/** Applies the rules until none changes anything, or until it is time to stop. */
function* applyAll(
  work: ReductionNet,
  rules: readonly ReductionRule[],
  used: Record<string, number>,
  options: ReductionOptions,
): Steps<void> {
  const { property, clock, maxMilliseconds, signal } = options;
  const watch = new LimitWatch({
    ...(clock && { clock }),
    ...(maxMilliseconds !== undefined && { maxMilliseconds }),
    ...(signal && { signal }),
  });
  for (let changed = true; changed;) {
    changed = false;
    for (const { name, apply } of rules) {
      const steps = apply(work, property);
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) {
        yield;
        if (watch.check(0, 0, 0) !== undefined) return;
      }
      if (step.value === 0) continue;
      used[name] = (used[name] ?? 0) + step.value;
      changed = true;
    }
  }
}
