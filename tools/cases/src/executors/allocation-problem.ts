import type { Fraction } from '@microgrid/tariff';
import type { JsonRecord } from '../json.js';

/** A producing plant of a case. */
export interface Plant {
  readonly id: string;
  /** kWh injected in each interval. */
  readonly energies: readonly Fraction[];
  readonly entryIntoService?: string;
  readonly installedKilowatts?: string;
  /** Participation factor, percent. */
  readonly percent?: number;
}

/** A consumer of a case; a prosumer has `injected` too. */
export interface Consumer {
  readonly id: string;
  /** kWh consumed in each interval. */
  readonly energies: readonly Fraction[];
  readonly injected?: readonly Fraction[];
  /** Of the plant of a prosumer. */
  readonly entryIntoService?: string;
  readonly installedKilowatts?: string;
  /** Coefficient, decimal text. */
  readonly coefficient?: string;
  readonly rank?: number;
  readonly percent?: number;
}

/** One or more intervals to be shared out. */
export interface AllocationProblem {
  readonly minutes: number;
  readonly plants: readonly Plant[];
  readonly consumers: readonly Consumer[];
  /** The key as a community file has it. */
  readonly key: JsonRecord;
  readonly unused?: 'grid' | 'member' | 'pool';
  readonly netting: 'none' | 'interval';
  /** Country code of the case, for its time zone. */
  readonly country: string;
  /** kWh of one unit of the energies. */
  readonly size: Fraction;
  /** Whether values were lists over intervals; results then are lists too. */
  readonly listed: boolean;
  readonly files?: ReadonlyMap<string, string>;
}
