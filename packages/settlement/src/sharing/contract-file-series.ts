import {
  coefficientTable,
  energyTableOf,
  isCommunityError,
  pairTable,
  type CoefficientTable,
  type Community,
  type ContractFiles,
} from '@microgrid/community';
import { formatInstant } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import { weightsOf, type CoefficientWeights, type WeightSchedule } from './coefficient-weights.js';
import type { ContractSeries } from './contract-series.js';
import type { GivenEnergies } from './given-node.js';
import type { PairRow } from './pairs-rule.js';
import type { PeriodClock } from './period-clock.js';

/** What all tables of coefficients have. */
type Rows = Pick<CoefficientTable, 'rowAt' | 'row' | 'scale'>;

/** The files passed beside a contract, as series over a period. */
export class ContractFileSeries implements ContractSeries {
  constructor(
    private readonly files: ContractFiles,
    private readonly community: Community,
    private readonly clock: PeriodClock,
  ) {}

  coefficients(file: string, ids: readonly string[], renormalise: boolean): WeightSchedule {
    const table = this.read(file, () => coefficientTable(this.files, file, this.community));
    const places = this.placesOf(file, table.ids, ids);
    return new TableSchedule(file, table, places, renormalise, this.clock);
  }

  energies(file: string, ids: readonly string[]): GivenEnergies {
    const table = this.read(file, () => energyTableOf(this.files, file, this.community));
    const places = this.placesOf(file, table.ids, ids);
    const { startMs, resolutionMs } = this.clock;
    return (interval) => {
      const fromMs = startMs + interval * resolutionMs;
      const row = table.at(fromMs, fromMs + resolutionMs);
      return row && Float64Array.from(places, (place) => (place === -1 ? 0 : (row[place] ?? 0)));
    };
  }

  pairs(file: string, ids: readonly string[], renormalise: boolean): PairRow[] {
    const table = this.read(file, () => pairTable(this.files, file, this.community));
    const position = new Map(ids.map((id, index) => [id, index]));
    return ids.flatMap((id, producer) => {
      const entries = table.pairs
        .map((pair, place) => ({ ...pair, place }))
        .filter((pair) => pair.producer === id)
        .map(({ consumer, place }) => ({ consumer: position.get(consumer) ?? -1, place }))
        .sort((a, b) => a.consumer - b.consumer);
      if (entries.length === 0) return [];
      const places = entries.map(({ place }) => place);
      return [
        {
          producer,
          consumers: Int32Array.from(entries, ({ consumer }) => consumer),
          schedule: new TableSchedule(file, table, places, renormalise, this.clock),
        },
      ];
    });
  }

  /** Where each point stands in the file; -1 where it does not. */
  private placesOf(file: string, named: readonly string[], ids: readonly string[]): number[] {
    const places = new Map(named.map((id, place) => [id, place]));
    const asked = new Set(ids);
    const outside = named.find((id) => !asked.has(id));
    if (outside !== undefined) {
      throw new SettlementError(
        'bad-file',
        `${file}: got metering point ${outside}, expected only those that the key shares among`,
      );
    }
    return ids.map((id) => places.get(id) ?? -1);
  }

  private read<T>(file: string, make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!isCommunityError(error)) throw error;
      throw new SettlementError(this.files.has(file) ? 'bad-file' : 'no-file', error.message);
    }
  }
}

/** The coefficients of a table by interval; weights are worked out once per row. */
class TableSchedule implements WeightSchedule {
  private readonly made = new Map<number, CoefficientWeights>();
  private readonly one: bigint;

  constructor(
    private readonly file: string,
    private readonly table: Rows,
    private readonly places: readonly number[],
    private readonly renormalise: boolean,
    private readonly clock: PeriodClock,
  ) {
    this.one = 10n ** BigInt(table.scale);
  }

  at(interval: number): CoefficientWeights {
    const { startMs, resolutionMs } = this.clock;
    const fromMs = startMs + interval * resolutionMs;
    const index = this.table.rowAt(fromMs, fromMs + resolutionMs);
    const known = this.made.get(index);
    if (known !== undefined) return known;
    const what = `${this.file} at ${formatInstant(fromMs)}`;
    if (index === -1) {
      throw new SettlementError(
        'bad-coefficients',
        `${what}: no coefficients, expected some for every interval`,
      );
    }
    const row = this.table.row(index);
    const numerators = this.places.map((place) => BigInt(place === -1 ? 0 : (row[place] ?? 0)));
    const weights = weightsOf(numerators, this.one, this.renormalise, what);
    this.made.set(index, weights);
    return weights;
  }
}
