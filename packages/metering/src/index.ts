export { qualityOfCauses, QUALITY_OF_CAUSE, worseQuality, type IntervalCause } from './cause.js';
export { rowAt, type Columns, type Row } from './columns.js';
export {
  advanceIntervals,
  intervals,
  type IntervalState,
  type IntervalStep,
  type OpenInterval,
  type ReadingRejection,
} from './counter-intervals.js';
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
  intervalOptions,
  type IntervalOptions,
  type IntervalSettings,
} from './interval-options.js';
export { localDayIntervals } from './local-day-intervals.js';
export {
  isMeteringError,
  MeteringError,
  type MeteringErrorCode,
  type MeteringProblem,
} from './metering-error.js';
export type { SeriesQuery, SeriesStore } from './series-store.js';
export { validate, validator, type ValidatedInterval, type Validator } from './validate.js';
export {
  validationRule,
  type Finding,
  type FindingSeverity,
  type ValidationRule,
} from './validation-rule.js';
