import {
  bind,
  conserve,
  createMarking,
  NET_SCHEMA,
  parseNet,
  type ErasedFunction,
  type Marking,
  type Net,
  type TokenWeight,
} from '@microgrid/petri';
import { applyRules } from './apply-rules.js';
import { curtailCapacity, passCapacity } from './capacity.js';
import type { ClearedCase, Columns, IntervalCase, RuledCase, StepResult } from './interval-case.js';
import { issueEvent } from './issue-event.js';
import { match } from './match.js';
import {
  CONSUMPTION_PLACES,
  CONTROL_PLACES,
  GENERATION_PLACES,
  SETTLEMENT_LAWS,
  settlementNet,
  touchedPlaces,
  type SettlementStep,
  type StepName,
} from './settlement-net.js';

const ENERGY_PLACES = [...CONSUMPTION_PLACES, ...GENERATION_PLACES];

interface StepFunction {
  readonly allows?: (ruled: RuledCase) => boolean;
  readonly act: (token: never, columns: Columns) => StepResult<IntervalCase>;
}

const STEP_FUNCTIONS: Readonly<Record<StepName, StepFunction>> = {
  applyRules: { act: (token: IntervalCase, columns) => applyRules(token, columns) },
  passCapacity: {
    allows: ({ withinCapacity }) => withinCapacity,
    act: (token: RuledCase) => passCapacity(token),
  },
  curtailCapacity: {
    allows: ({ withinCapacity }) => !withinCapacity,
    act: (token: RuledCase, columns) => curtailCapacity(token, columns),
  },
  match: { act: (token: ClearedCase, columns) => match(token, columns) },
  issueEvent: { act: (token: ClearedCase, columns) => issueEvent(token, columns) },
};

/** Every touched energy place gives its column and gets one back. */
function transition(step: SettlementStep): object {
  const touched = touchedPlaces(step);
  const arcs = (control: string): object[] =>
    [control, ...touched].map((place) => ({ place, weight: 1 }));
  return {
    name: step.name,
    priority: 0,
    inputs: arcs(step.from),
    reads: [],
    inhibitors: [],
    outputs: arcs(step.to),
  };
}

function functionsOf(step: SettlementStep): ErasedFunction {
  const { allows, act } = STEP_FUNCTIONS[step.name];
  return {
    ...(allows && { guard: (tokens) => allows(tokens[step.from] as RuledCase) }),
    out: (tokens) => {
      const result = act(tokens[step.from] as never, tokens as Columns);
      return { [step.to]: result.case, ...result.columns };
    },
  };
}

function columnarLaw(
  weights: Readonly<Record<string, number>>,
): Record<string, TokenWeight<unknown>> {
  return Object.fromEntries(
    Object.entries(weights).map(([place, weight]) => [
      place,
      (column) => (column as Float64Array).reduce((sum, value) => sum + weight * value, 0),
    ]),
  );
}

/**
 * The net that settles: made from {@link settlementNet}, with a column token in every energy place
 * and one case token that walks the control places. Each transition fires at most once per interval,
 * whatever the number of metering points.
 */
export const columnarNet: Net = bind(
  parseNet({
    schema: NET_SCHEMA,
    name: settlementNet.name,
    places: [...CONTROL_PLACES, ...ENERGY_PLACES].map((name) => ({ name, tokens: 'data' })),
    transitions: settlementNet.steps.map(transition),
  }),
  Object.fromEntries(settlementNet.steps.map((step) => [step.name, functionsOf(step)])),
  Object.entries(SETTLEMENT_LAWS).map(([name, weights]) => conserve(name, columnarLaw(weights))),
);

/** The marking an interval starts from: the case is validated, all energy unattributed. */
export function intervalMarking(
  interval: IntervalCase,
  imported: Float64Array,
  exported: Float64Array,
): Marking {
  const { zero } = interval.workspace;
  const columns: Record<string, readonly unknown[]> = Object.fromEntries(
    ENERGY_PLACES.map((place) => [place, [zero]]),
  );
  return createMarking(columnarNet, {
    ...columns,
    validated: [interval],
    imported: [imported],
    exported: [exported],
  });
}
