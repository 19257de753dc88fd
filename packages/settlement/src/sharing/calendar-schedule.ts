import { coefficientRowAt, type CoefficientRow, type Holidays } from '@microgrid/community';
import { formatInstant } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import type { CoefficientWeights, WeightSchedule } from './coefficient-weights.js';
import type { PeriodClock } from './period-clock.js';

/** Which row of a calendar holds in each interval; weights are worked out once per row. */
export class CalendarSchedule implements WeightSchedule {
  private readonly rowOf: Int16Array;

  /** @param weights of each row. */
  constructor(
    rows: readonly CoefficientRow[],
    private readonly weights: readonly CoefficientWeights[],
    private readonly clock: PeriodClock,
    holidays: Holidays,
  ) {
    this.rowOf = Int16Array.from({ length: clock.intervals }, (_, interval) =>
      coefficientRowAt(rows, clock.local(interval), holidays),
    );
  }

  at(interval: number): CoefficientWeights {
    const found = this.weights[this.rowOf[interval] ?? -1];
    if (found !== undefined) return found;
    throw new SettlementError(
      'bad-coefficients',
      `interval ${formatInstant(this.clock.startMs + interval * this.clock.resolutionMs)}: no row of the calendar holds, expected one for every interval; add a row without conditions at the end`,
    );
  }
}
