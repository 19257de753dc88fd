import type { ControlArc, SettlementStep } from './settlement-net.js';
import { SETTLEMENT_STEPS } from './settlement-steps.js';

/** The declaration with one thing less, or one thing wrong. */
export interface Mutation {
  readonly what: string;
  readonly steps: readonly SettlementStep[];
}

function without<Item>(list: readonly Item[], index: number): Item[] {
  return list.filter((_, at) => at !== index);
}

function arcText({ place, at }: ControlArc): string {
  return `${place}${at === undefined ? '' : JSON.stringify(at)}`;
}

/** Every way to take one arc, move, condition or count away from a step. */
function changes(step: SettlementStep): { what: string; to: SettlementStep | undefined }[] {
  const { name, from, to, reads = [], moves = [], empty = [], full = [] } = step;
  const arcs = (['from', 'to', 'reads'] as const).flatMap((side) => {
    const list = { from, to, reads }[side];
    return list.flatMap((arc, index) => {
      const changed: { what: string; to: SettlementStep }[] = [
        {
          what: `${name}: no arc ${side} ${arcText(arc)}`,
          to: { ...step, [side]: without(list, index) },
        },
      ];
      if (arc.at !== undefined && Object.values(arc.at).some((spec) => spec !== 0)) {
        const { at: _, ...plain } = arc;
        changed.push({
          what: `${name}: ${side} ${arcText(arc)} does not count`,
          to: { ...step, [side]: list.map((one, at) => (at === index ? plain : one)) },
        });
      }
      return changed;
    });
  });
  const moved = moves.flatMap((move, index) => [
    { what: `${name}: no move ${move.name}`, to: { ...step, moves: without(moves, index) } },
    ...(['take', 'put'] as const).flatMap((side) =>
      move[side].map((place, at) => ({
        what: `${name}.${move.name}: does not ${side} ${place}`,
        to: {
          ...step,
          moves: moves.map((one, position) =>
            position === index ? { ...one, [side]: without(one[side], at) } : one,
          ),
        },
      })),
    ),
  ]);
  const { when: _when, ...unconditional } = step;
  return [
    { what: `no step ${name}`, to: undefined },
    ...arcs,
    ...moved,
    ...empty.map((group, index) => ({
      what: `${name}: does not ask that ${group.join('+')} is empty`,
      to: { ...step, empty: without(empty, index) },
    })),
    ...full.map((place, index) => ({
      what: `${name}: does not ask that ${place} is full`,
      to: { ...step, full: without(full, index) },
    })),
    ...(step.when === undefined ? [] : [{ what: `${name}: without end`, to: unconditional }]),
  ];
}

/** Every mutation of the declaration: a step less, or one arc, unit, condition or count. */
export const MUTATIONS: readonly Mutation[] = SETTLEMENT_STEPS.flatMap((step, index) =>
  changes(step).map(({ what, to }) => ({
    what,
    steps: SETTLEMENT_STEPS.flatMap((one, at) =>
      at !== index ? [one] : to === undefined ? [] : [to],
    ),
  })),
);
