import type { CalendarRows } from './calendar-rows.js';
import type { CoefficientWeights, WeightSchedule } from './coefficient-weights.js';

/** Coefficients by calendar; weights are worked out once per row. */
export class CalendarSchedule implements WeightSchedule {
  /** @param weights of each row. */
  constructor(
    private readonly rows: CalendarRows,
    private readonly weights: readonly CoefficientWeights[],
  ) {}

  at(interval: number): CoefficientWeights {
    return this.weights[this.rows.at(interval)] as CoefficientWeights;
  }
}
