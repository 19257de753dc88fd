import { coverabilityInSteps, type Coverability } from './coverability.js';
import { findDeadlockInSteps } from './find-deadlock.js';
import { isQuasiLive, isLive, isReversible } from './liveness.js';
import { isBounded, isOneSafe, isStable } from './marking-verdicts.js';
import { placeBounds, type PlaceBound } from './place-bounds.js';
import { sharedDeadline } from './limits.js';
import { arcCount, type PtNet } from './pt-net.js';
import {
  placeSemiflowsInSteps,
  transitionSemiflowsInSteps,
  type SemiflowOptions,
  type Semiflows,
} from './semiflows.js';
import { maximalTrap, minimalSiphons, type SiphonOptions, type Siphons } from './siphons.js';
import {
  exploreStateSpaceInSteps,
  pathTo,
  type ExplorationOptions,
  type StateSpace,
} from './state-space.js';
import { provenBoundsInSteps } from './structural-bounds.js';
import { finish, type Steps } from './steps.js';
import { decided, type Verdict } from './verdict.js';

/** What to analyse and how much it may cost. */
export interface AnalysisOptions extends Omit<ExplorationOptions, 'edges' | 'bounds'> {
  /** T-semiflows, siphons and traps. Default true. */
  readonly structure?: boolean;
  /** Limits of the semiflow searches. */
  readonly semiflows?: SemiflowOptions;
  /** Limits of the siphon search. */
  readonly siphons?: SiphonOptions;
  /** Markings of the coverability graph. Default 20,000, fewer for more than 1,600 places. */
  readonly maxCoverabilityMarkings?: number;
  /** States of the search for a deadlock where the state space is incomplete. Default `maxStates`. */
  readonly maxDeadlockStates?: number;
}

/** What follows from arcs alone. */
export interface StructuralResults {
  readonly placeSemiflows: Semiflows;
  readonly transitionSemiflows: Semiflows | undefined;
  readonly siphons: Siphons | undefined;
  /** By siphon: the largest trap in it, as place indices. */
  readonly traps: readonly (readonly number[])[] | undefined;
  /** By place index, from sums that no firing raises; `Infinity` where there is none. */
  readonly bounds: readonly number[];
}

/** The result of `analyse`. */
export interface Analysis {
  readonly size: { readonly places: number; readonly transitions: number; readonly arcs: number };
  readonly structure: StructuralResults;
  /** What was explored; partial where `complete` is false. */
  readonly stateSpace: StateSpace;
  /** Every place has a bound. */
  readonly bounded: Verdict;
  /** Some reachable marking enables nothing. */
  readonly deadlock: Verdict;
  /** No place ever holds more than one token. */
  readonly oneSafe: Verdict;
  /** Every transition can fire at least once. */
  readonly quasiLive: Verdict;
  /** From every reachable marking every transition can be made to fire again. */
  readonly live: Verdict;
  /** Some place holds the same number of tokens in every reachable marking. */
  readonly stableMarking: Verdict;
  /** The initial marking can be reached from every reachable marking. */
  readonly reversible: Verdict;
  /** By place index. */
  readonly upperBounds: readonly PlaceBound[];
}

/** States of the first look at a net that no semiflow proves bounded. */
const FIRST_LOOK = 20_000;

/** The part of the time left that each search for sums may take. */
const STRUCTURE_PART = 0.2;

function* structureOf(
  net: PtNet,
  options: AnalysisOptions,
  left: (part: number) => AnalysisOptions,
): Steps<StructuralResults> {
  const limits = (): SemiflowOptions => ({ ...left(STRUCTURE_PART), ...options.semiflows });
  const flows = yield* placeSemiflowsInSteps(net, limits());
  const siphons = options.structure === false ? undefined : minimalSiphons(net, options.siphons);
  return {
    placeSemiflows: flows,
    transitionSemiflows:
      options.structure === false ? undefined : yield* transitionSemiflowsInSteps(net, limits()),
    siphons,
    traps: siphons?.siphons.map((siphon) => maximalTrap(net, siphon)),
    bounds: yield* provenBoundsInSteps(net, flows.semiflows, limits()),
  };
}

/** Counts of all markings of a coverability graph: some 500 MiB. */
const MAX_COUNTS = 2 ** 25;

function coverabilityMarkings(net: PtNet): number {
  return Math.max(1, Math.min(FIRST_LOOK, Math.floor(MAX_COUNTS / (net.places.length + 1))));
}

function hasPlainArcs(net: PtNet): boolean {
  return net.transitions.every((t) => t.inhibitors.length + t.resets.length === 0);
}

interface Exploration {
  readonly space: StateSpace;
  readonly graph: Coverability | undefined;
}

/** Explores; a net that may be unbounded is looked at with a coverability graph in between. */
function* explore(
  net: PtNet,
  bounds: readonly number[],
  options: AnalysisOptions,
  left: () => AnalysisOptions,
): Steps<Exploration> {
  const maxStates = options.maxStates;
  const full = (): ExplorationOptions => ({ ...left(), edges: true, bounds });
  if (bounds.every(Number.isFinite))
    return { space: yield* exploreStateSpaceInSteps(net, full()), graph: undefined };
  const first = Math.min(FIRST_LOOK, maxStates ?? FIRST_LOOK);
  const space = yield* exploreStateSpaceInSteps(net, { ...full(), maxStates: first });
  const done = space.complete || space.stoppedBy !== 'states' || first === maxStates;
  if (space.complete || !hasPlainArcs(net))
    return {
      space: done ? space : yield* exploreStateSpaceInSteps(net, full()),
      graph: undefined,
    };
  const graph = yield* coverabilityInSteps(net, {
    ...left(),
    maxStates: options.maxCoverabilityMarkings ?? coverabilityMarkings(net),
  });
  const unbounded = graph.unboundedPlaces.length > 0;
  return {
    space: done || unbounded ? space : yield* exploreStateSpaceInSteps(net, full()),
    graph,
  };
}

function* deadlockOf(net: PtNet, space: StateSpace, options: AnalysisOptions): Steps<Verdict> {
  if (space.deadStates > 0)
    return decided(true, space.complete ? 'state space' : 'partial state space', {
      firings: pathTo(space, space.run.firstDead),
    });
  if (space.complete) return decided(false, 'state space');
  if (space.stoppedBy === 'time' || space.stoppedBy === 'aborted')
    return { verdict: 'unknown', method: 'none', reason: `stopped by ${space.stoppedBy}` };
  return yield* findDeadlockInSteps(net, {
    ...options,
    ...(options.maxDeadlockStates === undefined ? {} : { maxStates: options.maxDeadlockStates }),
  });
}

/**
 * Everything this entry can say of a net within the limits: invariants, siphons and traps, the state
 * space and the verdicts that follow. Where the state space is too large, verdicts come from what
 * else proves them (semiflows, coverability, siphons and traps, a reduced search, the states seen)
 * or stay unknown with a reason. It never throws for a net that is too large.
 */
export function analyse(net: PtNet, options: AnalysisOptions = {}): Analysis {
  return finish(analyseInSteps(net, options));
}

/** `analyse` in pieces: see `Steps`. */
export function* analyseInSteps(net: PtNet, options: AnalysisOptions = {}): Steps<Analysis> {
  const left = sharedDeadline(options);
  const structure = yield* structureOf(net, options, left);
  yield;
  const { space, graph } = yield* explore(net, structure.bounds, options, left);
  const deadlock = yield* deadlockOf(net, space, left());
  const quasiLive = isQuasiLive(space, graph);
  return {
    size: { places: net.places.length, transitions: net.transitions.length, arcs: arcCount(net) },
    structure,
    stateSpace: space,
    bounded: isBounded(space, structure.bounds, graph),
    deadlock,
    oneSafe: isOneSafe(space, structure.bounds, graph),
    quasiLive,
    live: isLive(space, quasiLive, deadlock),
    stableMarking: isStable(space),
    reversible: isReversible(space, deadlock),
    upperBounds: placeBounds(space, structure.bounds, graph),
  };
}
