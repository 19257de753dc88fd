import { coefficientRowAt, type CalendarConditions, type Holidays } from '@microgrid/community';
import { formatInstant } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import type { PeriodClock } from './period-clock.js';

/** Which row of a calendar holds in each interval of a period. */
export class CalendarRows {
  private readonly rowOf: Int16Array;

  constructor(
    rows: readonly CalendarConditions[],
    private readonly clock: PeriodClock,
    holidays: Holidays,
  ) {
    this.rowOf = Int16Array.from({ length: clock.intervals }, (_, interval) =>
      coefficientRowAt(rows, clock.local(interval), holidays),
    );
  }

  /** @throws SettlementError `bad-coefficients` where no row holds. */
  at(interval: number): number {
    const row = this.rowOf[interval] ?? -1;
    if (row !== -1) return row;
    throw new SettlementError(
      'bad-coefficients',
      `interval ${formatInstant(this.clock.startMs + interval * this.clock.resolutionMs)}: no row of the calendar holds, expected one for every interval; add a row without conditions at the end`,
    );
  }
}
