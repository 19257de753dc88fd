import {
  enabled,
  markingHash,
  deposit,
  run,
  type HashOptions,
  type Journal,
  type Marking,
  type Net,
  type RunInput,
} from '@microgrid/petri';
import type { CaseEffect } from './case-behaviour.js';
import { agreementPlace, type ControlToken } from './case-net.js';
import { FLAG_PLACES, CONTROL_PLACES, type ControlPlace, type StepName } from './settlement-net.js';

/** A case as it goes on: a net, where its tokens lie, and everything that came from outside so far. */
export interface RunningCase {
  readonly net: Net;
  readonly start: Marking;
  readonly inputs: readonly RunInput[];
  readonly marking: Marking;
  /** What the case told the outside, in order. */
  readonly effects: readonly CaseEffect[];
}

/** Begins a case: fires what can fire without anything from outside. */
export function beginCase(net: Net, start: Marking): RunningCase {
  const { marking, effects } = run(net, start, [], { checkLaws: true });
  return { net, start, inputs: [], marking, effects: effects.map(effectOf) };
}

function effectOf({ effect }: { readonly effect: unknown }): CaseEffect {
  return effect as CaseEffect;
}

/** The case after inputs: messages by place, or the clock. The laws are checked at every firing. */
export function continueCase(running: RunningCase, inputs: readonly RunInput[]): RunningCase {
  const { marking, effects } = run(running.net, running.marking, inputs, { checkLaws: true });
  return {
    ...running,
    inputs: [...running.inputs, ...inputs],
    marking,
    effects: [...running.effects, ...effects.map(effectOf)],
  };
}

/** The case's journal: its start and all inputs, from which `replay` gives the same markings. */
export function caseJournal(running: RunningCase, options: HashOptions): Journal {
  const { journal } = run(running.net, running.start, running.inputs, { journal: options });
  if (journal === undefined) throw new TypeError('run gives a journal when asked to');
  return journal;
}

/** The hash of where a case's tokens lie: equal for equal histories. Hexadecimal. */
export function caseHash({ net, marking }: RunningCase, options: HashOptions): string {
  return markingHash(net, marking, options.hash, options.encode);
}

/** Whether a step that both cases take together could be taken by this one now. */
export function isReadyFor(running: RunningCase, step: StepName, message: unknown = {}): boolean {
  const place = agreementPlace(step);
  const { net, marking } = running;
  if (!net.structure.places.some(({ name }) => name === place)) return true;
  const asked = deposit(net, marking, { place, token: message });
  return enabled(net, asked).some(({ transition }) => transition === step);
}

/** Where a case stands: the control places that hold its token, flags apart. */
export function whereabouts(
  running: RunningCase,
): Readonly<Partial<Record<ControlPlace, ControlToken>>> {
  return Object.fromEntries(
    Object.keys(CONTROL_PLACES).flatMap((name) => {
      const place = name as ControlPlace;
      const [token] = running.marking.places[place] ?? [];
      return token === undefined || FLAG_PLACES.has(place)
        ? []
        : [[place, token.value as ControlToken]];
    }),
  );
}
