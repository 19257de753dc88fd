import type { GivenEnergies } from './given-node.js';
import type { PairRow } from './pairs-rule.js';
import type { WeightSchedule } from './coefficient-weights.js';

/** A contract's files as series over a period. @throws SettlementError `no-file` or `bad-file`. */
export interface ContractSeries {
  /** Coefficients of points, by hour of the year or by interval. */
  coefficients(file: string, ids: readonly string[], renormalise: boolean): WeightSchedule;
  /** Energies allocated to points, by interval. */
  energies(file: string, ids: readonly string[]): GivenEnergies;
  /** A producer x consumer matrix, constant or by interval. */
  pairs(file: string, ids: readonly string[], renormalise: boolean): PairRow[];
}
