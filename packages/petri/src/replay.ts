import { bindingOf, formatBinding } from './binding.js';
import type { Net } from './bind.js';
import { Execution, type Candidate } from './execution.js';
import type { Emission, EmissionOf, Firing } from './firing.js';
import type { HashOptions, Journal, JournalEntry } from './journal.js';
import type { Marking } from './marking.js';
import { MarkingHasher, netHash } from './marking-hash.js';
import type { NetTransitions, PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';

/** The first place where a replay and its journal part. */
export interface ReplayDifference {
  /** Index of the entry; -1 for the head (net, start); the number of entries for its end. */
  readonly index: number;
  readonly what:
    'net' | 'start' | 'index' | 'input' | 'clock' | 'firing' | 'produced' | 'markingHash' | 'end';
  /** What the net does. */
  readonly expected: string;
  /** What the journal says. */
  readonly found: string;
}

/** A replay either reaches the journal's last marking or names the first difference. */
export type ReplayResult<
  Places extends PlaceTokens,
  Transitions extends NetTransitions = NetTransitions,
> =
  | {
      readonly ok: true;
      readonly marking: Marking<Places>;
      readonly markingHash: string;
      /** The run again: all firings and what they told the outside. */
      readonly firings: readonly Firing[];
      readonly effects: readonly EmissionOf<Transitions>[];
    }
  | { readonly ok: false; readonly difference: ReplayDifference; readonly message: string };

/** How a journal is replayed. */
export interface ReplayOptions extends HashOptions {
  /** Most firings between two inputs of a journal of inputs alone. Default 1,000,000. */
  readonly firingLimit?: number;
}

const quiescent = 'quiescence';

type Found = Omit<ReplayDifference, 'index'>;

function sequences({ produced, removed = {} }: Pick<Firing, 'produced' | 'removed'>): string {
  return [...Object.entries(produced), ...Object.entries(removed)]
    .map(([place, list]) => `${place}=${list.join('+')}`)
    .sort()
    .join(',');
}

function describe(candidate: Candidate | undefined): string {
  if (candidate === undefined) return quiescent;
  return formatBinding(bindingOf(candidate.transition, candidate.search.selection));
}

/** One replay in progress. */
class Replay {
  readonly execution: Execution;
  readonly hasher: MarkingHasher;
  readonly firings: Firing[] = [];

  constructor(
    private readonly net: Net,
    private readonly journal: Journal,
    private readonly options: ReplayOptions,
  ) {
    this.execution = new Execution(net, journal.start);
    this.hasher = new MarkingHasher(net.plan, options.hash, options.encode);
  }

  /** The head's difference, if any. */
  head(): Found | undefined {
    const { journal } = this;
    const structureHash = netHash(this.net.structure, this.options.hash);
    if (structureHash !== journal.netHash)
      return { what: 'net', expected: structureHash, found: journal.netHash };
    if (this.inputsOnly) this.settle(this.execution.marking.nowMs);
    const startHash = this.hasher.of(this.execution.marking);
    return startHash === journal.startHash
      ? undefined
      : { what: 'start', expected: startHash, found: journal.startHash };
  }

  entry(entry: JournalEntry, index: number): Found | undefined {
    if (entry.index !== index)
      return { what: 'index', expected: String(index), found: String(entry.index) };
    const difference = this.act(entry);
    if (difference !== undefined) return difference;
    const hash = this.hasher.of(this.execution.marking);
    return hash === entry.markingHash
      ? undefined
      : { what: 'markingHash', expected: hash, found: entry.markingHash };
  }

  /** What would still fire. */
  end(): Found | undefined {
    const pending = describe(this.execution.first());
    return pending === quiescent
      ? undefined
      : { what: 'end', expected: pending, found: 'no entry' };
  }

  private get inputsOnly(): boolean {
    return this.journal.record === 'inputs';
  }

  private act(entry: JournalEntry): Found | undefined {
    if (entry.kind === 'firing') return this.firing(entry);
    return entry.kind === 'clock' ? this.clock(entry.nowMs) : this.input(entry);
  }

  private input(entry: Extract<JournalEntry, { kind: 'input' }>): Found | undefined {
    const { execution } = this;
    const pending = describe(execution.first());
    if (pending !== quiescent)
      return { what: 'firing', expected: pending, found: `input to '${entry.place}'` };
    const { sequence } = execution.put(entry.place, entry.token);
    if (sequence !== entry.sequence)
      return { what: 'input', expected: `token ${sequence}`, found: `token ${entry.sequence}` };
    if (this.inputsOnly) this.settle(execution.marking.nowMs);
    return undefined;
  }

  private clock(nowMs: number): Found | undefined {
    const { execution } = this;
    const before = execution.marking.nowMs;
    if (nowMs < before || !Number.isSafeInteger(nowMs))
      return { what: 'clock', expected: `from ${before}`, found: String(nowMs) };
    if (this.inputsOnly) this.settle(nowMs);
    else {
      const pending = describe(execution.firstUntil(nowMs));
      if (pending !== quiescent)
        return { what: 'firing', expected: pending, found: `the clock at ${nowMs}` };
    }
    return undefined;
  }

  private firing(entry: Extract<JournalEntry, { kind: 'firing' }>): Found | undefined {
    const { execution } = this;
    const found = formatBinding(entry);
    const { nowMs } = execution.marking;
    const until = Math.max(entry.atMs ?? nowMs, nowMs);
    const candidate = execution.firstUntil(until);
    const expected = describe(candidate);
    if (candidate === undefined || expected !== found) return { what: 'firing', expected, found };
    const firing = execution.fire(candidate);
    if (firing.atMs !== entry.atMs)
      return { what: 'clock', expected: String(firing.atMs), found: String(entry.atMs) };
    this.firings.push(firing);
    const produced = sequences(firing);
    const recorded = sequences(entry);
    return produced === recorded
      ? undefined
      : { what: 'produced', expected: produced, found: recorded };
  }

  private settle(untilMs: number): void {
    const limit = this.options.firingLimit ?? 1_000_000;
    for (let fired = 0; ; fired += 1) {
      const candidate = this.execution.firstUntil(untilMs);
      if (candidate === undefined) return;
      if (fired >= limit)
        throw new PetriError(
          'firing-limit',
          `replay of net '${this.net.structure.name}' did not come to rest within ${limit} firings`,
        );
      this.firings.push(this.execution.fire(candidate));
    }
  }
}

function stop(net: Net, index: number, found: Found): ReplayResult<never, never> {
  const where = index < 0 ? 'its head' : `entry ${index}`;
  return {
    ok: false,
    difference: { index, ...found },
    message: `replay of net '${net.structure.name}' differs at ${where}: ${found.what} is ${found.expected}, the journal says ${found.found}`,
  };
}

/**
 * Repeats a run from the journal's start and external inputs and compares every recorded firing and
 * marking hash. Stops at the first difference and names it. A journal of firings that was cut off
 * before the net came to rest differs at its end. Errors of guards and `out` functions pass through.
 */
export function replay<Places extends PlaceTokens, Transitions extends NetTransitions>(
  net: Net<Places, Transitions>,
  journal: Journal<NoInfer<Places>>,
  options: ReplayOptions,
): ReplayResult<Places, Transitions> {
  const running = new Replay(net, journal, options);
  const head = running.head();
  if (head !== undefined) return stop(net, -1, head);
  for (const [index, entry] of journal.entries.entries()) {
    const difference = running.entry(entry, index);
    if (difference !== undefined) return stop(net, index, difference);
  }
  const end = running.end();
  if (end !== undefined) return stop(net, journal.entries.length, end);
  const { execution, hasher, firings } = running;
  const markingHash = hasher.of(execution.marking);
  const effects = execution.effects as readonly Emission[] as readonly EmissionOf<Transitions>[];
  const marking = execution.marking.freeze() as Marking<Places>;
  return { ok: true, marking, markingHash, firings, effects };
}
