import { INTERVAL_QUALITIES, type IntervalV1 } from '@microgrid/events';
import { rowAt, type Columns } from '@microgrid/metering';
import { formatInstant } from '@microgrid/units';

/** What an interval says beside its energies and quality. */
export type IntervalDetail = Pick<IntervalV1, 'causes' | 'uncertaintyMilliwattHours'>;

/** What intervals say beside their rows, found again by the row. */
export class IntervalDetails {
  private readonly intervals: ReadonlyMap<string, IntervalV1>;

  constructor(intervals: readonly IntervalV1[]) {
    this.intervals = new Map(
      intervals.map((each) => [`${each.meteringPoint} ${each.start} ${each.end}`, each]),
    );
  }

  /** Of a row; undefined where the row does not say what the interval did: it was replaced. */
  of(columns: Columns, row: number): IntervalDetail | undefined {
    if (this.intervals.size === 0) return undefined;
    const { meteringPoint, startMs, endMs } = rowAt(columns, row);
    const key = `${meteringPoint} ${formatInstant(startMs)} ${formatInstant(endMs)}`;
    const interval = this.intervals.get(key);
    const same =
      interval?.quality === INTERVAL_QUALITIES[columns.quality[row] as number] &&
      Object.is(interval?.importMilliwattHours ?? NaN, columns.importMilliwattHours[row]) &&
      Object.is(interval?.exportMilliwattHours ?? NaN, columns.exportMilliwattHours[row]);
    return same ? interval : undefined;
  }
}
