import { bind, conserve, NET_SCHEMA, parseNet, type Net } from '@microgrid/petri';
import {
  CONSUMPTION_PLACES,
  CONTROL_PLACES,
  GENERATION_PLACES,
  SETTLEMENT_LAWS,
  settlementNet,
  type EnergyMove,
  type EnergyPlace,
  type SettlementStep,
} from './settlement-net.js';

/** The side of a move: energy that was imported, or energy that was exported. */
export type MoveSide = 'consumption' | 'generation';

/** The unit net's place of a metering point's energy in a place of the declaration. */
export function unitPlace(place: EnergyPlace, point: string): string {
  return `${place}/${point}`;
}

/** The unit net's place that counts how many mWh of a point a move still has to make. */
export function orderPlace(
  step: SettlementStep['name'],
  move: string,
  side: MoveSide,
  point: string,
): string {
  return `order/${step}/${move}/${side}/${point}`;
}

/** The unit net's place that is marked while a step moves energy. */
function busyPlace(step: SettlementStep): string {
  return `busy/${step.name}`;
}

/** The unit net's place that lets a step begin; only the two capacity outcomes have one. */
export function outcomePlace(step: SettlementStep['name']): string {
  return `outcome/${step}`;
}

interface UnitTransition {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly reads?: readonly string[];
  readonly inhibitors?: readonly string[];
}

/** Steps that leave the same control place need a decision which of them fires. */
function needsOutcome(step: SettlementStep): boolean {
  return settlementNet.steps.filter(({ from }) => from === step.from).length > 1;
}

const SIDES: readonly MoveSide[] = ['consumption', 'generation'];

function orderPlaces(step: SettlementStep, points: readonly string[]): string[] {
  return step.moves.flatMap((move) =>
    SIDES.filter((side) => move[side] !== undefined).flatMap((side) =>
      points.map((point) => orderPlace(step.name, move.name, side, point)),
    ),
  );
}

/** The transitions that move one mWh: of a point, or one imported together with one exported. */
function unitMoves(
  step: SettlementStep,
  move: EnergyMove,
  points: readonly string[],
): UnitTransition[] {
  const { consumption, generation } = move;
  const half = (side: MoveSide, point: string): Pick<UnitTransition, 'inputs' | 'outputs'> => {
    const way = side === 'consumption' ? consumption : generation;
    if (way === undefined) return { inputs: [], outputs: [] };
    return {
      inputs: [unitPlace(way.from, point), orderPlace(step.name, move.name, side, point)],
      outputs: [unitPlace(way.to, point)],
    };
  };
  const pairs = points.flatMap((taker) => {
    if (consumption === undefined || generation === undefined) return [[taker, taker] as const];
    const givers = move.pairing === 'samePoint' ? [taker] : points;
    return givers.map((giver) => [taker, giver] as const);
  });
  return pairs.map(([taker, giver]) => {
    const taken = half('consumption', taker);
    const given = half('generation', giver);
    return {
      name: `${step.name}/${move.name}/${taker}${giver === taker ? '' : `+${giver}`}`,
      reads: [busyPlace(step)],
      inputs: [...taken.inputs, ...given.inputs],
      outputs: [...taken.outputs, ...given.outputs],
    };
  });
}

function stepTransitions(step: SettlementStep, points: readonly string[]): UnitTransition[] {
  return [
    {
      name: `${step.name}/begin`,
      inputs: [step.from, ...(needsOutcome(step) ? [outcomePlace(step.name)] : [])],
      outputs: [busyPlace(step)],
    },
    ...step.moves.flatMap((move) => unitMoves(step, move, points)),
    {
      name: `${step.name}/end`,
      inputs: [busyPlace(step)],
      outputs: [step.to],
      inhibitors: orderPlaces(step, points),
    },
  ];
}

function arcs(places: readonly string[]): { place: string; weight: number }[] {
  return places.map((place) => ({ place, weight: 1 }));
}

/**
 * The net that is proved: made from {@link settlementNet} for named metering points, with one black
 * token per mWh. How many mWh each move has to make (the key's decision) lies in the order places;
 * a step ends when none of its orders is left. For small cases its final marking equals the columns
 * of the net that runs, and the same laws hold whatever the orders are.
 */
export function unitNet(points: readonly string[]): Net {
  const energy: EnergyPlace[] = [...CONSUMPTION_PLACES, ...GENERATION_PLACES];
  const { steps } = settlementNet;
  const places = [
    ...CONTROL_PLACES,
    ...steps.map(busyPlace),
    ...steps.filter(needsOutcome).map(({ name }) => outcomePlace(name)),
    ...energy.flatMap((place) => points.map((point) => unitPlace(place, point))),
    ...steps.flatMap((step) => orderPlaces(step, points)),
  ];
  const structure = parseNet({
    schema: NET_SCHEMA,
    name: `${settlementNet.name}-units`,
    places: places.map((name) => ({ name, tokens: 'black' })),
    transitions: steps
      .flatMap((step) => stepTransitions(step, points))
      .map(({ name, inputs, outputs, reads = [], inhibitors = [] }) => ({
        name,
        priority: 0,
        inputs: arcs(inputs),
        reads: arcs(reads),
        inhibitors: arcs(inhibitors),
        outputs: arcs(outputs),
      })),
  });
  const laws = Object.entries(SETTLEMENT_LAWS).map(([name, weights]) =>
    conserve(
      name,
      Object.fromEntries(
        Object.entries(weights).flatMap(([place, weight]) =>
          points.map((point) => [unitPlace(place as EnergyPlace, point), weight]),
        ),
      ),
    ),
  );
  return bind(structure, {}, laws);
}
