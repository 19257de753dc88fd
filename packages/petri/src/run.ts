import type { Net } from './bind.js';
import { Execution } from './execution.js';
import type { Firing } from './firing.js';
import { JournalRecorder, type Journal, type JournalOptions } from './journal.js';
import type { ExternalInput, Marking } from './marking.js';
import type { PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';

/** What `run` may be asked for besides running. */
export interface RunOptions {
  /** Most firings of this call, an integer from 1. Default 1,000,000. Beyond it `firing-limit` is thrown. */
  readonly firingLimit?: number;
  /** Checks the net's laws at each firing. Default false. */
  readonly checkLaws?: boolean;
  /** Records a journal with the marking's hash after each entry. Default none: nothing is hashed. */
  readonly journal?: JournalOptions;
}

/** A quiescent marking and all firings that led to it, in order. */
export interface RunResult<Places extends PlaceTokens> {
  readonly marking: Marking<Places>;
  readonly firings: readonly Firing[];
  /** Present when `journal` was asked for. */
  readonly journal?: Journal<Places>;
}

const DEFAULT_FIRING_LIMIT = 1_000_000;

function settle(
  net: Net,
  execution: Execution,
  firings: Firing[],
  limit: number,
  recorder: JournalRecorder | undefined,
): void {
  for (;;) {
    const candidate = execution.first();
    if (candidate === undefined) return;
    if (firings.length >= limit)
      throw new PetriError(
        'firing-limit',
        `net '${net.structure.name}' did not come to rest within ${limit} firings; next would be '${candidate.transition.structure.name}'. Raise firingLimit, or look for a cycle that feeds itself`,
      );
    const firing = execution.fire(candidate);
    firings.push(firing);
    recorder?.firing(firing, execution.marking);
  }
}

/**
 * Runs to quiescence, deterministically: first from the given marking, then again after each
 * external input, in the order given. To have several tokens present before anything fires, put
 * them into the starting marking. Pure; token values are never copied.
 *
 * Throws `PetriError` `firing-limit`, `unknown-place`, `bad-output`, `law-broken`.
 */
export function run<Places extends PlaceTokens>(
  net: Net<Places>,
  start: Marking<NoInfer<Places>>,
  inputs: readonly ExternalInput<NoInfer<Places>>[] = [],
  options: RunOptions = {},
): RunResult<Places> {
  const limit = options.firingLimit ?? DEFAULT_FIRING_LIMIT;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new PetriError('firing-limit', `firingLimit is ${limit}, expected an integer from 1`);
  const execution = new Execution(net, start, options.checkLaws === true);
  const recorder =
    options.journal && new JournalRecorder(net, start, execution.marking, options.journal);
  const firings: Firing[] = [];
  settle(net, execution, firings, limit, recorder);
  for (const input of inputs) {
    const token = execution.put(input.place, input.token);
    recorder?.input(input.place, token, execution.marking);
    settle(net, execution, firings, limit, recorder);
  }
  const marking = execution.marking.freeze() as Marking<Places>;
  if (recorder === undefined) return { marking, firings };
  return { marking, firings, journal: recorder.journal() as Journal<Places> };
}
