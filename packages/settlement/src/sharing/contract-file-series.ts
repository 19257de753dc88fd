import type { ContractFiles } from '@microgrid/community';
import { SettlementError } from '../settlement-error.js';
import type { WeightSchedule } from './coefficient-weights.js';
import type { ContractSeries } from './contract-series.js';
import type { GivenEnergies } from './given-node.js';
import type { PairRow } from './pairs-rule.js';
import type { PeriodClock } from './period-clock.js';

/** The files passed beside a contract, as series over a period. */
export class ContractFileSeries implements ContractSeries {
  constructor(
    private readonly files: ContractFiles,
    readonly clock: PeriodClock,
  ) {}

  coefficients(file: string): WeightSchedule {
    return this.text(file);
  }

  energies(file: string): GivenEnergies {
    return this.text(file);
  }

  pairs(file: string): PairRow[] {
    return this.text(file);
  }

  private text(file: string): never {
    throw new SettlementError(
      this.files.has(file) ? 'bad-file' : 'no-file',
      `${file}: got ${this.files.size} files with the contract, none of which has this name`,
    );
  }
}
