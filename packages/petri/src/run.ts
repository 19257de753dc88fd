import type { Net } from './bind.js';
import { Execution } from './execution.js';
import type { FireOptions } from './fire.js';
import type { Emission, EmissionOf, Firing } from './firing.js';
import { JournalRecorder, type Journal, type JournalOptions } from './journal.js';
import type { ClockInput, ExternalInput, Marking } from './marking.js';
import type { NetTransitions, PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';

/** What `run` may be asked for besides running. */
export interface RunOptions extends FireOptions {
  /** Most firings of this call, an integer from 1. Default 1,000,000. Beyond it `firing-limit` is thrown. */
  readonly firingLimit?: number;
  /** Records a journal with the marking's hash after each entry. Default none: nothing is hashed. */
  readonly journal?: JournalOptions;
}

/** What comes from outside: a token, or the clock. */
export type RunInput<Places extends PlaceTokens = PlaceTokens> = ExternalInput<Places> | ClockInput;

/** A quiescent marking, all firings that led to it and what they tell the outside, in order. */
export interface RunResult<
  Places extends PlaceTokens,
  Transitions extends NetTransitions = NetTransitions,
> {
  readonly marking: Marking<Places>;
  readonly firings: readonly Firing[];
  readonly effects: readonly EmissionOf<Transitions>[];
  /** Present when `journal` was asked for. */
  readonly journal?: Journal<Places>;
}

const DEFAULT_FIRING_LIMIT = 1_000_000;

/** One call of `run`. */
class Running {
  readonly firings: Firing[] = [];

  constructor(
    private readonly net: Net,
    private readonly execution: Execution,
    private readonly limit: number,
    private readonly recorder: JournalRecorder | undefined,
  ) {}

  /** Fires until nothing is enabled, with the clock going on to `untilMs` at most. */
  settle(untilMs: number): void {
    const { execution, firings, recorder } = this;
    const timed = untilMs > execution.marking.nowMs;
    for (;;) {
      const candidate = timed ? execution.firstUntil(untilMs) : execution.first();
      if (candidate === undefined) return;
      if (firings.length >= this.limit) this.stop(candidate.transition.structure.name);
      const firing = execution.fire(candidate);
      firings.push(firing);
      recorder?.firing(firing, execution.marking);
    }
  }

  input(input: RunInput): void {
    const { execution, recorder } = this;
    if ('place' in input) {
      const token = execution.put(input.place, input.token);
      recorder?.input(input.place, token, execution.marking);
      this.settle(execution.marking.nowMs);
      recorder?.settled(execution.marking);
      return;
    }
    // Refuses an instant in the past before anything fires.
    if (input.nowMs <= execution.marking.nowMs || !Number.isSafeInteger(input.nowMs))
      execution.advance(input.nowMs);
    this.settle(input.nowMs);
    recorder?.clock(execution.marking);
  }

  private stop(next: string): never {
    throw new PetriError(
      'firing-limit',
      `net '${this.net.structure.name}' did not come to rest within ${this.limit} firings; next would be '${next}'. Raise firingLimit, or look for a cycle that feeds itself`,
    );
  }
}

/**
 * Runs to quiescence, deterministically: first from the given marking, then again after each
 * external input, in the order given. To have several tokens present before anything fires, put
 * them into the starting marking. A clock input `{ nowMs }` moves the clock from one instant at
 * which a delay ends to the next, firing what is enabled at each, and stops at `nowMs`; how a span
 * of time is cut into inputs makes no difference. Pure; token values are never copied.
 *
 * Throws `PetriError` `firing-limit`, `unknown-place`, `clock-backwards`, `bad-output`, `bad-token`,
 * `law-broken`.
 */
export function run<Places extends PlaceTokens, Transitions extends NetTransitions>(
  net: Net<Places, Transitions>,
  start: Marking<NoInfer<Places>>,
  inputs: readonly RunInput<NoInfer<Places>>[] = [],
  options: RunOptions = {},
): RunResult<Places, Transitions> {
  const limit = options.firingLimit ?? DEFAULT_FIRING_LIMIT;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new PetriError('firing-limit', `firingLimit is ${limit}, expected an integer from 1`);
  const execution = new Execution(net, start, options);
  const recorder =
    options.journal && new JournalRecorder(net, start, execution.marking, options.journal);
  const running = new Running(net, execution, limit, recorder);
  running.settle(start.nowMs);
  recorder?.started(execution.marking);
  for (const input of inputs) running.input(input);
  const effects = execution.effects as readonly Emission[] as readonly EmissionOf<Transitions>[];
  const marking = execution.marking.freeze() as Marking<Places>;
  const { firings } = running;
  if (recorder === undefined) return { marking, firings, effects };
  return { marking, firings, effects, journal: recorder.journal() as Journal<Places> };
}
