import { compareFractions, sumFractions, type Fraction } from '@microgrid/tariff';
import { isRecord, plainName, type Json, type JsonRecord } from '../json.js';
import { PLANT_NAMES, plantsOf, POOL_NAMES, series } from './allocation-input.js';
import type { Plant } from './allocation-problem.js';
import { isSeries } from './note-vectors.js';

/** The plants and pools of an input. */
export function plantsIn(input: JsonRecord): Plant[] {
  const stated = Object.entries(input).flatMap(([key, value]) => {
    const name = plainName(key);
    if (PLANT_NAMES.includes(name) && !isScalar(value)) return [plantsOf(value, 'plant')];
    if (POOL_NAMES.includes(name) || PLANT_NAMES.includes(name)) {
      if (isRecord(value)) return [plantsOf(value, 'plant')];
      return [[{ id: 'plant', energies: series(value, key) }]];
    }
    return [];
  });
  // A pool that is the sum of the plants stated beside it is no further plant.
  const single = ([only, ...more]: readonly Plant[]): boolean =>
    more.length === 0 && only?.id === 'plant';
  const plants = stated.filter((one) => !single(one)).flat();
  const pools = stated.filter(single).flat();
  const isTheirSum = ({ energies }: Plant): boolean =>
    plants.length > 0 && energies.every((energy, at) => equals(energy, sumAt(plants, at)));
  return [...plants, ...pools.filter((pool) => !isTheirSum(pool))];
}

const sumAt = (plants: readonly Plant[], at: number): Fraction =>
  sumFractions(plants.flatMap(({ energies }) => energies[at] ?? []));

const equals = (a: Fraction, b: Fraction): boolean => compareFractions(a, b) === 0;

/** Whether a value is one number, or one for each interval. */
export const isScalar = (value: Json): boolean =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  (isSeries(value) && value.every((one) => !isRecord(one)));
