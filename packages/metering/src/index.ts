export { qualityOfCauses, QUALITY_OF_CAUSE, worseQuality, type IntervalCause } from './cause.js';
export { rowAt, type Columns, type Row } from './columns.js';
export type { CounterReading } from './counter-reading.js';
export { CSV_COLUMNS, CSV_HEADER } from './csv-format.js';
export {
  CsvReader,
  readCanonicalCsv,
  safeReadCanonicalCsv,
  type CsvOptions,
  type SafeMeteringResult,
} from './csv-reader.js';
export { canonicalCsvChunks, CsvWriter, gridCsvChunks, writeCanonicalCsv } from './csv-writer.js';
export type { GridPoint, GridSpan } from './grid-span.js';
export { intervalGrid, type IntervalGrid } from './interval-grid.js';
export {
  isMeteringError,
  MeteringError,
  type MeteringErrorCode,
  type MeteringProblem,
} from './metering-error.js';
export type { SeriesQuery, SeriesStore } from './series-store.js';
