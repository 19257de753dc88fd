import { coverability } from './coverability.js';
import { NetNames } from './formula.js';
import { isQuasiLive } from './liveness.js';
import { openReason } from './marking-verdicts.js';
import type { ExplorationLimits } from './limits.js';
import { withInitial, type PtNet } from './pt-net.js';
import { placeSemiflows } from './semiflows.js';
import { closeBackward, edgeEnd, edgesOf } from './state-graph.js';
import {
  exploreStateSpace,
  pathTo,
  type ExplorationOptions,
  type StateSpace,
} from './state-space.js';
import { provenBounds } from './structural-bounds.js';
import { decided, unknown, type Verdict } from './verdict.js';

/** A workflow net and how it ends. */
export interface WorkflowOptions extends Omit<ExplorationOptions, 'edges' | 'bounds'> {
  /** The place in which a case begins. */
  readonly input: string;
  /** The place in which a case ends. */
  readonly output: string;
  /** Cases in the net at once, sharing whatever else the initial marking holds. Default 1. */
  readonly cases?: number;
  /**
   * Places that may hold tokens when all cases have ended: shared resources, results, values. All
   * others must be empty then. Default none.
   */
  readonly leftover?: readonly string[];
}

/** The verdict on a workflow net. */
export interface Soundness {
  readonly cases: number;
  /** All three hold. */
  readonly sound: Verdict;
  /** From every reachable marking, all cases can end. The witness leads to where they cannot. */
  readonly optionToComplete: Verdict;
  /** When all cases have ended, nothing is left behind. The witness leads to where something is. */
  readonly properCompletion: Verdict;
  /** Every transition can fire. The witness names those that cannot. */
  readonly noDeadTransition: Verdict;
  /** States looked at. */
  readonly states: number;
}

interface Workflow {
  readonly net: PtNet;
  readonly output: number;
  readonly cases: number;
  readonly mustBeEmpty: readonly number[];
}

function workflowOf(net: PtNet, options: WorkflowOptions, cases: number): Workflow {
  const names = new NetNames(net);
  const [input, output] = [names.place(options.input), names.place(options.output)];
  const leftover = new Set((options.leftover ?? []).map((place) => names.place(place)));
  const initial = net.initial.map((tokens, place) => (place === input ? cases : tokens));
  return {
    net: withInitial(net, initial),
    output,
    cases,
    mustBeEmpty: [...net.places.keys()].filter((place) => place !== output && !leftover.has(place)),
  };
}

/** The states in which all cases have ended: 1 properly, 2 with something left behind. */
function endings(space: StateSpace, { output, cases, mustBeEmpty }: Workflow): Uint8Array {
  const { store, net } = space.run;
  const marking = new Int32Array(net.placeCount);
  return Uint8Array.from({ length: space.states }, (_, state) => {
    store.read(state, marking);
    const ended = marking[output] as number;
    if (ended < cases) return 0;
    return ended === cases && mustBeEmpty.every((place) => marking[place] === 0) ? 1 : 2;
  });
}

function both(verdicts: readonly Verdict[]): Verdict {
  const failed = verdicts.find((verdict) => verdict.verdict === 'false');
  const open = verdicts.find((verdict) => verdict.verdict === 'unknown');
  return failed ?? open ?? decided(true, 'state space');
}

function openResult(cases: number, verdict: Verdict, open: Verdict, states: number): Soundness {
  return {
    cases,
    sound: verdict,
    optionToComplete: open,
    properCompletion: open,
    noDeadTransition: open,
    states,
  };
}

/** A net that no semiflow bounds is looked at for unboundedness before its states are counted. */
function unboundedness(workflow: Workflow, limits: ExplorationLimits): Verdict | undefined {
  const { net, mustBeEmpty, output } = workflow;
  const searched = { ...limits, maxRows: 300 };
  const bounds = provenBounds(net, placeSemiflows(net, searched).semiflows, searched);
  const plain = net.transitions.every((t) => t.inhibitors.length + t.resets.length === 0);
  if (!plain || bounds.every(Number.isFinite)) return undefined;
  const graph = coverability(net, { maxStates: 5000, stopAtUnbounded: true });
  const grows = new Set(graph.unboundedWitness?.places);
  const inside = [...mustBeEmpty, output].some((place) => grows.has(net.places[place] ?? ''));
  return inside ? decided(false, 'coverability', graph.unboundedWitness) : undefined;
}

/**
 * Whether a workflow net is sound for exactly `cases` cases: option to complete, proper completion,
 * no dead transition. The initial marking is the net's own, with `cases` tokens in `input`.
 *
 * An unbounded place that must be empty in the end makes the net unsound (van der Aalst 1997).
 * Throws `unknown-place`.
 */
export function soundness(net: PtNet, options: WorkflowOptions): Soundness {
  const cases = options.cases ?? 1;
  const workflow = workflowOf(net, options, cases);
  const grows = unboundedness(workflow, options);
  if (grows !== undefined) return openResult(cases, grows, unknown('the net is unbounded'), 0);
  const space = exploreStateSpace(workflow.net, { ...options, edges: true });
  const edges = edgesOf(space);
  if (edges === undefined) {
    const open = unknown(space.complete ? 'the edges do not fit into maxBytes' : openReason(space));
    return openResult(cases, open, open, space.states);
  }
  const ends = endings(space, workflow);
  const improper = ends.indexOf(2);
  const properCompletion =
    improper < 0
      ? decided(true, 'state space')
      : decided(false, 'state space', { firings: pathTo(space, improper) });
  const canEnd = ends.map((end) => Number(end > 0));
  closeBackward(space, edges, canEnd);
  // Where nothing fires any more says most; otherwise the first state from which there is no end.
  const isStuck = (state: number): boolean => edgeEnd(space, edges, state) === edges.start(state);
  const last = canEnd.findIndex((can, state) => can === 0 && isStuck(state));
  const stuck = last < 0 ? canEnd.indexOf(0) : last;
  const optionToComplete =
    stuck < 0
      ? decided(true, 'state space')
      : decided(false, 'state space', { firings: pathTo(space, stuck) });
  const noDeadTransition = isQuasiLive(space);
  const sound = both([optionToComplete, properCompletion, noDeadTransition]);
  const { states } = space;
  return { cases, sound, optionToComplete, properCompletion, noDeadTransition, states };
}

/**
 * Generalised soundness up to `cases`: soundness for 1, 2, … cases at once (van Hee, Sidorova and
 * Voorhoeve 2003). Stops at the first number of cases that is not sound.
 */
export function generalisedSoundness(
  net: PtNet,
  options: WorkflowOptions,
): { readonly sound: Verdict; readonly byCases: readonly Soundness[] } {
  const byCases: Soundness[] = [];
  for (let cases = 1; cases <= (options.cases ?? 2); cases += 1) {
    const result = soundness(net, { ...options, cases });
    byCases.push(result);
    if (result.sound.verdict !== 'true') return { sound: result.sound, byCases };
  }
  return { sound: decided(true, 'state space'), byCases };
}
