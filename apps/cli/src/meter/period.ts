import type { Columns } from '@microgrid/metering';
import { formatInstant, isUnitsError, type EpochMs } from '@microgrid/units';
import { periodBound } from '@microgrid/units/calendar';
import { CommandError } from '../command-error.js';
import { pickRows } from './interval-columns.js';

/** The calendar where nobody says another. */
export const DEFAULT_ZONE = 'Europe/Lisbon';

/** A period; a bound that was not given is absent. */
export interface Period {
  readonly fromMs?: EpochMs;
  /** Exclusive. */
  readonly toMs?: EpochMs;
}

/** A date is local midnight, an instant with Z is itself. */
function bound(option: string, text: string, timeZone: string): EpochMs {
  try {
    return periodBound(timeZone, text);
  } catch (error) {
    if (!isUnitsError(error)) throw error;
    throw new CommandError(
      'usage',
      `${option}: got ${JSON.stringify(text)}, expected a date YYYY-MM-DD (midnight of ${timeZone}) or an instant YYYY-MM-DDTHH:MMZ`,
    );
  }
}

/** The period that options name. @throws CommandError. */
export function periodOf(
  { from, to }: { readonly from?: string; readonly to?: string },
  timeZone: string,
): Period {
  const fromMs = from === undefined ? undefined : bound('--from', from, timeZone);
  const toMs = to === undefined ? undefined : bound('--to', to, timeZone);
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs) {
    throw new CommandError(
      'usage',
      `--to: got ${formatInstant(toMs)}, expected after --from ${formatInstant(fromMs)}; the end is exclusive`,
    );
  }
  return {
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
}

/** The rows that lie in a period as a whole. */
export function within(batch: Columns, { fromMs = -Infinity, toMs = Infinity }: Period): Columns {
  const { startMs, endMs } = batch;
  const outside = (row: number): boolean =>
    (startMs[row] as number) < fromMs || (endMs[row] as number) > toMs;
  const rows: number[] = [];
  for (let row = 0; row < batch.rows; row++) if (!outside(row)) rows.push(row);
  return rows.length === batch.rows ? batch : pickRows(batch, rows);
}
