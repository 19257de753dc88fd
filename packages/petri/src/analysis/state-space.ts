import { compileNet, fireInPlace, isEnabled, type CompiledNet } from './compiled-net.js';
import { confluenceOf } from './confluence.js';
import { ExplorationRun, type Expand } from './exploration-run.js';
import { FiringTables } from './firing-tables.js';
import { programOf, type NeedFrequency } from './firing-program.js';
import { generatedExplorer } from './generated-explorer.js';
import { interpretedExplorer } from './interpreted-explorer.js';
import { LimitWatch, sharedDeadline, type ExplorationLimits, type StopReason } from './limits.js';
import { bitsFor, MAX_BITS, packFields, packMarking } from './packing.js';
import type { PtNet } from './pt-net.js';
import { placeSemiflowsInSteps } from './semiflows.js';
import { StateStore } from './state-store.js';
import { finish, type Steps } from './steps.js';
import { provenBoundsInSteps } from './structural-bounds.js';

/** How to explore; every limit is off unless given, except the number of states. */
export interface ExplorationOptions extends ExplorationLimits {
  /**
   * Generates JavaScript for the net with `new Function`: about twice as fast, but not allowed under
   * a content security policy without `unsafe-eval`. Default false.
   */
  readonly codeGeneration?: boolean;
  /** Keeps the edges (4 bytes a firing); given up when `maxBytes` is reached. Default false. */
  readonly edges?: boolean;
  /** Any clock in milliseconds; the result says how much of it exploring took. */
  readonly stopwatch?: () => number;
  /** Upper bounds by place that are already known, from `provenBounds`. */
  readonly bounds?: readonly number[];
}

/** The reachable markings, as far as they were explored. */
export interface StateSpace {
  readonly net: PtNet;
  /** True if every reachable state was found and expanded. */
  readonly complete: boolean;
  /** Why it is not complete. */
  readonly stoppedBy: StopReason | undefined;
  /** States found. */
  readonly states: number;
  /** States whose successors are all known. */
  readonly expandedStates: number;
  /** Every enabled transition of every expanded state counts. */
  readonly firings: number;
  /** Expanded states without an enabled transition. */
  readonly deadStates: number;
  /** By place index: the most tokens in an expanded state. */
  readonly maxima: ArrayLike<number>;
  readonly maxTokensInMarking: number;
  /** By transition index: 1 if it is enabled in some expanded state. */
  readonly fired: ArrayLike<number>;
  /** Bytes of states and hash table, with what is allocated but not used. */
  readonly bytesPerState: number;
  readonly explorer: 'interpreted' | 'generated';
  /** What exploring took by `stopwatch`; absent without one. */
  readonly milliseconds: number | undefined;
  /** The exploration itself, for the functions of this entry. */
  readonly run: ExplorationRun;
}

/** Wider proven fields than this are not reserved in advance: the real counts are often smaller. */
const PROVEN_BITS = 4;

/** States between two looks at clock and signal; fewer in large nets. */
const BATCH = 2048;

/** How many states the choice of watched places looks at. */
const SAMPLE = 512;

function startRun(
  net: CompiledNet,
  bounds: readonly number[],
  options: ExplorationOptions,
): ExplorationRun {
  const start = Array.from(net.initial, bitsFor);
  const bits = Int32Array.from(start, (width, place) => {
    const bound = bounds[place] ?? Infinity;
    return bound < 2 ** PROVEN_BITS ? Math.max(width, bitsFor(bound)) : width;
  });
  const proven = start.map(
    (_, place) => 2 ** (bits[place] as number) > (bounds[place] ?? Infinity),
  );
  const store = new StateStore(packFields(bits));
  const run = new ExplorationRun(
    net,
    store,
    proven,
    Math.min(options.maxStates ?? DEFAULT_MAX_STATES, 2 ** 30),
    options.maxBytes ?? Infinity,
    options.edges ?? false,
  );
  const words = new Int32Array(store.packing.words);
  packMarking(store.packing, net.initial, words);
  store.insert(words, -1);
  return run;
}

/** States an exploration may find unless told otherwise. */
export const DEFAULT_MAX_STATES = 10_000_000;

/** The search for bounds must stay small beside the exploration. */
const BOUNDING = { maxRows: 300 };

/** The part of the time that each search for bounds may take. */
const BOUNDING_PART = 0.2;

function* boundsOf(
  net: PtNet,
  left: (part: number) => ExplorationOptions,
): Steps<readonly number[]> {
  const { semiflows } = yield* placeSemiflowsInSteps(net, { ...left(BOUNDING_PART), ...BOUNDING });
  return yield* provenBoundsInSteps(net, semiflows, { ...left(BOUNDING_PART), ...BOUNDING });
}

/** How often each need is met in a sample of the states found so far. */
function sampleFrequency(run: ExplorationRun): NeedFrequency {
  const { store, net } = run;
  const size = Math.min(SAMPLE, store.count);
  const samples = Array.from({ length: size }, (_, index) => {
    const marking = new Int32Array(net.placeCount);
    store.read(Math.floor((index * store.count) / size), marking);
    return marking;
  });
  const known = new Map<string, number>();
  return (place, least) => {
    const key = `${place} ${least}`;
    const often =
      known.get(key) ?? samples.filter((marking) => (marking[place] as number) >= least).length;
    known.set(key, often);
    return often;
  };
}

/** Layouts after which all narrow fields are widened at once: in a large net each layout takes long. */
const LAYOUTS = 64;

/** Widens the field that overflowed, later also all others of its width or less that have no proof. */
function widen(run: ExplorationRun, progress: Progress): boolean {
  const { store, overflow } = run;
  const { bits } = store.packing;
  const width = bits[overflow] as number;
  if (width >= MAX_BITS) return false;
  const wider = Int32Array.from(bits);
  const enough = width < 4 ? width + 1 : Math.min(MAX_BITS, width + 2);
  wider[overflow] = enough;
  progress.layouts += 1;
  if (progress.layouts > LAYOUTS)
    for (let place = 0; place < bits.length; place += 1)
      if (run.proven[place] !== true) wider[place] = Math.max(enough, bits[place] as number);
  run.store = store.repacked(packFields(wider));
  run.overflow = -1;
  return true;
}

interface Progress {
  next: number;
  stoppedBy: StopReason | undefined;
  explorer: StateSpace['explorer'];
  /** How often the states were laid out anew. */
  layouts: number;
}

function makeExplorer(run: ExplorationRun, generate: boolean, progress: Progress): Expand {
  const program = programOf(run.net, run.store.packing, run.proven, sampleFrequency(run));
  const tables = new FiringTables(run.store, program);
  const confluence = confluenceOf(run, program);
  const generated = generate ? generatedExplorer(run, tables, confluence) : undefined;
  progress.explorer = generated === undefined ? 'interpreted' : 'generated';
  return generated ?? interpretedExplorer(run, tables, confluence);
}

/** Expands until all is done or a limit stops it. */
function* exploreAll(
  run: ExplorationRun,
  options: ExplorationOptions,
  progress: Progress,
): Steps<void> {
  const watch = new LimitWatch(options);
  const generate = options.codeGeneration === true;
  let expand = makeExplorer(run, generate, progress);
  // Each piece of work should take some milliseconds, also where a marking is large.
  const size = run.net.placeCount + run.net.transitionCount;
  const batch = Math.max(16, Math.min(BATCH, Math.floor(2 ** 22 / size)));
  let resampleAt = BATCH;
  while (progress.next < run.store.count) {
    const to = Math.min(run.store.count, progress.next + batch);
    progress.next = expand(progress.next, to);
    run.via?.dropBefore(progress.next);
    if (run.overflow >= 0) {
      if (!widen(run, progress)) {
        progress.stoppedBy = 'tokens';
        return;
      }
      expand = makeExplorer(run, generate, progress);
    } else if (run.full) {
      progress.stoppedBy = run.store.count >= run.maxStates ? 'states' : 'bytes';
      return;
    } else if (progress.next >= resampleAt) {
      resampleAt *= 16;
      expand = makeExplorer(run, generate, progress);
    }
    progress.stoppedBy = watch.check(run.store.count, progress.next, run.firings);
    if (progress.stoppedBy !== undefined) return;
    yield;
  }
}

/**
 * Finds the reachable markings breadth first.
 *
 * A marking is packed into 32-bit words: fields start as wide as the initial marking or a small
 * proven bound asks for and are widened, with all states laid out anew, when a count does not fit.
 * State numbers are given in order of discovery and do not depend on the explorer.
 */
export function exploreStateSpace(net: PtNet, options: ExplorationOptions = {}): StateSpace {
  return finish(exploreStateSpaceInSteps(net, options));
}

/** `exploreStateSpace` in pieces of at most 2,048 states. */
export function* exploreStateSpaceInSteps(
  net: PtNet,
  options: ExplorationOptions = {},
): Steps<StateSpace> {
  const { stopwatch } = options;
  const start = stopwatch?.();
  const compiled = compileNet(net);
  const left = sharedDeadline(options);
  const bounds = options.bounds ?? (yield* boundsOf(net, left));
  const run = startRun(compiled, bounds, options);
  const progress: Progress = { next: 0, stoppedBy: undefined, explorer: 'interpreted', layouts: 0 };
  yield* exploreAll(run, left(), progress);
  const { store } = run;
  return {
    net,
    complete: progress.stoppedBy === undefined,
    stoppedBy: progress.stoppedBy,
    states: store.count,
    expandedStates: progress.next,
    firings: run.firings,
    deadStates: run.deadStates,
    maxima: run.maxima,
    maxTokensInMarking: run.maxTokensInMarking,
    fired: run.fired,
    bytesPerState: store.bytes / store.count,
    explorer: progress.explorer,
    milliseconds: stopwatch === undefined || start === undefined ? undefined : stopwatch() - start,
    run,
  };
}

/** The transition indices along the path on which `state` was first found. */
export function pathTo(space: StateSpace, state: number): readonly string[] {
  const { store, net } = space.run;
  const path: string[] = [];
  const marking = new Int32Array(net.placeCount);
  const successor = new Int32Array(store.packing.words);
  for (let at = state; store.parent(at) >= 0; at = store.parent(at)) {
    const parent = store.parent(at);
    store.read(parent, marking);
    for (let t = 0; t < net.transitionCount; t += 1) {
      if (!isEnabled(net, marking, t)) continue;
      const next = Int32Array.from(marking);
      fireInPlace(net, next, t);
      if (packMarking(store.packing, next, successor) && store.find(successor) === at) {
        path.push(net.net.transitions[t]?.name ?? '');
        break;
      }
    }
  }
  return path.reverse();
}
