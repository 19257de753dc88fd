import { expectVersion, finite, instant, list, shape, text } from './json-reader.js';

/** The version of the history document this page reads. */
export const HISTORY_VERSION = 1;

const history = shape(
  {
    /** Local date, `YYYY-MM-DD`. */
    day: text,
    timeZone: text,
    /** Local midnight at the beginning of the day. */
    start: instant,
    /** The next local midnight: 23, 24 or 25 hours later. */
    end: instant,
    /** Spacing of the samples. */
    sampleMs: finite,
    /** Ascending; a missing key is a value nobody measured. */
    samples: list(
      shape(
        { at: instant },
        {
          gridWatts: finite,
          pvWatts: finite,
          batteryWatts: finite,
          houseWatts: finite,
          chargerWatts: finite,
          loadWatts: finite,
          stateOfChargePercent: finite,
        },
      ),
    ),
  },
  {},
);

/** One local day of samples, as `GET /api/history` answers. */
export type ConsoleHistory = ReturnType<typeof history>;
/** One sample; signs as in the state's flows. */
export type ConsoleSample = ConsoleHistory['samples'][number];

/** Reads a history document. @throws ConsoleError `malformed` or `other-version`. */
export function parseHistory(value: unknown): ConsoleHistory {
  expectVersion(value, 'consoleHistory', HISTORY_VERSION);
  return history(value, 'consoleHistory');
}
