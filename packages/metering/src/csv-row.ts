import { INTERVAL_QUALITIES, idField, type IntervalQuality } from '@microgrid/events';
import {
  formatResolution,
  isUnitsError,
  parseInstant,
  parseKilowattHours,
  type EpochMs,
} from '@microgrid/units';
import { CSV_COLUMNS, CSV_HEADER } from './csv-format.js';
import { MeteringError, type MeteringErrorCode } from './metering-error.js';

/** One row as its text says. */
export interface CsvRow {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** NaN when the quality is `missing`. */
  readonly importMilliwattHours: number;
  readonly exportMilliwattHours: number;
  /** Index into INTERVAL_QUALITIES. */
  readonly quality: number;
}

const LONGEST_SHOWN = 80;

/** A value as messages show it: quoted, control characters escaped, cut to a readable length. */
export function shown(text: string): string {
  return text.length > LONGEST_SHOWN
    ? `${JSON.stringify(text.slice(0, LONGEST_SHOWN))}…`
    : JSON.stringify(text);
}

/**
 * Reads one row with care: this is the definition that the fast scanner must agree with.
 * @throws MeteringError `malformed-row`, `negative-energy` or `wrong-resolution`.
 */
export function readCsvRow(text: string, file: string, line: number): CsvRow {
  const fail = (
    column: string,
    value: string,
    expected: string,
    code: MeteringErrorCode = 'malformed-row',
  ): never => {
    throw new MeteringError(code, { file, line, column, value, expected });
  };
  const fields = text.split(',');
  if (fields.length !== CSV_COLUMNS.length) {
    const column = text === '' ? '' : (CSV_COLUMNS[fields.length] ?? '');
    const found = text === '' ? 'an empty line' : `${fields.length} fields in ${shown(text)}`;
    fail(column, found, `${CSV_COLUMNS.length} fields: ${CSV_HEADER}`);
  }
  const [point, start, end, imported, exported, quality] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (!idField.safeParse(point).success) {
    fail(
      'metering_point',
      shown(point),
      'an id: a letter or digit, then up to 63 of A-Z a-z 0-9 . _ : -',
    );
  }
  const instant = (column: string, value: string): EpochMs => {
    try {
      return parseInstant(value);
    } catch (error) {
      if (!isUnitsError(error)) throw error;
      return fail(column, shown(value), 'an existing UTC instant written YYYY-MM-DDTHH:MM:SSZ');
    }
  };
  const startMs = instant('start', start);
  const endMs = instant('end', end);
  try {
    formatResolution(endMs - startMs);
  } catch (error) {
    if (!isUnitsError(error)) throw error;
    const expected = `an instant 1, 5, 10, 15, 30 or 60 minutes after the start ${start}`;
    fail('end', shown(end), expected, 'wrong-resolution');
  }
  const qualityIndex = INTERVAL_QUALITIES.indexOf(quality as IntervalQuality);
  if (qualityIndex < 0) fail('quality', shown(quality), `one of ${INTERVAL_QUALITIES.join(', ')}`);
  const missing = quality === 'missing';
  const energy = (column: string, value: string): number => {
    if (missing && value === '') return Number.NaN;
    if (missing) fail(column, shown(value), 'no energy where the quality is missing');
    return readEnergy(value, (expected, code) => fail(column, shown(value), expected, code));
  };
  return {
    meteringPoint: point,
    startMs,
    endMs,
    importMilliwattHours: energy('import_kwh', imported),
    exportMilliwattHours: energy('export_kwh', exported),
    quality: qualityIndex,
  };
}

function readEnergy(
  text: string,
  fail: (expected: string, code?: MeteringErrorCode) => never,
): number {
  const expected = 'kWh of 0 or more as a plain decimal with at most 6 decimals, such as 2.276';
  if (/^-[\d.]/.test(text))
    fail(`${expected}; import and export are gross, so none is negative`, 'negative-energy');
  try {
    return parseKilowattHours(text);
  } catch (error) {
    if (isUnitsError(error)) return fail(expected);
    throw error;
  }
}
