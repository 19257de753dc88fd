import {
  CONTROL_PLACES,
  type ControlArc,
  type IndexName,
  type Indices,
  type SettlementStep,
} from './settlement-net.js';
import type { SettlementParameters } from './settlement-parameters.js';

const INDEX_NAMES: readonly IndexName[] = ['v', 'a', 'd'];

/** The largest value of an index. */
export function lastIndex(index: IndexName, parameters: SettlementParameters): number {
  const { corrections, retries, disputes } = parameters;
  return { v: corrections, a: retries, d: disputes }[index];
}

/** The indices of an arc's place, for a step at given indices. */
export function arcIndices(
  { place, at = {} }: ControlArc,
  indices: Indices,
  parameters: SettlementParameters,
): Indices {
  const own: Partial<Record<IndexName, number>> = {};
  for (const index of CONTROL_PLACES[place].indices) {
    const spec = at[index];
    const value = indices[index] ?? 0;
    if (spec === undefined) own[index] = value;
    else if (spec === 'next') own[index] = value + 1;
    else own[index] = spec === 'last' ? lastIndex(index, parameters) : spec;
  }
  return own;
}

/** The indices a step has: those its arcs do not fix. */
function freeIndices({ from, to, reads = [] }: SettlementStep): IndexName[] {
  return INDEX_NAMES.filter((index) =>
    [...from, ...reads, ...to].some(({ place, at = {} }) => {
      const spec = at[index];
      const has = (CONTROL_PLACES[place].indices as readonly IndexName[]).includes(index);
      return has && (spec === undefined || spec === 'next');
    }),
  );
}

/** Every choice of indices a step exists for. */
export function stepIndices(step: SettlementStep, parameters: SettlementParameters): Indices[] {
  let all: Indices[] = [{}];
  for (const index of freeIndices(step)) {
    const values = Array.from({ length: lastIndex(index, parameters) + 1 }, (_, value) => value);
    all = all.flatMap((known) => values.map((value) => ({ ...known, [index]: value })));
  }
  return all.filter((indices) => step.when?.(indices, parameters) ?? true);
}
