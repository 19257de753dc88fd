import { compareIds } from '@microgrid/units';
import { NotUnderstood } from '../case-error.js';
import { isList, isRecord, type Json, type JsonRecord } from '../json.js';
import type { AllocationProblem } from './allocation-problem.js';

/** What a community file takes as an id. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** A problem whose ids a community file takes, and the case's own name of each of them. */
export interface SafeProblem {
  readonly problem: AllocationProblem;
  readonly nameOf: (id: string) => string;
}

/** Everything in a key that is an id, as a text or as the name of a field, by its other name. */
function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (isList(value)) return value.map((one) => renamed(one, names));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [names.get(name) ?? name, renamed(one, names)]),
  );
}

/**
 * Names such as `Wohnung 1` become ids that are in the same order, by which ties go. A problem whose
 * names are ids stays as it is.
 */
export function withSafeIds(problem: AllocationProblem): SafeProblem {
  const ids = [...problem.plants, ...problem.consumers].map(({ id }) => id);
  if (ids.every((id) => ID.test(id))) return { problem, nameOf: (id) => id };
  if (problem.files !== undefined)
    throw new NotUnderstood('names that are no ids, with energies given afterwards');
  const sorted = [...new Set(ids)].sort(compareIds);
  const names = new Map(sorted.map((id, at) => [id, `n${String(at).padStart(6, '0')}`]));
  const originals = new Map([...names].map(([id, name]) => [name, id]));
  const named = <T extends { readonly id: string }>(one: T): T => ({
    ...one,
    id: names.get(one.id) ?? one.id,
  });
  return {
    problem: {
      ...problem,
      plants: problem.plants.map(named),
      consumers: problem.consumers.map(named),
      key: renamed(problem.key, names) as JsonRecord,
    },
    nameOf: (id) => originals.get(id) ?? id,
  };
}
