import { isUnitsError, formatResolution } from '@microgrid/units';
import { MeteringError } from './metering-error.js';

/** How counter readings become intervals. */
export interface IntervalSettings {
  /** Length of the intervals: 1, 5, 10, 15, 30 or 60 minutes. */
  readonly resolutionMs: number;
  /** Who made the intervals: an id, such as the gateway's or the meter's. */
  readonly source: string;
  /**
   * No mean power beyond this is possible at the point (fuse or nameplate): a register that rose
   * faster was reset, swapped or misread, and its rise is not booked.
   */
  readonly maximumWatts: number;
  /** What the register's last digit stands for. Default 1 mWh; a meter counting 10 Wh has 10,000. */
  readonly counterUnitMilliwattHours?: number;
  /**
   * Where the registers begin again at 0, mWh (2^32 units of 10 Wh: 42,949,672,960,000). Default 0: not
   * known; the usual ranges (16, 32 and 48 bits, 5 to 12 decimal digits) are tried.
   */
  readonly registerRangeMilliwattHours?: number;
  /** A boundary between two readings further apart is estimated, not measured. Default 60 s. */
  readonly bracketMs?: number;
  /** After a longer silence counting starts afresh instead of spreading energy over it. Default 31 days. */
  readonly longestGapMs?: number;
}

/** {@link IntervalSettings} with nothing left out. */
export type IntervalOptions = Required<IntervalSettings>;

const BRACKET_MS = 60_000;
const LONGEST_GAP_MS = 31 * 86_400_000;

/** Checks settings and fills in the defaults. @throws MeteringError `bad-option`. */
export function intervalOptions(settings: IntervalSettings): IntervalOptions {
  const options = {
    counterUnitMilliwattHours: 1,
    registerRangeMilliwattHours: 0,
    bracketMs: BRACKET_MS,
    longestGapMs: LONGEST_GAP_MS,
    ...settings,
  };
  const refuse = (column: string, value: unknown, expected: string): never => {
    throw new MeteringError('bad-option', { column, value: String(value), expected });
  };
  try {
    formatResolution(options.resolutionMs);
  } catch (error) {
    if (!isUnitsError(error)) throw error;
    refuse('resolutionMs', options.resolutionMs, '1, 5, 10, 15, 30 or 60 minutes in ms');
  }
  if (!(options.maximumWatts > 0 && options.maximumWatts < 1e12)) {
    refuse('maximumWatts', options.maximumWatts, 'a power above 0 W and below 1 TW');
  }
  const range = options.registerRangeMilliwattHours;
  if (!Number.isSafeInteger(range) || range < 0) {
    refuse(
      'registerRangeMilliwattHours',
      range,
      'a whole number above 0, or 0 where it is not known',
    );
  }
  for (const name of ['counterUnitMilliwattHours', 'bracketMs', 'longestGapMs'] as const) {
    if (Number.isSafeInteger(options[name]) && options[name] > 0) continue;
    refuse(name, options[name], 'a whole number above 0');
  }
  if (options.longestGapMs < options.resolutionMs)
    refuse('longestGapMs', options.longestGapMs, 'no less than resolutionMs');
  return options;
}
