import { NET_SCHEMA, parseNet, type NetStructure } from '@microgrid/petri';
import {
  CONTROL_PLACES,
  type ControlArc,
  type SettlementCase,
  type SettlementStep,
} from './settlement-net.js';
import { SETTLEMENT_STEPS } from './settlement-steps.js';

type Arc = { readonly place: string; readonly weight: number };

function plain(places: readonly string[]): Arc[] {
  return [...new Set(places)].map((place) => ({ place, weight: 1 }));
}

function picturedStep(step: SettlementStep, own: SettlementCase) {
  const control = (arcs: readonly ControlArc[] = []): string[] =>
    arcs
      .map(({ place }) => place)
      .filter((place) => (CONTROL_PLACES[place].cases as readonly string[]).includes(own));
  return {
    name: step.name,
    priority: 0,
    inputs: plain(control(step.from)),
    reads: plain(control(step.reads)),
    inhibitors: [],
    outputs: plain(control(step.to)),
  };
}

/**
 * The control places of a case folded over versions, attempts and disputes: a place for every declared
 * one and a transition for every step. For pictures: what it means is in the declaration.
 */
export function foldedNet(own: SettlementCase): NetStructure {
  const transitions = SETTLEMENT_STEPS.map((step) => picturedStep(step, own)).filter(
    ({ inputs, outputs }) => inputs.length + outputs.length > 0,
  );
  const places = new Set(
    transitions.flatMap(({ inputs, reads, outputs }) =>
      [...inputs, ...reads, ...outputs].map(({ place }) => place),
    ),
  );
  return parseNet({
    schema: NET_SCHEMA,
    name: `settlement, ${own} case`,
    places: Array.from(places, (name) => ({ name, tokens: 'black' })),
    transitions,
  });
}
