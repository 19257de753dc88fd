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
  canonicalBatches,
  CsvReader,
  readCanonicalCsv,
  safeReadCanonicalCsv,
  type BatchOptions,
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
export {
  checkColumns,
  checkSeries,
  type CheckContext,
  type CheckResult,
} from './validation/check-columns.js';
export { sunElevation } from './validation/check-night-pv.js';
export type { KnownSum } from './validation/check-sums.js';
export { FindingSink } from './validation/finding-sink.js';
export { ABSENT, pointSeries, type PointSeries } from './validation/point-series.js';
export {
  RULE_SEVERITY,
  validationRule,
  type Finding,
  type FindingSeverity,
  type RuleOf,
  type ValidationRule,
  type ValidationRuleName,
} from './validation/rules.js';
export {
  validate,
  validator,
  type StreamRule,
  type ValidatedInterval,
  type Validator,
} from './validation/validate.js';
export { ZoneCalendar } from './validation/zone-calendar.js';
export {
  fillMethod,
  QUALITY_OF_METHOD,
  type Filled,
  type FillMethod,
  type FillMethodName,
} from './estimation/fill-methods.js';
export {
  extendSeries,
  fillSeries,
  type FillContext,
  type FillResult,
} from './estimation/fill-series.js';
export type { Profile } from './estimation/profile.js';
export { seriesColumns } from './estimation/series-columns.js';
export {
  defaultRuleSet,
  fillColumns,
  ruleSet,
  ruleSetBytes,
  type FillColumnsContext,
  type FilledColumns,
  type RuleSet,
} from './rule-set.js';
