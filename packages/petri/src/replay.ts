import { bindingOf, formatBinding } from './binding.js';
import type { Net } from './bind.js';
import { Execution } from './execution.js';
import type { Journal, JournalEntry, JournalOptions } from './journal.js';
import type { Marking } from './marking.js';
import { MarkingHasher, netHash } from './marking-hash.js';
import type { PlaceTokens } from './net-structure.js';

/** The first place where a replay and its journal part. */
export interface ReplayDifference {
  /** Index of the entry; -1 for the head (net, start); the number of entries for its end. */
  readonly index: number;
  readonly what:
    'net' | 'start' | 'index' | 'input' | 'firing' | 'produced' | 'markingHash' | 'end';
  /** What the net does. */
  readonly expected: string;
  /** What the journal says. */
  readonly found: string;
}

/** A replay either reaches the journal's last marking or names the first difference. */
export type ReplayResult<Places extends PlaceTokens> =
  | { readonly ok: true; readonly marking: Marking<Places>; readonly markingHash: string }
  | { readonly ok: false; readonly difference: ReplayDifference; readonly message: string };

const quiescent = 'quiescence';

type Found = Omit<ReplayDifference, 'index'>;

function sequences(produced: Readonly<Record<string, readonly number[]>>): string {
  return Object.entries(produced)
    .map(([place, list]) => `${place}=${list.join('+')}`)
    .sort()
    .join(',');
}

/** What the net would do next, as text. */
function nextFiring(execution: Execution): string {
  const candidate = execution.first();
  if (candidate === undefined) return quiescent;
  return formatBinding(bindingOf(candidate.transition, candidate.selection));
}

function replayInput(
  execution: Execution,
  entry: Extract<JournalEntry, { kind: 'input' }>,
): Found | undefined {
  const pending = nextFiring(execution);
  if (pending !== quiescent)
    return { what: 'firing', expected: pending, found: `input to '${entry.place}'` };
  const { sequence } = execution.put(entry.place, entry.token);
  if (sequence !== entry.sequence)
    return { what: 'input', expected: `token ${sequence}`, found: `token ${entry.sequence}` };
  return undefined;
}

function replayFiring(
  execution: Execution,
  entry: Extract<JournalEntry, { kind: 'firing' }>,
): Found | undefined {
  const candidate = execution.first();
  const found = formatBinding(entry);
  if (candidate === undefined) return { what: 'firing', expected: quiescent, found };
  const expected = formatBinding(bindingOf(candidate.transition, candidate.selection));
  if (expected !== found) return { what: 'firing', expected, found };
  const produced = sequences(execution.fire(candidate).produced);
  const recorded = sequences(entry.produced);
  return produced === recorded
    ? undefined
    : { what: 'produced', expected: produced, found: recorded };
}

function replayEntry(
  execution: Execution,
  hasher: MarkingHasher,
  entry: JournalEntry,
  index: number,
): Found | undefined {
  if (entry.index !== index)
    return { what: 'index', expected: String(index), found: String(entry.index) };
  const difference =
    entry.kind === 'input' ? replayInput(execution, entry) : replayFiring(execution, entry);
  if (difference !== undefined) return difference;
  const hash = hasher.of(execution.marking);
  return hash === entry.markingHash
    ? undefined
    : { what: 'markingHash', expected: hash, found: entry.markingHash };
}

function stop(net: Net, index: number, found: Found): ReplayResult<never> {
  const where = index < 0 ? 'its head' : `entry ${index}`;
  return {
    ok: false,
    difference: { index, ...found },
    message: `replay of net '${net.structure.name}' differs at ${where}: ${found.what} is ${found.expected}, the journal says ${found.found}`,
  };
}

/**
 * Repeats a run from the journal's start and external inputs and compares every firing and every
 * marking hash with the recorded ones. Stops at the first difference and names it. A journal cut
 * off before quiescence differs at its end. Errors of guards and `out` functions pass through.
 */
export function replay<Places extends PlaceTokens>(
  net: Net<Places>,
  journal: Journal<NoInfer<Places>>,
  options: JournalOptions,
): ReplayResult<Places> {
  const hasher = new MarkingHasher(net.plan, options.hash, options.encode);
  const structureHash = netHash(net.structure, options.hash);
  if (structureHash !== journal.netHash)
    return stop(net, -1, { what: 'net', expected: structureHash, found: journal.netHash });
  const execution = new Execution(net, journal.start, false);
  const startHash = hasher.of(execution.marking);
  if (startHash !== journal.startHash)
    return stop(net, -1, { what: 'start', expected: startHash, found: journal.startHash });
  for (const [index, entry] of journal.entries.entries()) {
    const difference = replayEntry(execution, hasher, entry, index);
    if (difference !== undefined) return stop(net, index, difference);
  }
  const pending = nextFiring(execution);
  if (pending !== quiescent)
    return stop(net, journal.entries.length, { what: 'end', expected: pending, found: 'no entry' });
  const markingHash = hasher.of(execution.marking);
  return { ok: true, marking: execution.marking.freeze() as Marking<Places>, markingHash };
}
