/** The columns of a canonical readings file, in order. */
export const CSV_COLUMNS = [
  'metering_point',
  'start',
  'end',
  'import_kwh',
  'export_kwh',
  'quality',
] as const;

/** The first line of a canonical readings file. */
export const CSV_HEADER = CSV_COLUMNS.join(',');

/** A longer line is no row: it would only fill memory. */
export const LONGEST_LINE_BYTES = 1000;

export const LF = 0x0a;
export const CR = 0x0d;
export const COMMA = 0x2c;
export const POINT = 0x2e;
export const ZERO = 0x30;

/** kWh texts carry at most this many decimals: 1 mWh. */
export const KILOWATT_HOUR_DECIMALS = 6;
