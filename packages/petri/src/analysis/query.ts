import { CtlChecker } from './ctl.js';
import { holds, NetNames, placesIn, predicateOf, type Formula } from './formula.js';
import { sharedDeadline } from './limits.js';
import { parseFormula } from './parse-formula.js';
import type { PtNet } from './pt-net.js';
import { searchState, type SearchOptions } from './reachability-search.js';
import { reduceNetInSteps } from './reduce-net.js';
import { runToDeadlock } from './run-to-deadlock.js';
import { edgesOf } from './state-graph.js';
import { exploreStateSpaceInSteps, pathTo, type ExplorationOptions } from './state-space.js';
import { finish, type Steps } from './steps.js';
import { decided, negated, unknown, type Verdict } from './verdict.js';

/** How to answer; see the limits of an exploration. */
export interface QueryOptions extends Omit<ExplorationOptions, 'edges'> {
  /** Structural reductions and stubborn sets for `EF p` and `AG p`. Default true. */
  readonly reduce?: boolean;
}

/** The answer and what it took. */
export interface QueryResult extends Verdict {
  /** States that were stored. */
  readonly states: number;
}

interface Reachability {
  readonly goal: Formula;
  /** The formula says that the goal is not reachable. */
  readonly negative: boolean;
}

/** `EF p`, `AG p` and their negations as a question for one marking. */
function asReachability(formula: Formula): Reachability | undefined {
  if (formula.op === 'EF') return { goal: formula.operand, negative: false };
  if (formula.op === 'AG') return { goal: { op: 'not', operand: formula.operand }, negative: true };
  if (formula.op !== 'not') return undefined;
  const inner = asReachability(formula.operand);
  return inner && { ...inner, negative: !inner.negative };
}

/** The part of the time that reducing the net may take. */
const REDUCTION_PART = 0.3;

/** Whether a marking with the goal can be reached: reduced net, stubborn sets, breadth first. */
function* reach(
  net: PtNet,
  names: NetNames,
  goal: Formula,
  options: SearchOptions & { readonly reduce?: boolean },
): Steps<QueryResult | undefined> {
  const predicate = predicateOf(names, goal);
  if (predicate === undefined) return undefined;
  const left = sharedDeadline(options);
  const shrink = options.reduce !== false;
  const deadlock = goal.op === 'deadlock';
  const reduction = !shrink
    ? undefined
    : yield* reduceNetInSteps(net, {
        ...left(REDUCTION_PART),
        property: deadlock ? 'deadlock' : 'reachability',
        ...(deadlock ? {} : { observed: placesIn(predicate) }),
      });
  const searched = reduction?.net ?? net;
  // Observed places keep their names and their order may change: the predicate is resolved anew.
  const kept = predicateInReduced(net, searched, names, goal);
  const { found, stoppedBy, path, states } = yield* searchState(
    searched,
    deadlock ? 'deadlock' : kept,
    {
      ...left(),
      stubbornSets: shrink,
    },
  );
  if (found === undefined)
    return { ...unknown(`the search ended at its limit of ${String(stoppedBy)}`), states };
  const method = shrink ? 'reduced state space' : 'state space';
  let firings = path?.map((t) => net.transitions[t]?.name ?? '');
  if (path !== undefined && reduction !== undefined) {
    const expanded = reduction.expand(path);
    firings = deadlock ? runToDeadlock(net, expanded) : [...expanded];
    // The verdict stands; only its witness needs the net as it was.
    if (firings === undefined) return yield* reach(net, names, goal, { ...left(), reduce: false });
  }
  return { ...decided(found, method, firings && { firings }), states };
}

function predicateInReduced(
  net: PtNet,
  reduced: PtNet,
  names: NetNames,
  goal: Formula,
): ReturnType<typeof remap> {
  const index = new Map(reduced.places.map((name, at) => [name, at]));
  const predicate = predicateOf(names, goal) ?? { op: 'false' };
  return remap(predicate, (place) => index.get(net.places[place] ?? '') ?? -1);
}

type Predicate = NonNullable<ReturnType<typeof predicateOf>>;

function remap(predicate: Predicate, place: (index: number) => number): Predicate {
  if (predicate.op === 'linear') return { ...predicate, places: predicate.places.map(place) };
  if (predicate.op === 'and' || predicate.op === 'or')
    return { ...predicate, operands: predicate.operands.map((operand) => remap(operand, place)) };
  return predicate;
}

/** On the whole graph: any CTL formula. */
function* checkOnGraph(
  net: PtNet,
  names: NetNames,
  formula: Formula,
  options: ExplorationOptions,
): Steps<QueryResult> {
  const space = yield* exploreStateSpaceInSteps(net, { ...options, edges: true });
  const { states } = space;
  if (!space.complete)
    return {
      ...unknown(`the state space ended at its limit of ${String(space.stoppedBy)}`),
      states,
    };
  const edges = edgesOf(space);
  if (edges === undefined)
    return { ...unknown('the edges of the state space do not fit into maxBytes'), states };
  const checker = new CtlChecker(space, edges, names);
  const asked = asReachability(formula);
  if (asked === undefined)
    return { ...decided(checker.states(formula)[0] === 1, 'state space'), states };
  // A goal with path operators of its own: the witness leads to the first state where it holds.
  const first = checker.states(asked.goal).indexOf(1);
  const found = decided(
    first >= 0,
    'state space',
    first >= 0 ? { firings: pathTo(space, first) } : undefined,
  );
  return { ...(asked.negative ? negated(found) : found), states };
}

/**
 * Whether the initial marking satisfies a CTL formula, given as text (`parseFormula`) or as data.
 *
 * `EF p`, `AG p` and predicates without path operators are searched on a reduced net with stubborn
 * sets and answered as soon as a marking decides, also for unbounded nets; a run to that marking is
 * the witness. Other formulas need the whole reachability graph.
 *
 * Throws `FormulaError` for text that cannot be read, `unknown-place` and `unknown-transition`.
 */
export function query(
  net: PtNet,
  formula: string | Formula,
  options: QueryOptions = {},
): QueryResult {
  return finish(queryInSteps(net, formula, options));
}

/** `query` in pieces: see `Steps`. */
export function* queryInSteps(
  net: PtNet,
  formula: string | Formula,
  options: QueryOptions = {},
): Steps<QueryResult> {
  const parsed = typeof formula === 'string' ? parseFormula(formula) : formula;
  const names = new NetNames(net);
  checkNames(names, parsed);
  const now = predicateOf(names, parsed);
  const asked = asReachability(parsed);
  if (now !== undefined) {
    const verdict = decided(holds(now, Int32Array.from(net.initial)), 'state space');
    return { ...verdict, states: 1 };
  }
  if (asked !== undefined) {
    const result = yield* reach(net, names, asked.goal, options);
    if (result !== undefined) {
      const { states, ...verdict } = result;
      return { ...(asked.negative ? negated(verdict) : verdict), states };
    }
  }
  return yield* checkOnGraph(net, names, parsed, options);
}

/** Throws for a name the net does not have, wherever in the formula it stands. */
function checkNames(names: NetNames, formula: Formula): void {
  if ('operand' in formula) checkNames(names, formula.operand);
  else if ('operands' in formula)
    for (const operand of formula.operands) checkNames(names, operand);
  else if (formula.op === 'EU' || formula.op === 'AU') {
    checkNames(names, formula.left);
    checkNames(names, formula.right);
  } else predicateOf(names, formula);
}
