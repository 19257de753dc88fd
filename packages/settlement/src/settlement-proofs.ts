import {
  analyse,
  placeSemiflows,
  query,
  soundness,
  structuralBounds,
  type ExplorationLimits,
  type Verdict,
} from '@microgrid/petri/analysis';
import { CONTROL_PLACES, STEP_NAMES, type SettlementScope } from './settlement-net.js';
import type { SettlementParameters } from './settlement-parameters.js';
import { settlementRequirements, type RequirementSubject } from './settlement-requirements.js';
import { unitNet, type UnitAmounts, type UnitNet, type UnitNetOptions } from './unit-net.js';

/** One thing that was asked of a net, and the answer. */
export interface ProvedProperty {
  readonly name: string;
  readonly verdict: Verdict;
}

/** What is proved of one unit net, and its size. */
export interface SettlementProof {
  readonly scope: SettlementScope;
  readonly places: number;
  readonly transitions: number;
  readonly arcs: number;
  readonly states: number;
  /** Every enabled transition of every state counted. */
  readonly firings: number;
  /** Markings in which nothing fires any more: how a settlement can end. */
  readonly finalMarkings: number;
  /** Minimal P-semiflows. */
  readonly placeSemiflows: number;
  /** The most tokens in any place. */
  readonly bound: number;
  readonly properties: readonly ProvedProperty[];
  /** All of them hold. */
  readonly proved: boolean;
}

/** Which moves the net has to have, by step. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  match: ['share'],
  attributeExport: ['lose', 'feedIn'],
  supplyRest: ['supply'],
  pay: ['collect'],
  coverArrears: ['cover', 'defer'],
  credit: ['transfer'],
  resettle: [
    'returnToPayer',
    'returnToFund',
    'cancelDeferred',
    'undoLosses',
    'undoSurplus',
    'undoResidual',
  ],
};

/** Steps that only move units: what they do to control places is nothing. */
const MOVING_ONLY: ReadonlySet<string> = new Set(['pay', 'credit']);

function verdictOf(holds: boolean, method: Verdict['method'], reason: string): Verdict {
  return { verdict: holds ? 'true' : 'false', method, reason };
}

function missingSteps({ net }: UnitNet, { deferral, netting }: SettlementParameters): string[] {
  const names = net.structure.transitions.map(({ name }) => name);
  const has = (family: string): boolean =>
    names.some((name) => name === family || name.startsWith(`${family}.`));
  const steps = STEP_NAMES.filter((step) =>
    MOVING_ONLY.has(step)
      ? !has(step)
      : !names.some((name) => new RegExp(`^${step}(\\.\\d+)*$`).test(name)),
  );
  const moves = Object.entries(MOVES).flatMap(([step, list]) =>
    list.filter((move) => !has(`${step}.${move}`)).map((move) => `${step}.${move}`),
  );
  const netted = [
    'applyRules.netOff',
    'applyRulesToEstimate.netOff',
    'resettle.undoNetting',
  ].filter((move) => netting === 'interval' && !has(move));
  const optional = new Set(deferral ? [] : ['coverArrears.defer', 'resettle.cancelDeferred']);
  return [...steps, ...moves, ...netted].filter((name) => !optional.has(name));
}

function everyStepIsThere(unit: UnitNet, parameters: SettlementParameters): ProvedProperty {
  const missing = missingSteps(unit, parameters);
  return {
    name: 'every step is there',
    verdict: verdictOf(missing.length === 0, 'none', `missing: ${missing.join(', ') || 'none'}`),
  };
}

function isControl(place: string): boolean {
  return Object.hasOwn(CONTROL_PLACES, place.split('.')[0] ?? '');
}

/** What the P-semiflows alone say: no state is looked at. */
function structureProofs({ ptNet }: UnitNet): ProvedProperty[] {
  const { semiflows } = placeSemiflows(ptNet);
  const covered = new Set(semiflows.flatMap((flow) => flow.map(({ index }) => index)));
  const bounds = structuralBounds(ptNet, semiflows);
  const open = ptNet.places.filter((_, index) => !covered.has(index));
  const unsafe = ptNet.places.filter((name, index) => isControl(name) && (bounds[index] ?? 2) > 1);
  return [
    {
      name: 'bounded: every place in a P-semiflow',
      verdict: verdictOf(open.length === 0, 'P-semiflows', `open: ${open.join(', ') || 'none'}`),
    },
    {
      name: 'control places hold at most one token',
      verdict: verdictOf(
        unsafe.length === 0,
        'P-semiflows',
        `more: ${unsafe.join(', ') || 'none'}`,
      ),
    },
  ];
}

/** How a settlement is proved. */
export interface ProofOptions extends Omit<UnitNetOptions, 'values'>, ExplorationLimits {}

/**
 * What is asked of a unit net, one after the other, the cheap questions first: whoever wants only the
 * first failure need not wait for the rest.
 */
export function* settlementProperties(
  unit: UnitNet,
  subject: Omit<RequirementSubject, 'structure'>,
  limits: ExplorationLimits = {},
): Generator<ProvedProperty, void, undefined> {
  const { net, ptNet, valuePlaces } = unit;
  const { structure, laws, lawProofs } = net;
  if (subject.scope === 'whole') yield everyStepIsThere(unit, subject.parameters);
  yield {
    name: 'conservation laws',
    verdict: verdictOf(
      laws.length > 0 && lawProofs.every(({ verdict }) => verdict === 'proved'),
      'P-semiflows',
      `${laws.length} laws on ${structure.transitions.length} transitions`,
    ),
  };
  const workflow = { ...limits, input: 'start', output: 'closed', leftover: valuePlaces };
  const sound = soundness(ptNet, workflow);
  yield { name: 'option to complete', verdict: sound.optionToComplete };
  yield { name: 'proper completion', verdict: sound.properCompletion };
  yield { name: 'no dead transition', verdict: sound.noDeadTransition };
  yield* structureProofs(unit);
  for (const { name, formula } of settlementRequirements({ ...subject, structure }))
    yield { name, verdict: query(ptNet, formula, limits) };
}

/**
 * Proves a unit net of the settlement: the laws (by the kernel, for every transition), soundness and
 * the requirements by all reachable states, boundedness and one-safety by P-semiflows.
 * @throws PetriError `law-broken` if a law does not hold.
 */
export function proveSettlement(
  parameters: SettlementParameters,
  amounts: UnitAmounts,
  options: ProofOptions = {},
): SettlementProof {
  const scope = options.scope ?? 'whole';
  const unit = unitNet(parameters, amounts, options);
  const properties = [...settlementProperties(unit, { scope, parameters, amounts }, options)];
  const { size, stateSpace, structure, upperBounds } = analyse(unit.ptNet, {
    ...options,
    structure: false,
  });
  return {
    scope,
    ...size,
    states: stateSpace.states,
    firings: stateSpace.firings,
    finalMarkings: stateSpace.deadStates,
    placeSemiflows: structure.placeSemiflows.semiflows.length,
    bound: Math.max(...upperBounds.map(({ atLeast }) => atLeast)),
    properties,
    proved: properties.every(({ verdict }) => verdict.verdict === 'true'),
  };
}
