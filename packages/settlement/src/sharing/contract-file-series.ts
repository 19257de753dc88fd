import {
  coefficientTable,
  energyTableOf,
  pairTable,
  type CoefficientSum,
  type CoefficientTable,
  type Community,
  type ContractFiles,
} from '@microgrid/community';
import { formatInstant } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import {
  numberWeights,
  type CoefficientWeights,
  type WeightSchedule,
} from './coefficient-weights.js';
import type { GivenEnergies } from './given-node.js';
import type { PairRow } from './pairs-rule.js';
import type { PeriodClock } from './period-clock.js';

type Rows = Pick<CoefficientTable, 'scale' | 'rowAt' | 'row'>;

/**
 * The files passed beside a contract, as series over a period. Their rows are worked out when an
 * interval asks for them and only the last is kept, so that memory does not grow with the period.
 */
export class ContractFileSeries {
  constructor(
    private readonly files: ContractFiles,
    private readonly community: Community,
    private readonly clock: PeriodClock,
  ) {}

  /**
   * Coefficients of points over time; a point that the file does not name has 0.
   * @throws CommunityError `invalid-file` for a file that is not given or cannot be read.
   */
  coefficients(file: string, ids: readonly string[], sum: CoefficientSum): WeightSchedule {
    const table = coefficientTable(this.files, file, this.community);
    const place = new Map(table.ids.map((id, index) => [id, index]));
    const places = Int32Array.from(ids, (id) => place.get(id) ?? -1);
    return new FileSchedule(file, new CurrentRow(table), places, sum, this.clock);
  }

  /** Energies allocated to points over time; a point that the file does not name has none. */
  energies(file: string, ids: readonly string[]): GivenEnergies {
    const table = energyTableOf(this.files, file, this.community);
    const place = new Map(table.ids.map((id, index) => [id, index]));
    const places = Int32Array.from(ids, (id) => place.get(id) ?? -1);
    const out = new Float64Array(ids.length);
    const { startMs, resolutionMs } = this.clock;
    return (interval) => {
      const fromMs = startMs + interval * resolutionMs;
      const row = table.at(fromMs, fromMs + resolutionMs);
      if (row === undefined) return undefined;
      for (let index = 0; index < out.length; index++)
        out[index] = row[places[index] as number] ?? 0;
      return out;
    };
  }

  /**
   * A producer x consumer matrix over time.
   * @param ids of all points, in order. @param claiming positions of those that may be consumers.
   */
  pairs(
    file: string,
    ids: readonly string[],
    claiming: readonly number[],
    sum: CoefficientSum,
  ): PairRow[] {
    const table = pairTable(this.files, file, this.community);
    const position = new Map(ids.map((id, index) => [id, index]));
    const current = new CurrentRow(table);
    const consumers = new Set(claiming);
    const byProducer = new Map<number, { consumer: number; place: number }[]>();
    for (const [place, { producer, consumer }] of table.pairs.entries()) {
      const from = position.get(producer) ?? -1;
      const row = byProducer.get(from) ?? [];
      const to = position.get(consumer) ?? -1;
      if (consumers.has(to)) row.push({ consumer: to, place });
      byProducer.set(from, row);
    }
    return [...byProducer]
      .sort(([a], [b]) => a - b)
      .map(([producer, row]) => {
        const inOrder = row.sort((a, b) => a.consumer - b.consumer);
        const places = Int32Array.from(inOrder, ({ place }) => place);
        return {
          producer,
          consumers: Int32Array.from(inOrder, ({ consumer }) => consumer),
          schedule: new FileSchedule(file, current, places, sum, this.clock),
        };
      });
  }
}

/** The row of a table that was asked for last. */
class CurrentRow {
  index = NaN;
  row: Float64Array = new Float64Array(0);

  constructor(readonly table: Rows) {}

  take(index: number): Float64Array {
    if (index !== this.index) {
      this.row = this.table.row(index);
      this.index = index;
    }
    return this.row;
  }
}

/** Coefficients of some columns of a file's rows. */
class FileSchedule implements WeightSchedule {
  private readonly numerators: Float64Array;
  private index = NaN;
  private weights: CoefficientWeights | undefined;

  /** @param places of the points in a row; -1 for a point that is not there. */
  constructor(
    private readonly file: string,
    private readonly current: CurrentRow,
    private readonly places: Int32Array,
    private readonly sum: CoefficientSum,
    private readonly clock: PeriodClock,
  ) {
    this.numerators = new Float64Array(places.length);
  }

  at(interval: number): CoefficientWeights {
    const { table } = this.current;
    const startMs = this.clock.startMs + interval * this.clock.resolutionMs;
    const index = table.rowAt(startMs, startMs + this.clock.resolutionMs);
    if (index === -1) {
      throw new SettlementError(
        'bad-coefficients',
        `${this.file}: no coefficients for the interval from ${formatInstant(startMs)}, expected some for every interval`,
      );
    }
    if (index !== this.index || this.weights === undefined) {
      const row = this.current.take(index);
      for (let point = 0; point < this.places.length; point++) {
        this.numerators[point] = row[this.places[point] as number] ?? 0;
      }
      const what = `${this.file} at ${formatInstant(startMs)}`;
      this.weights = numberWeights(this.numerators, 10 ** table.scale, this.sum, what);
      this.index = index;
    }
    return this.weights;
  }
}
