import { INTERVAL_QUALITIES, intervalId, type IntervalV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import type { Columns } from '../columns.js';

/** What every interval of an export says beside its row. */
export interface IntervalEventOptions {
  /** Source of all intervals, an id. */
  readonly source: string;
  /** Default 1. */
  readonly revision?: number;
  /** What an interval says beside its row. Default: nothing. */
  readonly detailOf?: (
    columns: Columns,
    row: number,
  ) => Pick<IntervalV1, 'causes' | 'uncertaintyMilliwattHours'> | undefined;
}

/** The rows as `intervalV1` events, in their order. */
export function* intervalEvents(
  columns: Columns,
  { source, revision = 1, detailOf }: IntervalEventOptions,
): Generator<IntervalV1> {
  for (let row = 0; row < columns.rows; row++) {
    const span = {
      meteringPoint: columns.points[columns.point[row] as number] as string,
      start: formatInstant(columns.startMs[row] as number),
      end: formatInstant(columns.endMs[row] as number),
      revision,
    };
    const quality = INTERVAL_QUALITIES[columns.quality[row] as number] ?? 'missing';
    const { causes, uncertaintyMilliwattHours } = detailOf?.(columns, row) ?? {};
    yield {
      kind: 'interval',
      version: 1,
      id: intervalId(span),
      ...span,
      ...(quality === 'missing'
        ? {}
        : {
            importMilliwattHours: columns.importMilliwattHours[row],
            exportMilliwattHours: columns.exportMilliwattHours[row],
          }),
      ...(uncertaintyMilliwattHours === undefined ? {} : { uncertaintyMilliwattHours }),
      quality,
      source,
      ...(causes === undefined ? {} : { causes }),
    };
  }
}

/** The rows as JSON lines of `intervalV1`. */
export function* jsonLines(columns: Columns, options: IntervalEventOptions): Generator<string> {
  for (const event of intervalEvents(columns, options)) yield `${JSON.stringify(event)}\n`;
}
